package pagetest

import (
	"strings"
	"testing"
)

func TestFaults(t *testing.T) {
	for _, test := range []struct{ page, want string }{
		{`<p id="a">x</p><a href="#a">y</a>`, ""},
		{`<svg><rect x="1.5%" y="-2" width="0%" height="3"/><path d="M0 1L2.5 -3"></path></svg>`, ""},
		{`<style>.a { fill: url(#hatch) }</style>`, ""},
		{`<p><b>x</p>`, "closes nothing"},
		{`<p>x`, "not closed"},
		{`<p id="a"></p><p id="a"></p>`, "2 times"},
		{`<a href="#a">x</a>`, "no element has the id"},
		{`<a href="http://a.example/">x</a>`, "leads to"},
		{`<svg class="plot" aria-labelledby="b"></svg>`, "no element has the id"},
		{`<svg class="plot"></svg>`, "no text alternative"},
		{`<img src="x.png">`, "there is a <img>"},
		{`<script>1</script>`, "there is a <script>"},
		{`<p onclick="x()">y</p>`, "onclick"},
		{`<p style="color: red">y</p>`, "style="},
		{`<style>@import "x.css";</style>`, "@import"},
		{`<style>p { background: url(x.png) }</style>`, "url("},
		{`<svg><rect x="NaN%"/></svg>`, "NaN"},
		{`<svg><rect x="1e9"/></svg>`, "1e9"},
		{`<svg><path d="MNaN 1"></path></svg>`, "a path is"},
		{"<p>\u202e</p>", "U+202E"},
		{"<p>\x1b</p>", "U+001B"},
		{"<p>\xff</p>", "UTF-8"},
	} {
		got := strings.Join(Faults([]byte(test.page)), "\n")
		if (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.page, got, test.want)
		}
	}
}
