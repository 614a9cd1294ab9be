package crawl

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"crawl/fetch"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/robots/gate"
	"crawl/fetch/scope"
)

// A server can make up sitemaps and style sheets without end, which lead to one another at
// no cost of depth, and an owner of names as many hosts.
func TestEndlessRows(t *testing.T) {
	next := func(url, before, behind string) string {
		var n int
		fmt.Sscanf(url, before+"%d", &n)
		return fmt.Sprint(before, n+1, behind)
	}
	for _, test := range []struct {
		name   string
		answer func(req *fetch.Request) *fetch.Record
	}{
		{"sitemap indexes", func(req *fetch.Request) *fetch.Record {
			if strings.HasSuffix(req.URL, "/robots.txt") {
				return answer(req, 200, "Sitemap: http://a.test/1")
			}
			return answer(req, 200, "<sitemapindex><sitemap><loc>"+next(req.URL, "http://a.test/", "")+"</loc></sitemap></sitemapindex>")
		}},
		{"pages that are lists of URLs", func(req *fetch.Request) *fetch.Record {
			return answer(req, 200, "<urlset><url><loc>"+next(req.URL, "http://a.test/", "")+"</loc></url></urlset>", fetch.Field{Name: "Content-Type", Value: "text/xml"})
		}},
		{"style sheets", func(req *fetch.Request) *fetch.Record {
			if req.URL == "http://a.test/" {
				return answer(req, 200, `<link rel=stylesheet href=/1>`, fetch.Field{Name: "Content-Type", Value: "text/html"})
			}
			return answer(req, 200, `@import "`+next(req.URL, "http://a.test/", "")+`";`, fetch.Field{Name: "Content-Type", Value: "text/css"})
		}},
		{"hosts", func(req *fetch.Request) *fetch.Record {
			if strings.HasSuffix(req.URL, "/robots.txt") {
				return answer(req, 200, "Sitemap: "+next(req.URL, "http://a", ".test/"))
			}
			return answer(req, 404, "")
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			asked := 0
			fetcher := fetch.FetcherFunc(func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
				if asked++; asked > 1000 {
					return answer(req, 404, ""), nil // let the test end
				}
				return test.answer(req), nil
			})
			c, j := newFollowing(t, "http://a.test/\n", scope.Rules{MaxDepth: 2}, fetcher, schedule.Options{PerHost: 1, PerAddress: 1 << 20})
			c.Robots = gate.New(fetcher, gate.Options{Product: "crawl"})
			c.Follow.Sitemaps, c.Follow.Links.All = true, true
			c.Workers = 1
			if err := c.Run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if n := len(j.lines); n < 2 || n > 20 {
				t.Errorf("%d records", n)
			}
		})
	}
}
