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
	"crawl/fetch/manifest"
	"crawl/fetch/scope"
	"crawl/fetch/urls"
)

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
