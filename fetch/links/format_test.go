package links

import (
	"strings"
	"testing"
)

func TestFormat(t *testing.T) {
	for _, test := range []struct {
		contentType, text string
		want              Format
	}{
		{"text/html", "", HTML},
		{"text/html", "plain", HTML},
		{"TEXT/HTML; charset=x", "<p>", HTML},
		{"text/html", "<?xml version='1.0'?><!-- > --><!DOCTYPE rss><rss>", RSS},
		{"text/html", "<feed xmlns='x'>", Atom},
		{"text/html", "<urlset>", URLs},
		{"text/html", "<?xml version='1.0'?><html>", HTML},
		{"application/xhtml+xml", "<html>", XML},
		{"image/svg+xml", "<svg>", XML},
		{"text/xml", "<ns:SitemapIndex >", Index},
		{"text/xml", "<rdf:RDF>", RSS},
		{"text/xml", "<!DOCTYPE x [<!ENTITY a 'b'>]><urlset>", URLs},
		{"text/xml", "<feed", XML},
		{"text/xml", "<!-- " + strings.Repeat("x", sniffed) + " --><feed>", XML},
		{"text/xml", "x<feed>", XML},
		{"text/css", "a{}", Sheet},
		{"text/css", "<html>", Sheet},
		{"", "", None},
		{"", "plain", None},
		{"", " <!DOCTYPE html>", HTML},
		{"", "<p>", HTML},
		{"", "<", None},
		{"", "< p>", None},
		{"", "<?xml version='1.0'?><html>", XML},
		{"", "<rss/>", RSS},
		{"unknown/unknown", "<p>", HTML},
		{"text/plain", "<html>", None},
		{"application/json", "<html>", None},
		{"application/octet-stream", "<html>", None},
		{"image/png", "<html>", None},
	} {
		doc := document(t, home, test.contentType)
		found, err := Find(strings.NewReader(test.text), doc, Options{All: true})
		if err != nil || found.Format != test.want {
			t.Errorf("%s %.60q: got %q, want %q, %v", test.contentType, test.text, found.Format, test.want, err)
		}
		if found.Format != None && !mayHaveLinks(doc, Options{All: true}) {
			t.Errorf("%s is thought to have no links", test.contentType)
		}
	}
}

// In XHTML tags are what they look like, content of scripts too.
func TestXHTML(t *testing.T) {
	for _, test := range []struct {
		text string
		want []string
	}{
		{`<html xmlns="http://www.w3.org/1999/xhtml"><head><title/><script src="/s"/><style/></head><body><a href="/x?a&amp;b">`, []string{"script /s", "a /x?a&b"}},
		{`<h:html xmlns:h="x"><h:base href="/up/"/><h:a href="x"/><h:noscript><h:a href="y"/></h:noscript></h:html>`, []string{"a /up/x", "a /up/y"}},
		{`<html><style>a{b:url(/x)}<![CDATA[ c{d:url("/y")} ]]></style><p style="e:url(/z)">url(/no)</p></html>`, []string{"css /x", "css /y", "css /z"}},
		{`<html><![CDATA[<a href="/no"/>]]><!-- <a href="/no"/> --></html>`, nil},
		{`<?xml-stylesheet href='/s.css' type="text/css"?><?xml-stylesheet href=?><?xml-model href="/no"?><svg><a xlink:href="/x"/></svg>`, []string{"style /s.css", "a /x"}},
		{`<book><ulink xlink:href="/x"/><ulink url="/no"/><other href="/no"/></book>`, []string{"resource /x"}},
		{`<html><form action="/no" method="post"><button formaction="/no2"/></form><button formaction="/x"/></html>`, []string{"form /x"}},
	} {
		check(t, document(t, home, "application/xhtml+xml"), Options{All: true}, test.text, test.want...)
	}
}

func TestHeader(t *testing.T) {
	for _, test := range []struct {
		values  []string
		refresh string
		want    []string
	}{
		{nil, "", nil},
		{[]string{`</c>; rel=canonical, <n>; rel="next nofollow"`, `</feed>; rel="alternate"; type="application/atom+xml"`}, "", []string{"canonical /c", "related /dir/n nofollow", "feed /feed"}},
		{[]string{`</s.css>; rel=preload; as=style, </f>; rel=preload; as=font, <https://cdn.test>; rel=preconnect`}, "", []string{"style /s.css", "resource /f"}},
		{[]string{`</x>; rel=next; anchor="/y"`, `</x>`, `<>; rel=next`, `<javascript:x>; rel=next`, "garbage"}, "", nil},
		{nil, "0; url=/r", []string{"refresh /r"}},
		{nil, "10", nil},
	} {
		got := shown(Header(document(t, home, "").URL, test.values, test.refresh, Options{All: true}))
		if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
			t.Errorf("%q, %q: got %q, want %q", test.values, test.refresh, got, test.want)
		}
	}
}
