package crawl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/links"
	"crawl/fetch/list"
	"crawl/fetch/manifest"
	"crawl/fetch/robots/gate"
	"crawl/fetch/scope"
	"crawl/fetch/urls"
	"crawl/pipeline"
)

// knowing is a frontier in memory that knows URLs, as the one on the disk does.
type knowing struct {
	*memory.Frontier
	mu    sync.Mutex
	state map[string]frontier.Verdict // Known or Done
}

func newKnowing(opts schedule.Options) *knowing {
	return &knowing{
		Frontier: memory.New(memory.Options{Options: opts}),
		state:    map[string]frontier.Verdict{},
	}
}

func (k *knowing) Add(ctx context.Context, entries ...frontier.Entry) ([]frontier.Verdict, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	verdicts := make([]frontier.Verdict, len(entries))
	for i, e := range entries {
		if state := k.state[e.URL]; state != frontier.Fresh {
			verdicts[i] = state
			continue
		}
		k.state[e.URL] = frontier.Known
		if _, err := k.Frontier.Add(ctx, e); err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}

func (k *knowing) Move(ctx context.Context, _, to frontier.Entry) (frontier.Verdict, error) {
	verdicts, err := k.Add(ctx, to)
	if err != nil {
		return 0, err
	}
	return verdicts[0], nil
}

func (k *knowing) Settle(ctx context.Context, e frontier.Entry, o frontier.Outcome) error {
	if !o.Retry && !o.Defer {
		k.mu.Lock()
		k.state[e.URL] = frontier.Done
		k.mu.Unlock()
	}
	return k.Frontier.Settle(ctx, e, o)
}

// newFollowing makes a crawl of a seed that goes that deep.
func newFollowing(t *testing.T, seed string, rules scope.Rules, fetcher fetch.FetcherFunc, opts schedule.Options) (*Crawl, *journal) {
	t.Helper()
	where, err := scope.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	c, j := newCrawl(seed, fetcher, memory.Options{})
	front := newKnowing(opts)
	t.Cleanup(func() { front.Close() })
	c.Frontier = front
	c.Follow = &Following{Scope: where, Refused: &Refusals{}, Product: "crawl"}
	return c, j
}

// page is an answer of HTML with those links.
func page(req *fetch.Request, to ...string) *fetch.Record {
	text := "<!doctype html><title>x</title>"
	for _, link := range to {
		text += `<a href="` + link + `">x</a>`
	}
	return answer(req, 200, text, fetch.Field{Name: "Content-Type", Value: "text/html"})
}

func redirect(req *fetch.Request, status int, to string) *fetch.Record {
	return answer(req, status, "", fetch.Field{Name: "Location", Value: to})
}

// pages answers by URL: a status and a Location, or links.
func pages(site map[string]string) fetch.FetcherFunc {
	return func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		text, ok := site[req.URL]
		if !ok {
			return answer(req, 404, "no"), nil
		}
		status := 0
		if n, _ := fmt.Sscanf(text, "%d", &status); n == 1 {
			_, to, _ := strings.Cut(text, " ")
			return redirect(req, status, to), nil
		}
		return page(req, strings.Fields(text)...), nil
	}
}

