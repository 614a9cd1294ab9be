package links_test

import (
	"fmt"
	"io"
	"os"
	"strings"

	"crawl/fetch/links"
	"crawl/fetch/urls"
)

func Example() {
	u, err := urls.Parse("https://example.com/news/")
	if err != nil {
		fmt.Println(err)
		return
	}
	body := io.NopCloser(strings.NewReader(`<a href="today?a=1&amp;b=2">today</a> <a href="//ads.test" rel="sponsored">buy</a> <img src="/logo.png">` + "\n"))

	// Whoever stores the body reads the Tee instead, and closes it.
	tee := links.NewTee(body, links.Document{URL: u, ContentType: "text/html"}, links.Options{})
	if _, err := io.Copy(os.Stdout, tee); err != nil {
		fmt.Println(err)
	}
	if err := tee.Close(); err != nil {
		fmt.Println(err)
	}

	found, err := tee.Found()
	if err != nil {
		fmt.Println(err)
	}
	for _, l := range found.Links {
		fmt.Println(l.Kind, l.URL, l.Rel&links.Sponsored != 0)
	}
	// Output:
	// <a href="today?a=1&amp;b=2">today</a> <a href="//ads.test" rel="sponsored">buy</a> <img src="/logo.png">
	// a https://example.com/news/today?a=1&b=2 false
	// a https://ads.test/ true
}

func ExampleFind() {
	u, err := urls.Parse("https://example.com/sitemap.xml")
	if err != nil {
		fmt.Println(err)
		return
	}
	sitemap := strings.NewReader(`<urlset><url><loc>https://example.com/a</loc><lastmod>2026-11-26</lastmod></url></urlset>`)
	found, err := links.Find(sitemap, links.Document{URL: u, Sitemap: true}, links.Options{})
	if err != nil {
		fmt.Println(err)
	}
	for _, l := range found.Links {
		fmt.Println(found.Format, l.Kind, l.URL, l.Modified.Format("January 2, 2006"))
	}
	// Output: urlset entry https://example.com/a November 26, 2026
}

func ExampleHeader() {
	u, err := urls.Parse("https://example.com/print?id=7")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, l := range links.Header(u, []string{`</article/7>; rel="canonical"`}, "", links.Options{}) {
		fmt.Println(l.Kind, l.URL)
	}
	// Output: canonical https://example.com/article/7
}
