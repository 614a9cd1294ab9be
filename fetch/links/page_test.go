package links

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"crawl/fetch/urls"
)

const home = "https://h.test/dir/page"

func document(t testing.TB, url, contentType string) Document {
	t.Helper()
	u, err := urls.Parse(url)
	if err != nil {
		t.Fatal(err)
	}
	return Document{URL: u, ContentType: contentType}
}

// shown is links as "kind url flags", those of the page's own host without it.
func shown(links []Link) []string {
	var lines []string
	for _, l := range links {
		line := string(l.Kind) + " " + strings.TrimPrefix(l.URL, "https://h.test")
		for bit, name := range map[Rel]string{NoFollow: " nofollow", UGC: " ugc", Sponsored: " sponsored"} {
			if l.Rel == bit {
				line += name
			}
		}
		lines = append(lines, line)
	}
	return lines
}

func check(t *testing.T, doc Document, opt Options, text string, want ...string) Found {
	t.Helper()
	found, err := Find(strings.NewReader(text), doc, opt)
	if err != nil {
		t.Fatal(err)
	}
	if got := shown(found.Links); !slices.Equal(got, want) {
		t.Errorf("%.300s\ngot  %q\nwant %q", text, got, want)
	}
	if len(found.Links) == 0 && found.Links != nil { // which would be there in JSON
		t.Errorf("%.300s: no links, and not nil", text)
	}
	return found
}