// texts are the records with what matters of following.
func (j *journal) texts() []string {
	var all []string
	for _, l := range j.lines {
		text := fmt.Sprintf("%d %s %s", l.Depth, l.URL, l.Outcome)
		if l.FinalURL != "" {
			text += " -> " + l.FinalURL
		}
		if l.Parent != "" {
			text += " from " + l.Parent
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

func TestFollow(t *testing.T) {
	for _, test := range []struct {
		name   string
		seed   string
		rules  scope.Rules
		site   map[string]string
		want   []string
		rules2 map[string]int64
	}{
		{
			"depth", "http://a.test/", scope.Rules{MaxDepth: 2},
			map[string]string{"http://a.test/": "/1", "http://a.test/1": "/2", "http://a.test/2": "/3", "http://a.test/3": ""},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/1 fetched from http://a.test/",
				"2 http://a.test/2 fetched from http://a.test/1",
			},
			map[string]int64{"depth": 1},
		},
		{
			"each once", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/ /1#x http://A.test:80/1 /2", "http://a.test/1": "/ /2", "http://a.test/2": "/1"},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/1 fetched from http://a.test/",
				"1 http://a.test/2 fetched from http://a.test/",
			},
			map[string]int64{},
		},
		{
			"scope", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/1 http://b.test/ mailto:x http://www.a.test/", "http://a.test/1": "/404"},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/1 fetched from http://a.test/",
				"1 http://www.a.test/ failed from http://a.test/",
				"2 http://a.test/404 failed from http://a.test/1",
			},
			map[string]int64{"scope host": 1},
		},
		{
			"exclude", "http://a.test/", scope.Rules{MaxDepth: 5, Exclude: []*regexp.Regexp{regexp.MustCompile("1")}},
			map[string]string{"http://a.test/": "/1 /2"},
			[]string{"0 http://a.test/ fetched", "1 http://a.test/2 failed from http://a.test/"},
			map[string]int64{"exclude": 1},
		},
		{
			"a redirect counts as visited", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/moved", "http://a.test/moved": "302 /2", "http://a.test/2": "/moved /3", "http://a.test/3": "/2"},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/moved fetched -> http://a.test/2 from http://a.test/",
				"2 http://a.test/3 fetched from http://a.test/moved",
			},
			map[string]int64{},
		},
		{
			"a redirect to what is known", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/1 /moved", "http://a.test/moved": "302 /1", "http://a.test/1": ""},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/1 fetched from http://a.test/",
				"1 http://a.test/moved duplicate -> http://a.test/1 from http://a.test/",
			},
			map[string]int64{},
		},
		{
			"a redirect out of scope", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/moved", "http://a.test/moved": "302 http://b.test/"},
			[]string{"0 http://a.test/ fetched", "1 http://a.test/moved out_of_scope -> http://b.test/ from http://a.test/"},
			map[string]int64{"scope host": 1},
		},
		{
			"a seed that has moved", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "301 https://b.test/x", "https://b.test/x": "/y", "https://b.test/y": ""},
			[]string{"0 http://a.test/ fetched -> https://b.test/x", "1 https://b.test/y fetched from http://a.test/"},
			map[string]int64{},
		},
		{
			"a loop", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/1", "http://a.test/1": "302 /2", "http://a.test/2": "302 /1"},
			[]string{"0 http://a.test/ fetched", "1 http://a.test/1 failed -> http://a.test/2 from http://a.test/"},
			map[string]int64{},
		},
		{
			"listed and linked", "http://a.test/1\nhttp://a.test/\nhttp://a.test/1\nnone\n", scope.Rules{MaxDepth: 1},
			map[string]string{"http://a.test/": "/1", "http://a.test/1": "/2"},
			[]string{"0 http://a.test/ fetched", "0 http://a.test/1 fetched", "0 none failed", "1 http://a.test/2 failed from http://a.test/1"},
			map[string]int64{},
		},
		{
			"a budget of the host", "http://a.test/", scope.Rules{MaxDepth: 1, MaxPagesPerHost: 2},
			map[string]string{"http://a.test/": "/1 /2 /3"},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/1 failed from http://a.test/",
				"1 http://a.test/2 skipped from http://a.test/",
				"1 http://a.test/3 skipped from http://a.test/",
			},
			map[string]int64{},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, j := newFollowing(t, test.seed, test.rules, pages(test.site), schedule.Options{PerHost: 1})
			if err := c.Run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if got := j.texts(); !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			if got := c.Follow.Refused.Counts(); fmt.Sprint(got) != fmt.Sprint(test.rules2) {
				t.Errorf("refused %v, want %v", got, test.rules2)
			}
		})
	}
}

// What a page is made of may be a link deeper than pages, and outside of their folder; so
// may be where it redirects to.
func TestRedirectOfAsset(t *testing.T) {
	base := pages(map[string]string{"http://a.test/img": "302 /img2", "http://a.test/img2": "", "http://a.test/x/page": "302 /y"})
	c, j := newFollowing(t, "http://a.test/x/\n", scope.Rules{MaxDepth: 1, Within: scope.Prefix}, func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
		switch req.URL {
		case "http://a.test/x/":
			return page(req, "1", "page"), nil
		case "http://a.test/x/1":
			return answer(req, 200, "<img src=/img>", fetch.Field{Name: "Content-Type", Value: "text/html"}), nil
		}
		return base(ctx, req)
	}, schedule.Options{})
	c.Follow.Links.All = true
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"0 http://a.test/x/ fetched",
		"1 http://a.test/x/1 fetched from http://a.test/x/",
		"1 http://a.test/x/page out_of_scope -> http://a.test/y from http://a.test/x/",
		"2 http://a.test/img fetched -> http://a.test/img2 from http://a.test/x/1",
	}
	if got := j.texts(); !slices.Equal(got, want) {
		t.Errorf("got\n%s", strings.Join(got, "\n"))
	}
}

// A site may set a cookie, lead elsewhere and back to see it: that is no loop.
func TestRedirectBackWithCookie(t *testing.T) {
	asked := map[string]int{}
	c, j := newFollowing(t, "http://a.test/", scope.Rules{MaxDepth: 1}, func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		asked[req.URL]++
		switch {
		case req.URL == "http://b.test/check":
			return redirect(req, 302, "http://a.test/"), nil
		case asked[req.URL] == 1:
			rec := redirect(req, 302, "http://b.test/check")
			rec.Header.Add("Set-Cookie", "a=b")
			return rec, nil
		}
		return page(req), nil
	}, schedule.Options{})
	c.Workers = 1
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := j.texts(); !slices.Equal(got, []string{"0 http://a.test/ fetched -> http://a.test/"}) || len(j.lines[0].Redirects) != 2 {
		t.Errorf("recorded %v, %v", got, j.lines[0].Redirects)
	}
}

