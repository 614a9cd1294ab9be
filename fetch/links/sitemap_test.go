package links

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"
)

const urlset = `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`

// sitemaps are documents as sites send them, with the links that they have.
var sitemaps = []struct {
	name, contentType, text string
	format                  Format
	want                    []string
}{
	{"urlset", "text/xml", urlset + `<url><loc>https://h.test/a?b=1&amp;c=2</loc></url><url><loc>
		https://h.test/d	</loc></url></urlset>`, URLs, []string{"entry /a?b=1&c=2", "entry /d"}},
	{"index", "application/xml", `<sitemapindex><sitemap><loc>https://h.test/1.xml</loc><lastmod>2026</lastmod></sitemap><sitemap><loc>/2.xml.gz</loc></sitemap></sitemapindex>`,
		Index, []string{"sitemap /1.xml", "sitemap /2.xml.gz"}},
	{"index without loc", "text/xml", `<sitemapindex><sitemap>https://h.test/1.xml?a&amp;b</sitemap></sitemapindex>`, Index, []string{"sitemap /1.xml?a&b"}},
	{"no namespace, upper case", "text/xml", `<URLSET><URL><LOC>/a</LOC></URL></URLSET>`, URLs, []string{"entry /a"}},
	{"prefixes", "text/xml", `<x:urlset xmlns:x="http://www.sitemaps.org/schemas/sitemap/0.9"><x:url><x:loc>/a</x:loc></x:url></x:urlset>`, URLs, []string{"entry /a"}},
	{"CDATA", "text/xml", `<urlset><url><loc><![CDATA[/a?b=1&c]]>&amp;d<![CDATA[e]]></loc></url></urlset>`, URLs, []string{"entry /a?b=1&c&de"}},
	{"comments and instructions", "text/xml", `<?xml-stylesheet type="text/xsl" href="/s.xsl?a&amp;b"?><!-- <urlset> --><urlset><!-- <url><loc>/no</loc></url> --><url><loc>/a<!-- b --></loc></url></urlset>`,
		URLs, []string{"style /s.xsl?a&b", "entry /a"}},
	{"& not escaped", "text/xml", `<urlset><url><loc>/a?b=1&copy=2&c</loc></url></urlset>`, URLs, []string{"entry /a?b=1&copy=2&c"}},
	{"nothing closed", "text/xml", `<urlset><url><loc>/a</loc><url><loc>/b</loc><lastmod>2026<url><loc>/c`, URLs, []string{"entry /a", "entry /b"}},
	{"other elements", "text/xml", `<urlset><loc>/no</loc><url><loc>/a</loc><news:news><news:title>/no</news:title><news:loc>/no</news:loc></news:news><expires>x</expires></url></urlset>`, URLs, []string{"entry /a"}},
	{"extensions", "text/xml", `<urlset><url><image:image><image:loc>/i.png</image:loc><image:license>/no</image:license></image:image><loc>/a</loc>
		<video:video><video:thumbnail_loc>/t.jpg</video:thumbnail_loc><video:content_loc>/v.mp4</video:content_loc><video:player_loc autoplay="x">/p</video:player_loc></video:video>
		<xhtml:link rel="alternate" hreflang="de" href="/de?a&amp;b"/><xhtml:link rel=canonical href=/no /></url></urlset>`,
		URLs, []string{"image /i.png", "entry /a", "image /t.jpg", "media /v.mp4", "media /p", "alternate /de?a&b"}},
	{"alternates are entries too", "text/xml", `<urlset><url><loc>/en</loc><xhtml:link rel="alternate" href="/de"/></url><url><loc>/de</loc></url></urlset>`, URLs, []string{"entry /en", "entry /de"}},
	{"other hosts and schemes", "text/xml", `<urlset><url><loc>http://o.test/</loc></url><url><loc>ftp://h.test/</loc></url><url><loc>file:///etc/passwd</loc></url><url><loc></loc></url></urlset>`, URLs, []string{"entry http://o.test/"}},
	{"entities of its own", "text/xml", `<!DOCTYPE urlset [<!ENTITY a "https://h.test/x"><!ENTITY b SYSTEM "file:///etc/passwd">]><urlset><url><loc>/a&a;&b;</loc></url></urlset>`, URLs, []string{"entry /a&a;&b;"}},
	{"as HTML", "text/html; charset=utf-8", urlset + `<url><loc>/a</loc></url></urlset>`, URLs, []string{"entry /a"}},
	{"as text", "text/plain", urlset + `<url><loc>/a</loc></url></urlset>`, URLs, []string{"entry /a"}},
	{"as JSON", "application/json", urlset + `<url><loc>/a</loc></url></urlset>`, URLs, []string{"entry /a"}},
	{"as nothing", "", "\ufeff  " + urlset + `<url><loc>/a</loc></url></urlset>`, URLs, []string{"entry /a"}},
	{"UTF-16", "text/xml", utf16(`<urlset><url><loc>/ü</loc></url></urlset>`), URLs, []string{"entry /%C3%BC"}},
	{"Latin-1", "text/xml", `<?xml version="1.0" encoding="iso-8859-1"?><urlset><url><loc>` + "/\xfc?\xfc" + `</loc></url></urlset>`, URLs, []string{"entry /%C3%BC?%C3%BC"}},
	{"text", "text/plain", "\ufeffhttps://h.test/a\r\n\r\n  http://o.test/ü \n# no\n/no\nhttps://h.test/a\nhttps://h.test/b?c&d", Text, []string{"entry /a", "entry http://o.test/%C3%BC", "entry /b?c&d"}},
	{"text as something else", "application/octet-stream", "https://h.test/a", Text, []string{"entry /a"}},
	{"a page", "text/html", `<!doctype html><a href=/a>`, HTML, []string{"a /a"}},
	{"nothing at all", "text/xml", "", XML, nil},
	{"feed", "application/rss+xml", `<rss><channel><item><link>/a</link></item></channel></rss>`, RSS, []string{"entry /a"}},
}

