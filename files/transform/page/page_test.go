package page

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"crawl/files/transform"
	"crawl/files/transform/steptest"
)

const article = `<!DOCTYPE html><html><head><title>Of bridges</title><meta charset=utf-8><style>p{}</style></head><body>
<nav><ul><li><a href="/">Home</a><li><a href="/about">About us</a></ul></nav>
<article><h1>Of bridges</h1>
<p>A bridge is a structure that spans a gap, such as a river, a valley or a road, and carries people over it, which
is why towns have grown beside bridges, and bridges where towns had grown, for as long as there have been both.</p>
<p>The oldest were trunks of trees, laid from bank to bank, and the longest that stand today are viaducts of
railways, with hundreds of spans of concrete, each like the other, and all of them made in a yard near by.</p>
<p>What they have in common is that weight is led to the ground, by bending, by pressure or by tension, and that
somebody, before it was built, has reckoned how much of it there would be, and then has doubled that.</p>
</article><script>var x = "<p>not text</p>";</script><footer>All rights reserved</footer></body></html>`

func TestMarkdown(t *testing.T) {
	for in, want := range map[string]string{
		"":                                       "",
		"<h1>A  b</h1><p>c<b>d</b>":              "# A b\n\nc**d**\n",
		"<p>x<script>y</script><style>z</style>": "x\n",
		`<a href="/x y" title=t>l</a> <img src=i.png alt=a>`: "[l](/x%20y \"t\") ![a](i.png)\n",
		"<table><tr><th>a<th>b<tr><td>1<td>22222</table>":    "| a | b |\n|---|---|\n| 1 | 22222 |\n",
		"<p>1 * 2 * 3 <del>x</del><pre>a\n  b</pre>":         "1 * 2 * 3 ~~x~~\n\n```\na\n  b\n```\n",
		"<noscript><p>without scripts</noscript>":            "without scripts\n",
		"<meta charset=koi8-r><p>\xc2\xd5\xcb\xd7\xc1":       "буква\n",
		"\xff\xfe<\x00p\x00>\x00\xe9\x00":                    "é\n",
		"<ul><li>a<li>b<ol><li>c</ol></ul>":                  "- a\n- b\n  \n  1. c\n",
	} {
		if got, err := bench.Run(t, "html-to-markdown", in); err != nil || got != want {
			t.Errorf("%q: %q, %v; want %q", in, got, err, want)
		}
	}
}

func TestText(t *testing.T) {
	got, err := bench.Run(t, "text", article)
	if err != nil || !strings.HasPrefix(got, "Of bridges\n\n") || !strings.Contains(got, "The oldest were trunks") ||
		strings.Contains(got, "About us") || strings.Contains(got, "not text") || strings.Contains(got, "reserved") || !strings.HasSuffix(got, "doubled that.\n") {
		t.Errorf("%q, %v", got, err)
	}
}

// visible is text where there is no article, with what is written then.
func TestVisibleText(t *testing.T) {
	for in, want := range map[string]string{
		"":                                       "",
		"<title>t</title>":                       "",
		"<div>a<b>b</b> c\n d<br>e</div>f<td>g":  "ab c d\ne\nfg\n",
		"<ul><li>one <li> two</ul><p hidden>x":   "one\ntwo\n",
		"<script>x</script><style>y</style>z":    "z\n",
		"<table><tr><td>a<td>b<tr><td>c</table>": "a\nb\nc\n",
		"<span>a</span> <span>b</span>\u00a0c":   "a b c\n",
	} {
		document, err := readDocument(transform.File{}, strings.NewReader("<meta charset=utf-8>"+in))
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		if err := writeVisible(&out, document); err != nil || out.String() != want {
			t.Errorf("%q: %q, %v; want %q", in, &out, err, want)
		}
	}
	if err := writeVisible(steptest.Failing(io.ErrShortWrite), value(readDocument(transform.File{}, strings.NewReader("<p>a<p>b")))); err != io.ErrShortWrite {
		t.Error(err)
	}
}

