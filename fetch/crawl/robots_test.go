package crawl

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/links"
	"crawl/fetch/manifest"
	"crawl/fetch/robots/gate"
	"crawl/fetch/scope"
	"crawl/pipeline"
)

func TestWhatPagesAsk(t *testing.T) {
	field := func(name, value string) fetch.Field { return fetch.Field{Name: name, Value: value} }
	for _, test := range []struct {
		name     string
		header   []fetch.Field
		body     string
		heedless bool
		robots   string
		follows  bool
	}{
		{"nothing", nil, "", false, "", true},
		{"X-Robots-Tag", []fetch.Field{field("X-Robots-Tag", "noindex, nofollow")}, "", false, "noindex,nofollow", false},
		{"of another", []fetch.Field{field("X-Robots-Tag", "otherbot: nofollow")}, "", false, "", true},
		{"meta", nil, `<meta name=robots content="nofollow">`, false, "nofollow", false},
		{"meta for us", nil, `<meta name=crawl content="noindex">`, false, "noindex", true},
		{"heedless", nil, `<meta name=robots content="nofollow">`, true, "nofollow", true},
		{"a link of little worth", nil, `<a rel=nofollow href=/3>`, false, "", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, j := newFollowing(t, "http://a.test/", scope.Rules{MaxDepth: 1}, func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
				if req.URL != "http://a.test/" {
					return page(req), nil
				}
				rec := page(req, "/2")
				rec.Header = append(rec.Header, test.header...)
				rec.Body = io.NopCloser(io.MultiReader(strings.NewReader(test.body), rec.Body))
				return rec, nil
			}, schedule.Options{})
			c.Follow.Heedless = test.heedless
			c.Follow.Links = links.Options{Robot: "crawl"}
			if err := c.Run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			seed := j.of("http://a.test/")
			if got := len(j.lines) > 1; got != test.follows || seed.Robots != test.robots || seed.Status != 200 {
				t.Errorf("followed: %v, recorded %q", got, seed.Robots)
			}
		})
	}
}

// gated is a crawl that asks robots.txt.
func gated(t *testing.T, seed string, robots map[string]string, site map[string]string, opts schedule.Options) (*Crawl, *journal, *[]string) {
	var mu sync.Mutex
	asked := new([]string)
	var fetcher fetch.FetcherFunc = func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
		mu.Lock()
		*asked = append(*asked, req.URL)
		mu.Unlock()
		if text, ok := robots[req.URL]; ok {
			status := 0
			if n, _ := fmt.Sscanf(text, "%d", &status); n == 1 {
				return answer(req, status, ""), nil
			}
			return answer(req, 200, text, fetch.Field{Name: "Content-Type", Value: "text/plain"}), nil
		}
		return pages(site)(ctx, req)
	}
	opts.PerAddress = 1 << 20
	c, j := newFollowing(t, seed, scope.Rules{MaxDepth: 5}, fetcher, opts)
	c.Robots = gate.New(fetcher, gate.Options{Product: "crawl"})
	c.Retry = pipeline.Retry{Max: 3}
	return c, j, asked
}

func TestRobots(t *testing.T) {
	const file = "User-agent: *\nDisallow: /private\n"
	site := map[string]string{"http://a.test/private/": "/private/1 /2 /moved", "http://a.test/2": "", "http://a.test/moved": "302 /private/2"}
	c, j, asked := gated(t, "http://a.test/private/", map[string]string{"http://a.test/robots.txt": file}, site, schedule.Options{})
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"0 http://a.test/private/ fetched", // it is listed
		"1 http://a.test/2 fetched from http://a.test/private/",
		"1 http://a.test/moved robots_denied -> http://a.test/private/2 from http://a.test/private/",
		"1 http://a.test/private/1 robots_denied from http://a.test/private/",
	}
	if got := j.texts(); !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
	for _, l := range j.lines {
		if l.Outcome == manifest.RobotsDenied && (!strings.Contains(l.Reason, "line 2 of http://a.test/robots.txt") || !strings.Contains(l.Reason, "Disallow: /private") || l.ErrorClass != "") {
			t.Errorf("recorded %+v", l)
		}
	}
	if slices.Contains(*asked, "http://a.test/private/1") || (*asked)[0] != "http://a.test/robots.txt" {
		t.Errorf("asked for %v", *asked)
	}
}

