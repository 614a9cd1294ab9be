package links

import (
	"bytes"
	"slices"
	"strings"
	"testing"
)

// refreshes are after the steps of the standard, and the tests of web-platform-tests
// in html/semantics/document-metadata/the-meta-element.
var refreshes = []struct{ content, want string }{
	{"", ""},
	{"5", ""},
	{"5;", ""},
	{"5; ", ""},
	{"; url=x", ""},
	{"url=x", ""},
	{"x; url=y", ""},
	{"-1; url=x", ""},
	{"+1; url=x", ""},
	{"5; url=x", "x"},
	{" \t5\n;\furl \r= x ", "x "},
	{"5;url=x", "x"},
	{"5,url=x", "x"},
	{"5 url=x", "x"},
	{"5url=x", ""},
	{"5x; url=y", ""},
	{"5.5; url=x", "x"},
	{".5; url=x", "x"},
	{".; url=x", "x"},
	{"5..7; url=x", "x"},
	{"5; URL='x'y", "x"},
	{`5; url="x`, "x"},
	{"5; url='x\"y'", "x\"y"},
	{"5; x", "x"},
	{"5; 'x'", "x"},
	{"5; url", "url"},
	{"5; url x", "url x"},
	{"5; ur=x", "ur=x"},
	{"5; uRl = x;y,z", "x;y,z"},
	{"5;; url=x", "; url=x"},
	{"5 , ; url=x", "; url=x"},
	{"5; url=", ""},
	{"5; url=''", ""},
}

func TestRefresh(t *testing.T) {
	for _, test := range refreshes {
		if got, ok := refreshURL([]byte(test.content)); string(got) != test.want || ok != (test.want != "") {
			t.Errorf("%q: got %q, %v, want %q", test.content, got, ok, test.want)
		}
	}
}

// srcsets are after the steps of the standard; what is refused there is in
// web-platform-tests html/semantics/embedded-content/the-img-element/srcset.
var srcsets = []struct {
	set  string
	want []string
}{
	{"", nil},
	{" , ,", nil},
	{"a", []string{"a"}},
	{" a ", []string{"a"}},
	{"a 1x, b 2x", []string{"a", "b"}},
	{"a,b", []string{"a,b"}},
	{"a, b", []string{"a", "b"}},
	{"a,,, b", []string{"a", "b"}},
	{"a ,b", []string{"a", "b"}},
	{"a\t1x\n,\fb", []string{"a", "b"}},
	{"data:,x 1x, b", []string{"data:,x", "b"}},
	{"a 480w 320h, b 1.5x, c .5x, d 1e2x, e 0x", []string{"a", "b", "c", "d", "e"}},
	{"a 1x (2x, no 3x), b", []string{"b"}},
	{"a (1x, b", nil},
	{"a x, b w, c h, d 0w, e -1w, f 1.5w, g -1x, h +1x, i 1.x, j 0x1x, k Infx, l NaNx, m 1_0x", nil},
	{"a 1x 1x, b 1w 1w, c 1x 1w, d 1h, e 1h 1x, f 1q, g 1", nil},
	{"a 1W, b 1X", nil},
	{"a 1x,b 2x", []string{"a", "b"}},
	{"a 1x b 2x", nil},
}

func TestSrcset(t *testing.T) {
	for _, test := range srcsets {
		var got []string
		for url := range srcsetURLs([]byte(test.set)) {
			got = append(got, string(url))
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("%q: got %q, want %q", test.set, got, test.want)
		}
	}
}