// Each hop is a lease at the host that it leads to.
func TestHopsAreLeases(t *testing.T) {
	for _, follow := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var at []time.Duration // at b.test
			var mu sync.Mutex
			list := ""
			for i := range 5 {
				list += fmt.Sprintf("http://a%d.test/\n", i)
			}
			fetcher := func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
				if u, _ := urls.Parse(req.URL); u.Hostname() != "b.test" {
					return redirect(req, 302, "http://b.test/"+u.Hostname()), nil
				}
				mu.Lock()
				defer mu.Unlock()
				at = append(at, time.Since(start))
				return page(req), nil
			}
			c, j := newFollowing(t, list, scope.Rules{MaxDepth: 1}, fetcher, schedule.Options{Delay: time.Second})
			if !follow {
				c.Follow = nil
			}
			if err := c.Run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			want := []time.Duration{0, time.Second, 2 * time.Second, 3 * time.Second, 4 * time.Second}
			if !slices.Equal(at, want) {
				t.Errorf("asked at %v", at)
			}
			for _, l := range j.lines {
				if l.Outcome != manifest.Fetched || !strings.HasPrefix(l.URL, "http://a") || !strings.HasPrefix(l.FinalURL, "http://b.test/a") {
					t.Errorf("recorded %+v", l)
				}
			}
			c.Frontier.(io.Closer).Close()
		})
	}
}

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
			if got := len(j.lines) > 1; got != test.follows || j.lines[0].Robots != test.robots {
				t.Errorf("followed: %v, recorded %q", got, j.lines[0].Robots)
			}
		})
	}
}

func TestCanonicalIsRecorded(t *testing.T) {
	c, j := newFollowing(t, "http://a.test/?x", scope.Rules{MaxDepth: 1}, func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		return answer(req, 200, `<link rel=canonical href="/">`, fetch.Field{Name: "Content-Type", Value: "text/html"}), nil
	}, schedule.Options{})
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(j.lines, func(a, b manifest.Line) int { return a.Depth - b.Depth })
	if l := j.lines[0]; l.Canonical != "http://a.test/" || l.Outcome != manifest.Fetched {
		t.Errorf("recorded %+v", l)
	}
	if l := j.lines[1]; l.Canonical != "" || l.URL != "http://a.test/" {
		t.Errorf("recorded %+v", l)
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

// Two hosts of one address, and one of two, are never asked more than the cap.
func TestAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		addrs := map[string][]netip.Addr{
			"a.test": {netip.MustParseAddr("192.0.2.1")},
			"b.test": {netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")},
			"c.test": {netip.MustParseAddr("192.0.2.2")},
		}
		var mu sync.Mutex
		open, most := map[netip.Addr]int{}, 0
		list := ""
		for host := range addrs {
			list += "http://" + host + "/\n"
		}
		c, j := newFollowing(t, list, scope.Rules{MaxDepth: 1}, func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
			u, _ := urls.Parse(req.URL)
			count := func(n int) {
				mu.Lock()
				defer mu.Unlock()
				for _, a := range addrs[u.Hostname()] {
					open[a] += n
					most = max(most, open[a])
				}
			}
			count(1)
			<-time.After(time.Second)
			count(-1)
			if u.Path() != "/" {
				return page(req), nil
			}
			var to []string
			for i := range 20 {
				to = append(to, fmt.Sprint("/", i))
			}
			return page(req, to...), nil
		}, schedule.Options{PerHost: 4, PerAddress: 4})
		c.Workers = 32
		c.Lookup = func(_ context.Context, url string) ([]netip.Addr, error) {
			<-time.After(100 * time.Millisecond)
			u, err := urls.Parse(url)
			return addrs[u.Hostname()], err
		}
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if len(j.lines) != 63 || most != 4 {
			t.Errorf("%d records, %d at once at an address", len(j.lines), most)
		}
		c.Frontier.(io.Closer).Close()
	})
}