func TestRobotsForAll(t *testing.T) {
	c, j, _ := gated(t, "http://a.test/private/", map[string]string{"http://a.test/robots.txt": "User-agent: *\nDisallow: /"}, nil, schedule.Options{})
	c.RobotsForAll = true
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := j.texts(); !slices.Equal(got, []string{"0 http://a.test/private/ robots_denied"}) {
		t.Errorf("got %v", got)
	}
}

// A Crawl-delay is kept, also after the robots.txt itself, and what is denied does not
// make anybody wait.
func TestCrawlDelay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		site := map[string]string{"http://a.test/": "/private/1 /private/2 /private/3 /2 /3"}
		c, j, _ := gated(t, "http://a.test/", map[string]string{"http://a.test/robots.txt": "User-agent: *\nCrawl-delay: 10\nDisallow: /private/\n"}, site, schedule.Options{})
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); took != 30*time.Second || len(j.lines) != 6 { // robots.txt, /, /2, /3
			t.Errorf("%d records after %v", len(j.lines), took)
		}
		c.Frontier.(io.Closer).Close()
	})
}

// What can't be asked about is waited for, but not for ever.
func TestRobotsOutOfReach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		site := map[string]string{}
		for i := range 100 {
			site["http://a.test/"] += fmt.Sprintf(" /%d", i)
			site[fmt.Sprintf("http://a.test/%d", i)] = ""
		}
		c, j, asked := gated(t, "http://a.test/", map[string]string{"http://a.test/robots.txt": "503"}, site, schedule.Options{})
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		failed := 0
		for _, l := range j.lines {
			if l.Outcome == manifest.Failed && l.ErrorClass == "http_5xx" && strings.Contains(l.Reason, "robots.txt") {
				failed++
			}
		}
		if took := time.Since(start); failed != 100 || took > 10*time.Minute || len(*asked) > 20 {
			t.Errorf("%d failed after %v and %d requests: %v", failed, took, len(*asked), j.lines[len(j.lines)-1])
		}
		c.Frontier.(io.Closer).Close()
	})
}

func TestSitemaps(t *testing.T) {
	robots := map[string]string{"http://a.test/robots.txt": "Sitemap: /index.xml\nSitemap: http://cdn.test/list.txt\n"}
	site := map[string]string{"http://a.test/": "/1"}
	c, j, _ := gated(t, "http://a.test/", robots, site, schedule.Options{})
	base := c.Fetcher
	c.Fetcher = fetch.FetcherFunc(func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
		xml := fetch.Field{Name: "Content-Type", Value: "application/xml"}
		switch req.URL {
		case "http://a.test/index.xml":
			return answer(req, 200, `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>http://a.test/sitemap.xml</loc></sitemap></sitemapindex>`, xml), nil
		case "http://a.test/sitemap.xml":
			return answer(req, 200, `<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>http://a.test/deep</loc></url><url><loc>http://b.test/</loc></url></urlset>`, xml), nil
		case "http://cdn.test/list.txt":
			return answer(req, 200, "http://a.test/text\n", fetch.Field{Name: "Content-Type", Value: "text/plain"}), nil
		}
		return base.Fetch(ctx, req)
	})
	c.Follow.Sitemaps = true
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"0 http://a.test/ fetched",
		"1 http://a.test/1 failed from http://a.test/",
		"1 http://a.test/deep failed from http://a.test/sitemap.xml",
		"1 http://a.test/index.xml fetched from http://a.test/robots.txt",
		"1 http://a.test/sitemap.xml fetched from http://a.test/index.xml",
		"1 http://a.test/text failed from http://cdn.test/list.txt",
		"1 http://cdn.test/list.txt fetched from http://a.test/robots.txt",
	}
	if got := j.texts(); !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}