func utf16(s string) string {
	b := []byte("\xff\xfe")
	for _, r := range s {
		b = append(b, byte(r), byte(r>>8))
	}
	return string(b)
}

func TestSitemap(t *testing.T) {
	for _, test := range sitemaps {
		t.Run(test.name, func(t *testing.T) {
			doc := document(t, "https://h.test/sitemap", test.contentType)
			doc.Sitemap = true
			if found := check(t, doc, Options{All: true}, test.text, test.want...); found.Format != test.format {
				t.Errorf("format %q, want %q", found.Format, test.format)
			}
			doc.ContentType = ""
			check(t, doc, Options{All: true}, packed(t, test.text), test.want...)
		})
	}
}

func packed(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, text); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestHints(t *testing.T) {
	doc := document(t, home, "text/xml")
	found := check(t, doc, Options{}, urlset+`
		<url><loc>/a</loc><lastmod>2026-11-26</lastmod><priority>0.8</priority></url>
		<url><lastmod> 2026-11-26T12:30:45.5+01:00 </lastmod><priority> 1 </priority><loc>/b</loc></url>
		<url><loc>/c</loc><lastmod>2026-11-26T12:30Z</lastmod><priority>1.1</priority></url>
		<url><loc>/d</loc><lastmod>2026-11</lastmod><priority>NaN</priority></url>
		<url><loc>/e</loc><lastmod>yesterday</lastmod><priority>-1</priority></url>
		<url><loc>/f</loc><changefreq>daily</changefreq></url></urlset>`,
		"entry /a", "entry /b", "entry /c", "entry /d", "entry /e", "entry /f")
	zone := time.FixedZone("", 3600)
	want := []struct {
		modified time.Time
		priority float32
	}{
		{time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC), 0.8},
		{time.Date(2026, 11, 26, 12, 30, 45, 500_000_000, zone), 1},
		{time.Date(2026, 11, 26, 12, 30, 0, 0, time.UTC), 0},
		{time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC), 0},
		{},
		{},
	}
	for i, l := range found.Links {
		if !l.Modified.Equal(want[i].modified) || l.Priority != want[i].priority {
			t.Errorf("%s: %v, %v, want %v", l.URL, l.Modified, l.Priority, want[i])
		}
	}
}

var feeds = []struct {
	name, contentType, text string
	format                  Format
	want                    []string
}{
	{"RSS 2.0", "application/rss+xml", `<?xml version="1.0"?><rss version="2.0"><channel><title>/no</title><link>https://h.test/site</link><image><url>/logo.png</url><link>/no</link></image>
		<atom:link rel="self" href="/self"/><atom:link rel="next" href="/feed?p=2"/>
		<item><title>x</title><link> /1?a&amp;b </link><guid isPermaLink="false">abc</guid><comments>/1/comments</comments><enclosure url="/1.mp3" type="audio/mpeg"/><pubDate>Thu, 26 Nov 2026 12:30:00 GMT</pubDate></item>
		<item><guid isPermaLink="false">https://h.test/2</guid></item><item><guid>abc</guid></item>
		<item><link>/3<![CDATA[?a&b]]></link><source url="/no">x</source><media:content url="/3.mp4"/><media:thumbnail url="/3.jpg"/><description>&lt;a href="/no"&gt;</description></item></channel></rss>`,
		RSS, []string{"alternate /site", "image /logo.png", "related /feed?p=2", "related /1/comments", "media /1.mp3", "entry /1?a&b", "entry /2", "media /3.mp4", "image /3.jpg", "entry /3?a&b"}},
	{"RSS 1.0", "application/rdf+xml", `<rdf:RDF xmlns:rdf="x"><channel rdf:about="/no"><link>/site</link></channel><item rdf:about="/1"><link>/1</link><dc:date>2026-11-26</dc:date></item><textinput><link>/no</link></textinput></rdf:RDF>`,
		RSS, []string{"alternate /site", "entry /1"}},
	{"RSS as HTML", "text/html", `<!-- x --><rss><item><link>/1</link></item></rss>`, RSS, []string{"entry /1"}},
	{"Atom", "application/atom+xml", `<feed xmlns="http://www.w3.org/2005/Atom"><link rel="self" href="/self"/><link href="/site"/><link rel="next" href="/p2"/><icon>/icon.png</icon><id>/no</id>
		<entry><link rel="edit" href="/no"/><link href="/1"/><link rel="alternate" type="text/html" href="/1.html"/><link rel="enclosure" href="/1.mp3"/><updated>2026-11-26T12:30:00Z</updated><id>/no</id>
		<source><link href="/no"/><icon>/no</icon><updated>2001-01-01</updated></source><content type="xhtml"><div><a href="/no">x</a></div></content></entry>
		<entry><published>2026-11-26</published><link rel=" Alternate " href="/2"/><link rel="replies" href="/2/replies"/><content src="/2.pdf"/></entry></feed>`,
		Atom, []string{"alternate /site", "related /p2", "image /icon.png", "entry /1", "alternate /1.html", "media /1.mp3", "entry /2", "related /2/replies", "resource /2.pdf"}},
}

