package robots_test

import (
	"fmt"

	"crawl/fetch/robots"
)

func Example() {
	file := robots.Parse([]byte(`
		User-agent: *
		Disallow: /search
		Allow: /search/about$
		Crawl-delay: 1.5
		Sitemap: https://example.com/sitemap.xml
	`))
	rules := file.Rules(robots.Product("crawl/1.0 (+https://example.com)"))
	for _, target := range []string{"/", "/search?q=x", "/search/about"} {
		fmt.Printf("%+v\n", rules.Match(target))
	}
	delay, line := rules.CrawlDelay()
	fmt.Println(delay, line, file.Sitemaps())
	// Output:
	// {Allowed:true Rule: Line:0}
	// {Allowed:false Rule:Disallow: /search Line:3}
	// {Allowed:true Rule:Allow: /search/about$ Line:4}
	// 1.5s 5 [https://example.com/sitemap.xml]
}

func ExampleFromHeader() {
	fields := []string{"noarchive", "otherbot: noindex", "crawl: nofollow"}
	d := robots.FromHeader(fields, "crawl").Or(robots.FromMeta("robots", "noindex", "crawl"))
	fmt.Println(d.NoIndex, d.NoFollow, d.NoArchive)
	// Output: true true true
}
