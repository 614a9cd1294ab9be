package mediatype

import (
	"slices"
	"strings"
	"testing"
)

var mediaTypes = []struct {
	value      string
	mediaType  string
	parameters Params
}{
	{"", "", nil},
	{"text/html", "text/html", nil},
	{" Text/HTML \t", "text/html", nil},
	{"text/html;charset=UTF-8", "text/html", Params{{"charset", "UTF-8"}}},
	{`text/html; Charset = "utf-8" ; x`, "text/html", Params{{"charset", "utf-8"}, {"x", ""}}},
	{"text/html;;; charset=utf-8;", "text/html", Params{{"charset", "utf-8"}}},
	{`text/html; charset="utf-8`, "text/html", Params{{"charset", "utf-8"}}},
	{`text/html; charset="a\"b"; charset=c`, "text/html", Params{{"charset", `a"b`}, {"charset", "c"}}},
	{"application/problem+json", "application/problem+json", nil},
	{"text/html charset=utf-8", "text/html", nil},
	{"text/html, text/plain", "text/html", nil},
	{"; charset=utf-8", "", Params{{"charset", "utf-8"}}},
	{"html; charset=utf-8", "", Params{{"charset", "utf-8"}}},
	{"text/; charset=utf-8", "", Params{{"charset", "utf-8"}}},
	{"te(xt/html", "", nil},
	{"text/html/x", "", nil},
	{"*/*", "*/*", nil},
}

func TestParse(t *testing.T) {
	for _, c := range mediaTypes {
		mediaType, parameters := Parse(c.value)
		if mediaType != c.mediaType || !slices.Equal(parameters, c.parameters) {
			t.Errorf("Parse(%q) = %q, %q; want %q, %q", c.value, mediaType, parameters, c.mediaType, c.parameters)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, c := range mediaTypes {
		f.Add(c.value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		mediaType, parameters := Parse(value)
		if mediaType != "" && (strings.Count(mediaType, "/") != 1 || strings.ContainsAny(mediaType, " ;,\r\n\x00")) {
			t.Errorf("%q gives the type %q", value, mediaType)
		}
		for _, p := range parameters {
			if p.Name == "" {
				t.Errorf("%q gives a parameter without name", value)
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		Parse("text/html; charset=utf-8")
	}
}
