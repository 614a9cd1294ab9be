package page

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"html"
	"regexp"
	"strings"
	"testing"

	"crawl/pipeline/report/pagetest"
	"crawl/pipeline/report/plot"
)

func TestBlocks(t *testing.T) {
	const odd = "<a>&\x1b\u202e"
	const shown = `&lt;a&gt;&amp;\x1b\u202e`
	table := Table{Caption: odd, Head: []string{odd, odd}, Rows: [][]string{{odd, odd}}}
	folded := table
	folded.Folded, folded.Words = true, true
	for _, test := range []struct {
		block Block
		want  string
	}{
		{Headline{Text: odd}, `<p class="headline">` + shown + `</p>`},
		{Headline{Text: odd, Bad: true}, `<p class="headline bad">`},
		{Text(odd), `<p>` + shown + `</p>`},
		{Code(odd), `<pre><code>` + shown + `</code></pre>`},
		{List{Title: odd, Class: "doubt", Items: []string{odd}}, `<ul class="doubt"><li>` + shown + `</li></ul>`},
		{Facts{{odd, odd}}, `<dl><dt>` + shown + `</dt><dd>` + shown + `</dd></dl>`},
		{Tiles{{odd, odd, odd}}, `<dt>` + shown + `</dt><dd>` + shown + ` <small>` + shown + `</small></dd>`},
		{table, `<tr><th scope="row">` + shown + `</th><td>` + shown + `</td></tr>`},
		{folded, `<details><summary>` + shown + `</summary>`},
		{Figure{Title: odd, Note: odd, Table: folded, Plots: []plot.Plot{{ID: "p", Title: odd, Desc: odd, Height: 9}}, Grid: true,
			Legend: []Key{{"wait", plot.KindRect, odd}, {"fit", plot.KindLine, odd}, {"point", plot.KindDot, odd}}}, `<desc id="p-desc">` + shown + `</desc>`},
	} {
		var b bytes.Buffer
		err := Write(&b, Page{Kicker: odd, Title: odd, Lead: odd, Sections: []Section{
			{ID: "one", Title: odd, Short: odd, Level: 2, Lead: odd, Blocks: []Block{test.block}},
			{ID: "two", Title: odd, Short: odd, Level: 3},
		}})
		if err != nil {
			t.Fatal(err)
		}
		pagetest.Check(t, b.Bytes())
		if !strings.Contains(b.String(), test.want) {
			t.Errorf("%T: no %s", test.block, test.want)
		}
	}
}

// The policy allows the page's own style and no other, or browsers show it bare.
func TestPolicy(t *testing.T) {
	var b bytes.Buffer
	if err := Write(&b, Page{Title: "x"}); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(b.String(), "<style>")
	sheet, _, _ := strings.Cut(rest, "</style>")
	sum := sha256.Sum256([]byte(sheet))
	found := regexp.MustCompile(`Content-Security-Policy" content="([^"]*)"`).FindStringSubmatch(b.String())
	want := "default-src 'none'; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; base-uri 'none'; form-action 'none'"
	if found == nil || html.UnescapeString(found[1]) != want {
		t.Errorf("got %q, want %q", found, want)
	}
}