// pages are documents with all links that they have.
var pages = []struct {
	name, text string
	want       []string
}{
	{"nothing", "", nil},
	{"text", "no <link", nil},
	{"a", `<a href="/x">x</a>`, []string{"a /x"}},
	{"relative", `<a href=x><a href=./y><a href=../z><a href=?q><a href=//o.test/p>`, []string{"a /dir/x", "a /dir/y", "a /z", "a /dir/page?q", "a https://o.test/p"}},
	{"upper case", `<A HREF='/x'>`, []string{"a /x"}},
	{"no quotes, no space", `<a/href=/x>`, []string{"a /x"}},
	{"space around and within", "<a href=\"\t\n /x\n/y \">", []string{"a /x/y"}},
	{"space around =", `<a href = "/x">`, []string{"a /x"}},
	{"references", `<a href="/x?a=1&amp;b=2&#x26;c&copy=3&lt">`, []string{"a /x?a=1&b=2&c&copy=3%3C"}},
	{"not canonical", `<a href="HTTPS://H.test:443/a/../%7eb c/ü">`, []string{"a /%7eb%20c/%C3%BC"}},
	{"twice", `<a href=/x><a href=/x#y><a href=https://h.test/x>`, []string{"a /x"}},
	{"attribute twice", `<a href=/x href=/y>`, []string{"a /x"}},
	{"the page itself", `<a href><a href=""><a href="#top"><a href="page"><a href="https://h.test/dir/page#x">`, nil},
	{"other schemes", `<a href="mailto:a@b"><a href="javascript:x()"><a href="java` + "\n" + `script:x()"><a href="DATA:,x"><a href="tel:1"><a href="ftp://h.test/"><a href="httpx://h.test/"><a href="a+b.c-d:x">`, nil},
	{"almost a scheme", `<a href="1:2"><a href="http:x"><a href="http:/y"><a href="https:z">`, []string{"a /dir/1:2", "a http://x/", "a http://y/", "a /dir/z"}},
	{"bad hosts", `<a href="http://"><a href="http://a b/"><a href="http://[::1/"><a href="/x">`, []string{"a /x"}},
	{"never closed", `<a href="/x`, nil},
	{"cut tag", `<a href="/x"`, nil},
	{"comment", `<!-- <a href=/x> --><!--><a href=/y><!-- -- ><a href=/z>`, []string{"a /y"}},
	{"conditional comment", `<!--[if IE]><a href=/x><![endif]--><![if !IE]><a href=/y><![endif]>`, []string{"a /y"}},
	{"CDATA is a comment here", `<![CDATA[<a href=/x>]]><a href=/y>`, []string{"a /y"}},
	{"script", `<script>"<a href=/x>"</script><a href=/y>`, []string{"a /y"}},
	{"escaped script", `<script><!-- <script> </script> <a href=/x> --></script><a href=/y>`, []string{"a /y"}},
	{"text elements", `<textarea><a href=/x></textarea><title><a href=/x></title><xmp><a href=/x></xmp><a href=/y>`, []string{"a /y"}},
	{"plaintext", `<a href=/y><plaintext><a href=/x></plaintext>`, []string{"a /y"}},
	{"noscript", `<noscript><a href=/x></noscript><NOSCRIPT><iframe src=/y></NOSCRIPT>`, []string{"a /x", "frame /y"}},
	{"noframes", `<frameset><frame src=/f><noframes><a href=/x></noframes></frameset>`, []string{"frame /f", "a /x"}},
	{"template", `<template><base href=/no/><a href=x></template><a href=y>`, []string{"a /dir/x", "a /dir/y"}},
	{"area, frames", `<map><area href=/x></map><iframe src=/y><a href=/no></iframe><frame src=/z longdesc=/l>`, []string{"a /x", "frame /y", "frame /z", "reference /l"}},
	{"srcdoc", `<iframe srcdoc="<a href='/x'>&lt;a href=/y>">`, []string{"a /x", "a /y"}},
	{"srcdoc's base", `<a href=a><iframe srcdoc="<a href=b><base href=/in/><a href=a>"></iframe><a href=c><base href=/out/><a href=c><iframe srcdoc="<a href=d><base href=/in/>"></iframe><a href=e>`,
		[]string{"a /dir/a", "a /dir/b", "a /in/a", "a /dir/c", "a /out/c", "a /out/d", "a /out/e"}},
	{"srcdoc's base is not ours", `<iframe srcdoc="<base href=/in/><a href=a>"></iframe><a href=a>`, []string{"a /in/a", "a /dir/a"}},
	{"a style with references", `<b style="background: url&#40;/x&rpar;">`, []string{"css /x"}},
	{"base", `<base href="https://o.test/b/c"><base href="/no/"><a href=x><a href="#y"><a href="">`, []string{"a https://o.test/b/x", "a https://o.test/b/c"}},
	{"relative base", `<base target=x><base href="../up/"><a href=x>`, []string{"a /up/x"}},
	{"base that is none", `<base href="javascript:x"><base href="/no/"><a href=x>`, []string{"a /dir/x"}},
	{"rel", `<a href=/n rel="x NoFollow"><a href=/u rel=ugc><a href=/s rel=sponsored><a href=/f rel=follow>`, []string{"a /n nofollow", "a /u ugc", "a /s sponsored", "a /f"}},
	{"rel of the tag before", `<a href=/n rel=nofollow><a href=/x>`, []string{"a /n nofollow", "a /x"}},
	{"followed once is followed", `<a href=/x rel=nofollow><a href=/x>`, []string{"a /x"}},
	{"page before asset", `<img src=/x><a href=/x rel=nofollow>`, []string{"a /x nofollow"}},
	{"asset behind page", `<a href=/x rel=nofollow><img src=/x>`, []string{"a /x nofollow"}},
	{"forms", `<form action=/get></form><form action=/post method=POST></form><form action=/dialog method=dialog></form><form action=/g method=GeT><button formaction=/b><input type=submit formaction=/i></form><form><button formaction=/b2 formmethod=post></form><form action>`,
		[]string{"form /get", "form /g", "form /b", "form /i"}},
	{"buttons of a form that posts", `<form method=post><button formaction=/x></button><button formaction=/y formmethod=get></button></form><button formaction=/z>`, []string{"form /y", "form /z"}},
	{"refresh", `<meta http-equiv=Refresh content="5; url='/x'">`, []string{"refresh /x"}},
	{"refresh of itself", `<meta http-equiv=refresh content="5">`, nil},
	{"no refresh", `<meta name=refresh content="5; url=/x"><meta property=og:url content=/y>`, nil},
	{"link pages", `<link rel=canonical href=/c><link rel=alternate href=/de hreflang=de><link rel="NEXT nofollow" href=/n><link rel=alternate type=application/rss+xml href=/feed><link rel=alternate type=application/json href=/j><link rel=sitemap href=/m>`,
		[]string{"canonical /c", "alternate /de", "related /n nofollow", "feed /feed", "resource /j", "sitemap /m"}},
	{"link assets", `<link rel=stylesheet href=/s><link rel="alternate stylesheet" href=/t><link rel="shortcut icon" href=/i><link rel=preload as=font href=/f><link rel=preload as=image imagesrcset="/1 1x, /2 2x"><link rel=modulepreload href=/m><link rel=manifest href=/w>`,
		[]string{"style /s", "style /t", "image /i", "resource /f", "image /1", "image /2", "script /m", "resource /w"}},
	{"links that are none", `<link href=/x><link rel=preconnect href=/x><link rel="dns-prefetch" href=//o.test><link rel=pingback href=/x><link rel=https://api.w.org/ href=/x>`, nil},
	{"images", `<img src=/a data-src=/b srcset="/c 1x, /d 2x" data-srcset=/e longdesc=/f><image src=/g><picture><source srcset="/h 100w"></picture><input type=IMAGE src=/i><input src=/no><body background=/j><td background=/k>`,
		[]string{"image /a", "image /b", "image /c", "image /d", "image /e", "reference /f", "image /g", "image /h", "image /i", "image /j", "image /k"}},
	{"media", `<audio src=/a></audio><video src=/b poster=/c><source src=/d type=video/mp4><track src=/e></video><embed src=/f><object data=/g><script src=/h></script>`,
		[]string{"media /a", "media /b", "image /c", "media /d", "media /e", "embed /f", "embed /g", "script /h"}},
	{"quotations", `<blockquote cite=/a><q cite=/b><ins cite=/c><del cite=/d>`, []string{"reference /a", "reference /b", "reference /c", "reference /d"}},
	{"SVG", `<svg><a xlink:href=/a></a><a href=/b></a><image href=/c /><use xlink:href="/d#e"/><use href="#f"/><script href=/g /><feImage href=/h /></svg>`,
		[]string{"a /a", "a /b", "image /c", "image /d", "script /g", "image /h"}},
	{"self-closing in SVG", `<svg><title/><style/><script/><a href=/x></a></svg><a href=/y>`, []string{"a /x", "a /y"}},
	{"self-closing in HTML", `<a href=/x><title/><a href=/no></title><svg/><title/><a href=/no></title>`, []string{"a /x"}},
	{"styles", `<style>@import "/a"; b { c: url( '/d' ) }</style><p style="e: url(/f)"><P STYLE='x: url(&quot;/g&quot;)'>`, []string{"style /a", "css /d", "css /f", "css /g"}},
	{"style attribute of a link", `<a href=/x style="background: url(/y)">`, []string{"a /x", "css /y"}},
}