func TestMaxPages(t *testing.T) {
	endless := func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		if strings.HasSuffix(req.URL, "3") {
			return answer(req, 404, ""), nil
		}
		return page(req, req.URL+"1", req.URL+"2", req.URL+"3"), nil
	}
	for _, most := range []int64{1, 2, 5, 40} {
		c, j := newFollowing(t, "http://a.test/\n", scope.Rules{MaxDepth: 9}, endless, schedule.Options{})
		c.MaxPages = most
		if err := c.Run(t.Context(), nil); err != ErrFull {
			t.Errorf("Run: %v", err)
		}
		n := int64(0)
		for _, l := range j.lines {
			if IsPage(&l) {
				n++
			}
		}
		if n != most {
			t.Errorf("%d pages of %d", n, most)
		}
	}
	c, j := newFollowing(t, "http://a.test/3\n", scope.Rules{MaxDepth: 9}, endless, schedule.Options{})
	c.MaxPages = 1
	if err := c.Run(t.Context(), nil); err != nil || len(j.lines) != 1 {
		t.Errorf("Run: %v", err)
	}
}

// In a list, too, nothing waits for the lines that are not read.
func TestMaxPagesOfAList(t *testing.T) {
	c, j := newCrawl(strings.Repeat("http://a.test/1\nhttp://a.test/2\nhttp://a.test/3\n", 1000), site, memory.Options{})
	c.MaxPages = 2
	if err := c.Run(t.Context(), nil); err != ErrFull {
		t.Errorf("Run: %v", err)
	}
	n := 0
	for _, l := range j.lines {
		if l.Outcome == manifest.Fetched {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d pages", n)
	}
}

// A fetch that hears nothing but its context is cut off, and the crawl ends.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := newFollowing(t, "http://a.test/\n", scope.Rules{MaxDepth: 1}, func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			if req.URL == "http://a.test/" {
				return page(req, "/stuck", "/1"), nil
			}
			if req.URL == "http://a.test/stuck" {
				<-ctx.Done()
				return nil, &fetch.Error{Class: fetch.ClassCancelled, URL: req.URL, Err: ctx.Err()}
			}
			return page(req), nil
		}, schedule.Options{})
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		got := j.outcomes()
		if want := []string{"http://a.test/ fetched", "http://a.test/1 fetched", "http://a.test/stuck failed timeout_total"}; !slices.Equal(got, want) {
			t.Errorf("recorded %v", got)
		}
		c.Frontier.(io.Closer).Close()
	})
}

// The lists are read before anything is fetched, for the scope to be known.
func TestListsAreReadFirst(t *testing.T) {
	r, w := io.Pipe()
	read := false
	go func() {
		io.WriteString(w, "http://a.test/\n")
		time.Sleep(time.Millisecond)
		read = true
		io.WriteString(w, "http://b.test/\n")
		w.Close()
	}()
	c, j := newFollowing(t, "", scope.Rules{MaxDepth: 1}, func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		if !read {
			t.Error("it is fetched before the list is read")
		}
		return page(req, "http://a.test/1", "http://b.test/1"), nil
	}, schedule.Options{})
	c.Inputs = []NamedInput{{"list", list.NewReader(r)}}
	if err := c.Run(t.Context(), nil); err != nil || len(j.lines) != 4 {
		t.Errorf("%v, %v", err, j.texts())
	}
}

func TestInputOfWhatIsListed(t *testing.T) {
	c, j := newFollowing(t, "\nhttp://a.test/1\n", scope.Rules{MaxDepth: 1}, pages(map[string]string{"http://a.test/1": "/2"}), schedule.Options{})
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	for _, l := range j.lines {
		if listed := l.URL == "http://a.test/1"; listed != (l.Input == "list") || listed != (l.Line == 2) {
			t.Errorf("recorded %+v", l)
		}
	}
}

func TestBrokenListIsToldWhenTheRestIsDone(t *testing.T) {
	c, j := newFollowing(t, "", scope.Rules{MaxDepth: 1}, pages(map[string]string{"http://a.test/1": "/2"}), schedule.Options{})
	c.Inputs = []NamedInput{{"list", list.NewReader(io.MultiReader(strings.NewReader("http://a.test/1\n"), brokenReader{}))}}
	err := c.Run(t.Context(), nil)
	if _, ok := errors.AsType[*list.Error](err); !ok || len(j.lines) != 2 {
		t.Errorf("%v, %v", err, j.texts())
	}
}

// Discovered pages are asked for without what belongs to the listed ones alone.
func TestDiscoveredRequests(t *testing.T) {
	h := &hosts{}
	var got []string
	var mu sync.Mutex
	c, _ := newFollowing(t, "http://a.test/\n", scope.Rules{MaxDepth: 1, Within: scope.Any}, func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, fmt.Sprint(req.URL, req.Discovered, len(req.Header)))
		return page(req, "/1", "http://b.test/"), nil
	}, schedule.Options{})
	c.Listed = h
	c.Header = fetch.Header{{Name: "Authorization", Value: "x"}, {Name: "X", Value: "y"}}
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if want := []string{"http://a.test/1true 2", "http://a.test/false 2", "http://b.test/true 1"}; !slices.Equal(got, want) {
		t.Errorf("asked %v", got)
	}
}