func value[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

func TestLinks(t *testing.T) {
	for _, test := range []struct {
		in   string
		want []string
	}{
		{"", nil},
		{`<a href=" b/c?d&amp;e#f ">x</a><A HREF='b/c?d&e#f'><a href="B">`, []string{"b/c?d&e#f", "B"}},
		{`<a href><a href=""><a href="#x"><a href="JavaScript:x()"><a href="data:,x"><a href="mailto:a@b">`, []string{"mailto:a@b"}},
		{"<a href='a\n\tb\r'>", []string{"ab"}},
		{`<a href=first href=second>`, []string{"first"}},
		{`<a href=1><base href="http://h/d/"><a href=2><base href="http://i/"><a href=/3><a href=http://j/>`, []string{"1", "http://h/d/2", "http://h/3", "http://j/"}},
		{`<base href=/relative><base href="mailto:x"><a href=2>`, []string{"2"}},
		{`<base href="http://h/"><a href="http://[">`, []string{"http://["}},
		{`<img src=a srcset="b 1x, c,d 2x,  e (1,2) 3w,f,"><source srcset=g>`, []string{"a", "b", "c,d", "e", "f", "g"}},
		{`<link href=a imagesrcset="b, c 2x">`, []string{"a", "b", "c"}},
		{`<script src=a><a href=b></script><iframe src=c></iframe><form action=d><input src=e formaction=f><button formaction=g>`, []string{"a", "c", "d", "e", "f", "g"}},
		{`<video src=a poster=b><object data=c><q cite=d><body background=e><use xlink:href=f><use href=#g><x href=h><other src=i>`, []string{"a", "b", "c", "d", "e", "f"}},
		{`<meta http-equiv=Refresh content="5; URL='a,b;c' x"><meta content="1,d" http-equiv=refresh><meta http-equiv=refresh content=5><meta http-equiv=refresh content="0;url=">`, []string{"a,b;c", "d"}},
		{`<noscript><img src=a></noscript><noframes><a href=b></noframes><noscript><noscript><a href=c>`, []string{"a", "b", "c"}},
		{`<!-- <a href=a> --><textarea><a href=b></textarea><title><a href=c></title><a href=d`, nil},
		{`<p title="<a href=a>"><a/href=b><br/><a href=c/>`, []string{"b", "c/"}},
		{"<meta charset=windows-1251><a href=\xe6>", []string{"ж"}},
	} {
		got, err := bench.Run(t, "links", test.in)
		if lines := strings.FieldsFunc(got, func(r rune) bool { return r == '\n' }); err != nil || !slices.Equal(lines, test.want) {
			t.Errorf("%q: %q, %v; want %q", test.in, lines, err, test.want)
		}
	}
	list := linkList{out: bufio.NewWriter(io.Discard), seen: map[string]struct{}{}}
	if err := readLinks(strings.NewReader("<a href='"+strings.Repeat("x", 9000)), 8192, &list); steptest.KindOf(err) != transform.TooLarge {
		t.Errorf("a long tag: %v", err)
	}
}

// killers are pages that take parsers and printers of documents very long, or all stack
// or memory.
var killers = map[string]string{
	"deep":             strings.Repeat("<div>", 100_000),
	"deep lists":       strings.Repeat("<ul><li>", 100_000),
	"deep quotes":      strings.Repeat("<blockquote>", 500) + strings.Repeat("x<br>", 1000),
	"deep, closed":     strings.Repeat("<b>", 400) + "x" + strings.Repeat("</b>", 400),
	"deep tables":      strings.Repeat("<table><tr><td>", 150),
	"reconstruction":   formatting(500) + strings.Repeat("<p>x", 20_000),
	"misnested":        strings.Repeat("<a><b><i></a>", 5_000),
	"anchors":          strings.Repeat("<a href=x>", 10_000),
	"siblings":         strings.Repeat("<p>x", 20_000),
	"headings":         strings.Repeat("<h1>", 10_000),
	"wide span":        "<table><tr>" + strings.Repeat("<td colspan=1000000000 rowspan=1000000000>x", 100),
	"ragged table":     "<table><tr>" + strings.Repeat("<td>x", 10_000) + strings.Repeat("<tr><td>y", 10_000),
	"long cell":        "<table><tr><td>" + strings.Repeat("x", 200_000) + strings.Repeat("<tr><td>y", 10_000),
	"stars":            strings.Repeat("*_`[", 20_000),
	"entities":         strings.Repeat("&lt;", 50_000),
	"brackets":         strings.Repeat("<p>[x] "+strings.Repeat("[", 990), 100),
	"open tags":        strings.Repeat("<", 100_000),
	"open comments":    strings.Repeat("<!--", 50_000),
	"attributes":       "<p " + strings.Repeat("a=b ", 20_000) + ">",
	"other attributes": "<a " + numbers(20_000) + ">",
	"spaces":           "<pre>" + strings.Repeat(" \n", 50_000) + "</pre><p>" + strings.Repeat(" \n", 50_000),
	"noscript":         strings.Repeat("<noscript>", 20_000),
	"templates":        strings.Repeat("<template>", 1000),
	"breaks":           "<h1>" + strings.Repeat("x<br>", 10_000),
	"bold pieces":      strings.Repeat("<b>x</b>", 10_000),
	"code":             "<pre>" + strings.Repeat("`", 100_000),
}

func formatting(n int) string {
	var tags strings.Builder
	tags.WriteString("<p>")
	for i := range n {
		fmt.Fprintf(&tags, "<b id=%d>", i)
	}
	return tags.String()
}

func numbers(n int) string {
	var attributes strings.Builder
	for i := range n {
		fmt.Fprintf(&attributes, "a%d ", i)
	}
	return attributes.String()
}

func TestKillers(t *testing.T) {
	for name, page := range killers {
		for _, chain := range []string{"html-to-markdown", "text", "links"} {
			t.Run(chain+" "+name, func(t *testing.T) {
				if out, err := bench.Run(t, chain, page); err != nil && steptest.KindOf(err) == "" || len(out) > 100<<20 {
					t.Errorf("%d bytes, %v", len(out), err)
				}
			})
		}
	}
	if _, err := bench.Run(t, "text", killers["deep"]); steptest.KindOf(err) != transform.Unsupported {
		t.Error(err)
	}
	if _, err := bench.Run(t, "text", killers["reconstruction"]); steptest.KindOf(err) != transform.TooLarge {
		t.Error(err)
	}
	if _, err := bench.Run(t, "html-to-markdown", strings.Repeat("x", transform.MaxHeld+1)); steptest.KindOf(err) != transform.TooLarge {
		t.Error(err)
	}
}

func TestPageNames(t *testing.T) {
	for chain, want := range map[string][2]string{"html-to-markdown": {"d/x.md", "y.php.md"}, "text": {"d/x.txt", "y.php.txt"}, "links": {"d/x.links.txt", "y.php.links.txt"}} {
		c := value(bench.Set.Parse(chain))
		if got := [2]string{c.Output(transform.File{Name: "d/x.HTML"}).Name, c.Output(transform.File{Name: "y.php"}).Name}; got != want {
			t.Errorf("%s: %v, want %v", chain, got, want)
		}
	}
}

func TestDeclaredCharset(t *testing.T) {
	c := value(bench.Set.Parse("links"))
	for _, contentType := range []string{"text/html; charset=windows-1251", "application/octet-stream; charset=windows-1251", "application/xhtml+xml; charset=windows-1251"} {
		var out bytes.Buffer
		if _, err := c.Run(t.Context(), transform.File{ContentType: contentType}, strings.NewReader("<a href=\xe6>"), &out, transform.Options{}); err != nil || out.String() != "ж\n" {
			t.Errorf("%s: %q, %v", contentType, &out, err)
		}
	}
}

// No page makes a step panic, and all that they make is UTF-8.
func FuzzPages(f *testing.F) {
	f.Add([]byte(article))
	f.Add([]byte("<table><tr><td colspan=3>a<td rowspan=2>b<tr><td><table><tr><td>c</table></table>"))
	f.Add([]byte("<meta http-equiv=refresh content='1;url=x'><img srcset='a 1x, b (,) 2x'><base href=http://h><a href=x>"))
	f.Add([]byte("<ul><li><p>a<pre>`b`</pre><ol><li>c</ol><blockquote><h1><b><a href=x><img alt=']('></a></b></h1></blockquote>"))
	f.Add([]byte("<a><b><i></a><p></b><svg><desc><math><mi></svg><frameset><template><td>"))
	f.Fuzz(func(t *testing.T, page []byte) {
		for _, chain := range []string{"html-to-markdown", "text", "links"} {
			out, err := bench.Run(t, chain, string(page))
			if err != nil && steptest.KindOf(err) == "" {
				t.Errorf("%s: %v", chain, err)
			}
			if !utf8.ValidString(out) {
				t.Errorf("%s makes %q", chain, out)
			}
		}
	})
}

func BenchmarkPages(b *testing.B) {
	var page strings.Builder
	page.WriteString("<title>x</title>")
	for i := range 500 {
		fmt.Fprintf(&page, "<div class=item><h2>Number %d</h2><p>Some words, <b>bold</b> and <a href='/page/%d?x=1&amp;y=2'>linked</a>, %s</p></div>\n", i, i, strings.Repeat("and more of them ", 5))
	}
	for _, chain := range []string{"html-to-markdown", "text", "links"} {
		b.Run(chain, func(b *testing.B) { bench.Benchmark(b, chain, page.String(), len(page.String())) })
	}
}
