package links

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"testing"
)

// somePage is like the pages of shops and newspapers: much markup around each link,
// most of them relative and some of them there twice.
func somePage(links int) string {
	var b strings.Builder
	b.WriteString(`<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Some &amp; any</title>
<link rel="stylesheet" href="/assets/site.css?v=12"><link rel="canonical" href="https://www.example.com/list">
<style>body { background: url(/img/body.png) } .a::before { content: "\201C" }</style>
<script>window.state = {"a": "<a href=\"/no\">", "list": [1, 2, 3]};</script></head><body class="page page--list">`)
	for i := range links {
		fmt.Fprintf(&b, `
<article class="teaser teaser--small" id="t%d" data-tracking="list|%d|teaser">
  <a class="teaser__link" href="/world/2026/11/story-number-%d-with-a-title?ref=list&amp;pos=%d" title="A story">
    <img class="teaser__image" src="/img/%d/small.jpg" srcset="/img/%d/small.jpg 480w, /img/%d/large.jpg 960w" alt="" loading="lazy">
    <h2 class="teaser__title">Story number %d with a title that is as long as titles are</h2>
  </a>
  <p class="teaser__text">Some words that say what the story is about, so that one knows whether to read on.
  <a href="/author/%d" rel="author">By an author</a> <time datetime="2026-11-26">today</time></p>
</article>`, i, i, i, i, i, i, i, i, i%40)
	}
	b.WriteString("</body></html>")
	return b.String()
}

func benchmarkPage(b *testing.B, opt Options) {
	page := somePage(200)
	doc := document(b, "https://www.example.com/world/list", "text/html; charset=utf-8")
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		found, err := Find(strings.NewReader(page), doc, opt)
		if err != nil {
			b.Fatal(err)
		}
		n = len(found.Links)
	}
	b.ReportMetric(float64(n), "links")
}

func BenchmarkPages(b *testing.B) { benchmarkPage(b, Options{}) }
func BenchmarkAll(b *testing.B)   { benchmarkPage(b, Options{All: true}) }

// BenchmarkAdd is what a link costs once it is found: relative, absolute, and one that
// has been found before.
func BenchmarkAdd(b *testing.B) {
	for name, ref := range map[string]string{
		"relative": "story-%d?a=1&b=2",
		"absolute": "https://www.example.com/world/story-%d?a=1&b=2",
		"encoded":  "störy %d",
		"known":    "story",
	} {
		b.Run(name, func(b *testing.B) {
			refs := make([][]byte, DefaultMax)
			for i := range refs {
				refs[i] = []byte(strings.ReplaceAll(ref, "%d", strconv.Itoa(i)))
			}
			doc := document(b, "https://www.example.com/world/list", "text/html")
			c := newCollector(doc, Options{}, HTML, "utf-8", newMemory())
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if i == len(refs) {
					i, c = 0, newCollector(doc, Options{}, HTML, "utf-8", newMemory())
				}
				c.add(refs[i], Anchor, 0)
			}
		})
	}
}

func BenchmarkTee(b *testing.B) {
	page := somePage(200)
	doc := document(b, "https://www.example.com/world/list", "text/html; charset=utf-8")
	b.SetBytes(int64(len(page)))
	b.ReportAllocs()
	for b.Loop() {
		tee := NewTee(io.NopCloser(strings.NewReader(page)), doc, Options{})
		if _, err := io.Copy(io.Discard, tee); err != nil {
			b.Fatal(err)
		}
		tee.Close()
	}
}

func BenchmarkSitemap(b *testing.B) {
	var s strings.Builder
	s.WriteString(`<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">`)
	for i := range 10_000 {
		fmt.Fprintf(&s, "<url>\n<loc>https://www.example.com/p?a=%d&amp;b=1</loc>\n<lastmod>2026-11-26</lastmod>\n<priority>0.5</priority>\n</url>\n", i)
	}
	s.WriteString("</urlset>")
	doc := document(b, "https://www.example.com/sitemap.xml", "text/xml")
	b.SetBytes(int64(s.Len()))
	b.ReportAllocs()
	for b.Loop() {
		found, err := Find(strings.NewReader(s.String()), doc, Options{})
		if err != nil || len(found.Links) != 10_000 {
			b.Fatal(err)
		}
	}
}