func TestPage(t *testing.T) {
	for _, test := range pages {
		t.Run(test.name, func(t *testing.T) {
			doc := document(t, home, "text/html; charset=utf-8")
			check(t, doc, Options{All: true}, test.text, test.want...)

			var follow []string
			for _, line := range test.want {
				kind, _, _ := strings.Cut(line, " ")
				if Kind(kind).Page() {
					follow = append(follow, line)
				}
			}
			check(t, doc, Options{}, test.text, follow...)
		})
	}
}

// However the bytes come, the links are the same.
func TestPageInPieces(t *testing.T) {
	for name, pieces := range map[string]func(io.Reader) io.Reader{
		"bytes":       iotest.OneByteReader,
		"halves":      iotest.HalfReader,
		"data at EOF": iotest.DataErrReader,
	} {
		for _, test := range pages {
			found, err := Find(pieces(strings.NewReader(test.text)), document(t, home, "text/html"), Options{All: true})
			if got := shown(found.Links); err != nil || !slices.Equal(got, test.want) {
				t.Errorf("%s of %s: %q, %v", name, test.name, got, err)
			}
		}
	}
}

// A tag, script, style or text that is longer than may be read whole hides nothing that
// follows it.
func TestLongTokens(t *testing.T) {
	const longest = 1_000
	long := strings.Repeat("x", 2*longest+longest/2)
	for name, text := range map[string]string{
		"data URL":     `<img src="data:image/png;base64,` + long + `">`,
		"script":       `<script>x = "<a href=/no>` + long + `<a href=/no>"</script>`,
		"style":        `<style>` + long + `<a href=/no></style>`,
		"comment":      `<!-- ` + long + ` -->`,
		"text":         long,
		"noscript":     `<noscript>` + long + `</noscript>`,
		"textarea":     `<textarea>` + long + `<a href=/no></textarea>`,
		"many scripts": strings.Repeat(`<script>`+long[:longest+10]+`</script>`, 3),
	} {
		for _, format := range []Format{HTML, XML} {
			if format == XML && (name == "script" || name == "style" || name == "textarea") {
				continue // tags there are tags
			}
			t.Run(name+" "+string(format), func(t *testing.T) {
				c := newCollector(document(t, home, ""), Options{All: true}, format, "utf-8", newMemory())
				c.longestToken = longest
				c.read(strings.NewReader(`<a href=/x>` + text + `<a href=/y>`))
				if got := shown(c.all().Links); !slices.Equal(got, []string{"a /x", "a /y"}) {
					t.Error(got)
				}
			})
		}
	}
}