// sheets are style sheets with "url" or "import url" for each that they name.
var sheets = []struct {
	text string
	want []string
}{
	{"", nil},
	{"a { b: url(x) }", []string{"x"}},
	{"a { b: url(x), URL( 'y' ) , url(\n\"z\"\n) }", []string{"x", "y", "z"}},
	{"a{b:url()}", []string{""}},
	{"a{b:url(", nil},
	{"a{b:url(x", []string{"x"}},
	{"a{b:url('x", []string{"x"}},
	{"a{b:url( x )}", []string{"x"}},
	{"a{b:url( x y )c:url(z)}", []string{"z"}},
	{"a{b:url(x'y)c:url(z)}", []string{"z"}},
	{"a{b:url(x(y)c:url(z)}", []string{"z"}},
	{"a{b:url('x\ny)c:url(z)}", []string{"z"}},
	{"a{b:url('x\ny')c:url(z)}", nil}, // the second quote begins a string
	{"/* url(x) */ url(y) /* url(z)", []string{"y"}},
	{"/**/url(x)/*/url(y)/**/url(z)", []string{"x", "z"}},
	{"a{b:'url(x)' \"url(y)\" '\\'url(z)'}", nil},
	{"a{b:myurl(x) url-(x) url (x) -url(x) xurl(y) 1url(z) #url(z)}", nil},
	{`a{b:\75rl(x) u\72 l(y) \000055 RL(z)}`, []string{"x", "y", "z"}},
	{`a{b:url(\78 y\)z) url("\78\
y\"")}`, []string{"xy)z", "xy\""}},
	{`a{b:url(x\`, nil},
	{`a{b:url(\0) url(\110000 ) url(\fffd)}`, []string{"\ufffd", "\ufffd", "\ufffd"}},
	{"@import 'x'; @import url(y) screen; @IMPORT\n/* c */ \"z\" layer(a) supports(b: 'c');", []string{"import x", "import y", "import z"}},
	{"@import x; 'no'; @media 'no'; @importx 'no'", nil},
	{"@namespace url(x); @namespace svg 'y'; a{b:url(z)}", []string{"z"}},
	{"@charset 'utf-8'; @font-face{src:url(x) format('woff')}", []string{"x"}},
	{"a{b:image-set('x' 1x, url(y) 2x, 'z' type('image/png')); c:'no'}", []string{"x", "y", "z"}},
	{"a{b:-webkit-image-set('x' 1x)} c{d:'no'}", []string{"x"}},
	{"a{b:image-set('x'} c{d:'no'}", []string{"x"}},
	{"<!-- url(x) -->", []string{"x"}},
	{"a{b:url(ü) \xff url(\xff)}", []string{"ü", "\xff"}},
}

func readCSS(text []byte) (found []string) {
	var s css
	s.read(bytes.NewReader(text), func(ref []byte, kind Kind) {
		if kind == Style {
			found = append(found, "import "+string(ref))
		} else {
			found = append(found, string(ref))
		}
	})
	return found
}

func TestCSS(t *testing.T) {
	for _, test := range sheets {
		if got := readCSS([]byte(test.text)); !slices.Equal(got, test.want) {
			t.Errorf("%s: got %q, want %q", test.text, got, test.want)
		}
	}
}

func TestSheet(t *testing.T) {
	doc := document(t, home, "text/css")
	text := strings.Repeat("a{b:c}", 10_000) + "@import 'x.css'; a { b: url(/y); c: url(data:image/png;base64,xxxx) }"
	check(t, doc, Options{All: true}, text, "style /dir/x.css", "css /y")
	check(t, doc, Options{}, text)
}

var entities = []struct{ text, want string }{
	{"", ""},
	{"a", "a"},
	{"&amp;&lt;&gt;&quot;&apos;", `&<>"'`},
	{"a&amp;amp;b", "a&amp;b"},
	{"&#65;&#x42;&#X43;", "ABC"},
	{"&", "&"},
	{"&&&amp;&", "&&&&"},
	{"?a=1&b=2&copy=3&copy;", "?a=1&b=2&copy=3&copy;"},
	{"&lol9;&#;&#x;&#xg;&#-1;&#x110000;", "&lol9;&#;&#x;&#xg;&#-1;&#x110000;"},
	{"&#xd800;", "\ufffd"},
	{"&#99999999999999999999;", "&#99999999999999999999;"},
}

func TestUnescape(t *testing.T) {
	for _, test := range entities {
		if got := unescape([]byte(test.text)); string(got) != test.want {
			t.Errorf("%q: got %q, want %q", test.text, got, test.want)
		}
	}
}