func TestFeed(t *testing.T) {
	for _, test := range feeds {
		t.Run(test.name, func(t *testing.T) {
			found := check(t, document(t, home, test.contentType), Options{All: true}, test.text, test.want...)
			if found.Format != test.format {
				t.Errorf("format %q, want %q", found.Format, test.format)
			}
			for _, l := range found.Links {
				if strings.HasPrefix(l.URL, "https://h.test/1") && l.Kind == Entry && (l.Modified.IsZero() || l.Modified.Year() != 2026) && test.contentType != "text/html" {
					t.Errorf("%s was modified %v", l.URL, l.Modified)
				}
			}
		})
	}
}

// The limits of the protocol hold, and what is over them is counted or an error.
func TestSitemapLimits(t *testing.T) {
	doc := document(t, home, "text/plain")
	doc.Sitemap = true

	var b strings.Builder
	for i := range MaxEntries + 7 {
		fmt.Fprintf(&b, "https://h.test/%d\n", i)
	}
	found, err := Find(strings.NewReader(b.String()), doc, Options{Max: 3})
	if err != nil || len(found.Links) != MaxEntries || found.Dropped != 7 {
		t.Errorf("%d links, %d dropped, %v", len(found.Links), found.Dropped, err)
	}

	fits := "https://h.test/" + strings.Repeat("x", maxLoc-len("https://h.test/"))
	found = check(t, doc, Options{}, fits+"\n"+fits+"y\nhttps://h.test/"+strings.Repeat("z", 10_000)+"\nhttps://h.test/a",
		"entry "+strings.TrimPrefix(fits, "https://h.test"), "entry /a")
	if found.Dropped != 2 {
		t.Errorf("dropped %d, want 2", found.Dropped)
	}
	found = check(t, doc, Options{}, "<urlset><url><loc>"+fits+"y</loc></url><url><loc>"+strings.Repeat("z", 10_000)+"</loc></url></urlset>")
	if found.Dropped != 2 {
		t.Errorf("dropped %d, want 2", found.Dropped)
	}

	for _, root := range []string{"", "<urlset>", "<sitemapindex>"} {
		text := root + strings.Repeat("https://h.test/\n<url><loc>https://h.test/a</loc></url>", 100)
		for length, want := range map[int64]error{int64(len(text)) - 1: ErrTooLarge, int64(len(text)): nil} {
			for _, sent := range []string{text, packed(t, text)} {
				found, err := find(strings.NewReader(sent), doc, Options{}, length)
				if err != want || len(found.Links) == 0 {
					t.Errorf("%q: %v, %v, want %v", root, shown(found.Links), err, want)
				}
			}
		}
	}
}

// A bomb costs no more than a sitemap of the size that is allowed.
func TestBomb(t *testing.T) {
	member := packed(t, strings.Repeat("x", 1<<20))
	bomb := strings.NewReader(packed(t, "https://h.test/a\n") + strings.Repeat(member, 1_000))
	doc := document(t, "https://h.test/sitemap.xml.gz", "application/gzip")
	doc.Sitemap = true
	found, err := find(bomb, doc, Options{}, 1<<20)
	if err != ErrTooLarge || len(found.Links) != 1 || bomb.Len() < 900*len(member) {
		t.Errorf("%v, %v, %d bytes left", found, err, bomb.Len())
	}
}

func TestGzipCutShort(t *testing.T) {
	doc := document(t, home, "")
	doc.Sitemap = true
	whole := packed(t, urlset+`<url><loc>/a</loc></url></urlset>`)
	for n := range len(whole) {
		if n == 1 { // is text
			continue
		}
		found, err := Find(strings.NewReader(whole[:n]), doc, Options{})
		if n > 0 && err == nil || len(found.Links) > 1 {
			t.Errorf("%d bytes: %v, %v", n, found.Links, err)
		}
	}
	if _, err := Find(strings.NewReader("\x1f\x8bnot gzip"), doc, Options{}); err == nil {
		t.Error("garbage behind the magic is no error")
	}
}