func TestRobots(t *testing.T) {
	text := `<meta name="ROBOTS " content="NoIndex, nofollow"><meta name=googlebot content=all>
		<meta name=Crawl content="none"><meta name=description content=x><meta name=robots><meta content=x>
		<iframe srcdoc="<meta name=robots content=noindex>"></iframe>`
	found := check(t, document(t, home, "text/html"), Options{Robot: "crawl"}, text)
	want := []Directive{{"robots", "NoIndex, nofollow"}, {"crawl", "none"}, {"robots", ""}}
	if !slices.Equal(found.Robots, want) {
		t.Errorf("got %q, want %q", found.Robots, want)
	}
	found = check(t, document(t, home, "text/html"), Options{}, strings.Repeat(`<meta name=robots content="`+strings.Repeat("x", 2_000)+`">`, 50))
	if len(found.Robots) != maxDirectives || len(found.Robots[0].Content) != maxDirective {
		t.Errorf("%d directives, the first of %d bytes", len(found.Robots), len(found.Robots[0].Content))
	}
}

func TestMax(t *testing.T) {
	text := strings.Repeat(`<img src=/i>`, 3) + `<a href=/1><a href=/2><img src=/j><img src=/k><a href=/1><a href=/3><a href=/3><a href=/k>`
	found := check(t, document(t, home, "text/html"), Options{All: true, Max: 2}, text, "image /i", "a /1", "a /2", "image /j")
	if found.Dropped != 4 {
		t.Errorf("dropped %d, want /k, /3 twice and /k", found.Dropped)
	}
	var many strings.Builder
	for i := range DefaultMax + 7 {
		fmt.Fprintf(&many, "<a href=/%d>", i)
	}
	found, err := Find(strings.NewReader(many.String()), document(t, home, "text/html"), Options{})
	if err != nil || len(found.Links) != DefaultMax || found.Dropped != 7 {
		t.Errorf("%d links, %d dropped, %v", len(found.Links), found.Dropped, err)
	}
}

// Queries are sent in the charset of the page, all else in UTF-8.
func TestCharset(t *testing.T) {
	for _, test := range []struct {
		contentType, text, charset string
		want                       []string
	}{
		{"text/html; charset=windows-1252", "<a href='/\xfc?\xfc=\x80#\xfc'>", "windows-1252", []string{"a /%C3%BC?%FC=%80"}},
		{"text/html", "<meta charset=shift_jis><a href='?q=\x93\xfa\x96{'>", "shift_jis", []string{"a /dir/page?q=%93%FA%96{"}},
		{"text/html; charset=iso-8859-1", "<a href='?&#x65e5;&amp;x'>", "windows-1252", []string{"a /dir/page?%26%2326085%3B&x"}},
		{"text/html; charset=iso-2022-jp", "<a href='?\x1b$BF|\x1b(B'>", "iso-2022-jp", []string{"a /dir/page?%1B$BF|%1B(B"}},
		{"text/html; charset=utf-8", "<a href='?\xc3\xbc'>", "utf-8", []string{"a /dir/page?%C3%BC"}},
		{"text/html", "\xff\xfe<\x00a\x00 \x00h\x00r\x00e\x00f\x00=\x00?\x00\xfc\x00>\x00", "utf-16le", []string{"a /dir/page?%C3%BC"}},
		{"text/html", "\xef\xbb\xbf<a href=/x>", "utf-8", []string{"a /x"}},
	} {
		found := check(t, document(t, home, test.contentType), Options{}, test.text, test.want...)
		if found.Charset != test.charset {
			t.Errorf("%q: charset %s, want %s", test.text, found.Charset, test.charset)
		}
	}
}

func TestFindReturnsWhatCameBeforeAnError(t *testing.T) {
	for _, spaces := range []int{0, 1, 5_000, 20_000, 100_000} {
		broken := io.MultiReader(strings.NewReader("<a href=/x>"+strings.Repeat(" ", spaces)), iotest.ErrReader(io.ErrUnexpectedEOF))
		found, err := Find(broken, document(t, home, "text/html"), Options{})
		if err != io.ErrUnexpectedEOF || !slices.Equal(shown(found.Links), []string{"a /x"}) {
			t.Errorf("%d spaces: %v, %v", spaces, found.Links, err)
		}
	}
}

// A page whose links are megabytes long costs the memory of none of them.
func TestLongLinks(t *testing.T) {
	long := bytes.Repeat([]byte("x"), urls.MaxLength)
	found := check(t, document(t, home, "text/html"), Options{}, `<a href="/`+string(long)+`"><a href="data:`+string(long)+`"><a href=/x>`, "a /x")
	if found.Dropped != 1 {
		t.Errorf("dropped %d, want 1", found.Dropped)
	}
}
