package fields

import (
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"
)

var linkValues = []struct {
	name   string
	values []string
	want   []Link
}{
	{"none", nil, nil},
	{"empty", []string{"", " ", ", ,"}, nil},
	{"one", []string{`<https://example.com/>; rel="next"`}, []Link{
		{Target: "https://example.com/", Rel: []string{"next"}, Params: Params{{Name: "rel", Value: "next"}}},
	}},
	{"no parameters", []string{"</a>"}, []Link{{Target: "/a"}}},
	{"empty target", []string{"<>; rel=self"}, []Link{{Rel: []string{"self"}, Params: Params{{Name: "rel", Value: "self"}}}}},
	{"several, in several fields", []string{"</a>;rel=prev , </b>;rel=next", "</c>"}, []Link{
		{Target: "/a", Rel: []string{"prev"}, Params: Params{{Name: "rel", Value: "prev"}}},
		{Target: "/b", Rel: []string{"next"}, Params: Params{{Name: "rel", Value: "next"}}},
		{Target: "/c"},
	}},
	{"comma and semicolon in the target", []string{"<http://a/x,y;z>; rel=next"}, []Link{
		{Target: "http://a/x,y;z", Rel: []string{"next"}, Params: Params{{Name: "rel", Value: "next"}}},
	}},
	{"comma and semicolon in quotes", []string{`</a>; title="a, b; <c>"; rel=next, </b>`}, []Link{
		{Target: "/a", Rel: []string{"next"}, Params: Params{{Name: "title", Value: "a, b; <c>"}, {Name: "rel", Value: "next"}}},
		{Target: "/b"},
	}},
	{"escaped quotes", []string{`</a>; title="a \"b\""`}, []Link{
		{Target: "/a", Params: Params{{Name: "title", Value: `a "b"`}}},
	}},
	{"several relations", []string{`</a>; rel=" Start  http://Example.org/x "`}, []Link{
		{Target: "/a", Rel: []string{"start", "http://example.org/x"}, Params: Params{{Name: "rel", Value: " Start  http://Example.org/x "}}},
	}},
	{"first rel counts", []string{"</a>; rel=next; rel=prev"}, []Link{
		{Target: "/a", Rel: []string{"next"}, Params: Params{{Name: "rel", Value: "next"}, {Name: "rel", Value: "prev"}}},
	}},
	{"anchor", []string{`</a>; anchor="#foo"; rel=up`}, []Link{
		{Target: "/a", Rel: []string{"up"}, Anchor: "#foo", Params: Params{{Name: "anchor", Value: "#foo"}, {Name: "rel", Value: "up"}}},
	}},
	{"decoded title", []string{`</a>; title*=UTF-8'de'n%c3%a4chstes; title="x"; hreflang*=%`}, []Link{
		{Target: "/a", Params: Params{{Name: "title*", Value: "nächstes"}, {Name: "title", Value: "x"}}},
	}},
	{"parameters without value and without name", []string{"</a> ; crossorigin ; =x; ; rel = next ;"}, []Link{
		{Target: "/a", Rel: []string{"next"}, Params: Params{{Name: "crossorigin", Value: ""}, {Name: "rel", Value: "next"}}},
	}},
	{"spaces in the target", []string{"< /a b >; rel=next"}, []Link{
		{Target: "/a b", Rel: []string{"next"}, Params: Params{{Name: "rel", Value: "next"}}},
	}},
	{"no link before a link", []string{"garbage, </a>"}, []Link{{Target: "/a"}}},
	{"never closed", []string{"</a", "</b>"}, []Link{{Target: "/b"}}},
	{"quote never closed", []string{`</a>; title="b, </c>`}, []Link{{Target: "/a", Params: Params{{Name: "title", Value: "b, </c>"}}}}},
}

func TestLinks(t *testing.T) {
	for _, c := range linkValues {
		got := Links(c.values)
		if len(got) != len(c.want) {
			t.Errorf("%s: Links(%q) = %+v, want %+v", c.name, c.values, got, c.want)
			continue
		}
		for i := range got {
			if len(got[i].Rel) == 0 {
				got[i].Rel = nil
			}
			if !reflect.DeepEqual(got[i], c.want[i]) {
				t.Errorf("%s: link %d = %#v, want %#v", c.name, i, got[i], c.want[i])
			}
		}
	}
}

func TestLinkParam(t *testing.T) {
	l := Links([]string{`</a>; title=x; title*=UTF-8''%E2%82%AC; rel="a b"; type=text/css`})[0]
	if got := l.Param("title"); got != "€" {
		t.Errorf("title is %q, want the one with a star", got)
	}
	if got := l.Param("type"); got != "text/css" {
		t.Errorf("type is %q", got)
	}
	if got := l.Param("media"); got != "" {
		t.Errorf("media is %q", got)
	}
	if !l.Is("b") || l.Is("c") {
		t.Errorf("relations are %q", l.Rel)
	}
}

func FuzzLinks(f *testing.F) {
	for _, c := range linkValues {
		f.Add(strings.Join(c.values, ","))
	}
	f.Fuzz(func(t *testing.T, value string) {
		for _, l := range Links([]string{value}) {
			if strings.Contains(l.Target, ">") || !strings.Contains(value, l.Target) {
				t.Errorf("%q gives the target %q", value, l.Target)
			}
			for _, p := range l.Params {
				if p.Name == "" || strings.HasSuffix(p.Name, "*") && !utf8.ValidString(p.Value) {
					t.Errorf("%q gives the parameter %q=%q", value, p.Name, p.Value)
				}
			}
		}
	})
}
