package robots

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
)

// typical is a file as shops have it: 40 rules, some with stars.
func typical() []byte {
	b := []byte("User-agent: *\n")
	for i := range 30 {
		b = fmt.Appendf(b, "Disallow: /section-%d/private/\n", i)
	}
	for i := range 10 {
		b = fmt.Appendf(b, "Disallow: /*?*sort%d=\n", i)
	}
	return append(b, "Allow: /\nSitemap: https://example.com/sitemap.xml\n"...)
}

// BenchmarkMatch is what a URL costs under a typical file, and under the worst ones: one
// rule of 500 stars, and 500 KiB of rules that all look at all of the URL.
func BenchmarkMatch(b *testing.B) {
	long := "/" + strings.Repeat("a", 2000)
	for _, bench := range []struct {
		name, target string
		file         []byte
	}{
		{"typical", "/section-17/public/some-article-with-a-title.html?page=2", typical()},
		{"typical, encoded", "/section-17/caf%c3%a9/some%20article.html?page=2%2F3", typical()},
		{"500 stars", long, []byte("User-agent: *\nDisallow: /" + strings.Repeat("*a", 500) + "b\n")},
		{"500 KiB of stars", long, append([]byte("User-agent: *\n"), bytes.Repeat([]byte("Disallow: *aaaab\n"), MaxSize/17-1)...)},
	} {
		rules := Parse(bench.file).Rules("crawl")
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				rules.Match(bench.target)
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	for name, file := range map[string][]byte{
		"typical":         typical(),
		"500 KiB, groups": bytes.Repeat([]byte("User-agent: a\nDisallow: /\n"), MaxSize/26),
		"500 KiB, rules":  append([]byte("User-agent: *\n"), bytes.Repeat([]byte("Disallow: /a/b*c\n"), MaxSize/17-1)...),
	} {
		b.Run(name, func(b *testing.B) {
			b.SetBytes(int64(len(file)))
			b.ReportAllocs()
			for b.Loop() {
				Parse(file).Rules("crawl")
			}
		})
	}
}
