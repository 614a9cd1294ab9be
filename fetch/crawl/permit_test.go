package crawl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/manifest"
	"crawl/fetch/robots/gate"
	"crawl/fetch/scope"
	"crawl/fetch/sink"
)

// A robots.txt that can't be had at first is heard later: its Crawl-delay and sitemaps.
func TestRobotsHeardLate(t *testing.T) {
	for _, test := range []struct{ all, sitemaps bool }{{false, false}, {true, false}, {false, true}, {true, true}} {
		synctest.Test(t, func(t *testing.T) {
			site := map[string]string{"http://a.test/": "/1 /2 /3 /4"}
			for i := range 5 {
				site[fmt.Sprintf("http://a.test/%d", i)] = ""
			}
			down := true
			var times []time.Time
			c, j, _ := gated(t, "http://a.test/", nil, site, schedule.Options{})
			base := c.Fetcher
			fetcher := fetch.FetcherFunc(func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
				switch {
				case req.URL != "http://a.test/robots.txt":
					times = append(times, time.Now())
					return base.Fetch(ctx, req)
				case down:
					down = false
					return answer(req, 503, ""), nil
				}
				return answer(req, 200, "User-agent: *\nCrawl-delay: 10\nSitemap: /map.txt"), nil
			})
			c.Fetcher, c.Robots, c.RobotsForAll = fetcher, gate.New(fetcher, gate.Options{Product: "crawl"}), test.all
			c.Follow.Sitemaps = test.sitemaps
			if err := c.Run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if known := slices.ContainsFunc(j.lines, func(l manifest.Line) bool { return l.URL == "http://a.test/map.txt" }); known != test.sitemaps {
				t.Errorf("%+v: the records are %v", test, j.texts())
			}
			if len(times) < 5 {
				t.Errorf("%d requests", len(times))
			}
			for i := 2; i < len(times); i++ { // the seed may come before the file can be had
				if d := times[i].Sub(times[i-1]); d < 10*time.Second {
					t.Errorf("request %d came %v after the one before", i, d)
				}
			}
			c.Frontier.(io.Closer).Close()
		})
	}
}

// The same holds for a host whose address had all that it may have when it was met.
func TestRobotsOfRefusedHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := map[string]string{"http://b.test/": "/1 /2"}
		robots := map[string]string{"http://b.test/robots.txt": "User-agent: *\nCrawl-delay: 10\n"}
		c, j, asked := gated(t, "http://a.test/\nhttp://b.test/\n", robots, site, schedule.Options{})
		front := newKnowing(schedule.Options{PerAddress: 1, Delay: time.Second})
		c.Frontier = front
		c.Lookup = func(ctx context.Context, url string) ([]netip.Addr, error) {
			time.Sleep(time.Millisecond) // both are leased by then
			return []netip.Addr{netip.MustParseAddr("192.0.2.1")}, nil
		}
		c.Workers = 4
		start := time.Now()
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start); len(j.lines) != 4 || took < 30*time.Second { // robots.txt, /, /1, /2
			t.Errorf("%d records after %v: %v", len(j.lines), took, *asked)
		}
		front.Close()
	})
}

// A host that has nothing but 429 for its robots.txt is given up in the end, whatever it
// has.
func TestRobotsRefusedForEver(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		site := map[string]string{}
		for i := range 1000 {
			site["http://a.test/"] += fmt.Sprintf(" /%d", i)
		}
		c, j, asked := gated(t, "http://a.test/", map[string]string{"http://a.test/robots.txt": "429"}, site, schedule.Options{})
		start := time.Now()
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		failed := 0
		for _, l := range j.lines {
			if l.Outcome == manifest.Failed && l.ErrorClass == "http_4xx" && strings.Contains(l.Reason, "429") {
				failed++
			}
		}
		if took := time.Since(start); failed != 1000 || took > time.Hour || len(*asked) > 20 {
			t.Errorf("%d failed after %v and %d requests", failed, took, len(*asked))
		}
		c.Frontier.(io.Closer).Close()
	})
}

// hanging is a robots.txt that hears nothing but its context.
type hanging struct{ Robots }

func (hanging) Policy(context.Context, *fetch.Request) (gate.Policy, error) {
	return gate.Policy{}, nil
}

func (hanging) Check(ctx context.Context, req *fetch.Request) error {
	<-ctx.Done()
	return &fetch.Error{Class: fetch.ClassCancelled, URL: req.URL, Err: ctx.Err()}
}

func TestWatchdogOfRobots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := newFollowing(t, "http://a.test/\n", scope.Rules{MaxDepth: 1}, pages(nil), schedule.Options{})
		c.Robots, c.RobotsForAll = hanging{}, true
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if got := j.outcomes(); !slices.Equal(got, []string{"http://a.test/ failed timeout_total"}) {
			t.Errorf("recorded %v", got)
		}
		c.Frontier.(io.Closer).Close()
	})
}

// slow is a robots.txt that takes a second.
type slow struct{ Robots }

func (s slow) Policy(ctx context.Context, req *fetch.Request) (gate.Policy, error) {
	time.Sleep(time.Second)
	return s.Robots.Policy(ctx, req)
}

// What a robots.txt asks for holds from the first request on, also where many are listed.
func TestCrawlDelayOfManySeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j, _ := gated(t, "http://a.test/1\nhttp://a.test/2\nhttp://a.test/3\n", map[string]string{"http://a.test/robots.txt": "User-agent: *\nCrawl-delay: 10\n"}, nil, schedule.Options{})
		c.Workers = 3
		c.Robots = slow{c.Robots}
		start := time.Now()
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(start).Truncate(10 * time.Second); took != 30*time.Second || len(j.lines) != 3 {
			t.Errorf("%d records after %v", len(j.lines), took)
		}
		c.Frontier.(io.Closer).Close()
	})
}

// unstored is a robots.txt that can't be archived.
type unstored struct{ Robots }

func (unstored) Policy(context.Context, *fetch.Request) (gate.Policy, error) {
	return gate.Policy{}, io.ErrShortWrite
}

func (unstored) Check(_ context.Context, req *fetch.Request) error {
	return &fetch.Error{Class: fetch.ClassProtocol, URL: req.URL, Err: &gate.Deferred{Err: &sink.Error{Path: "warc", Err: io.ErrShortWrite, All: true}}}
}

// A disk that is full while a robots.txt is archived is no fault of the host.
func TestDiskFaultOfRobotsEndsTheRun(t *testing.T) {
	c, j := newFollowing(t, "http://a.test/\n", scope.Rules{MaxDepth: 1}, pages(nil), schedule.Options{PerAddress: 8})
	c.Robots, c.RobotsForAll = unstored{}, true
	err := c.Run(t.Context(), nil)
	if disk, ok := errors.AsType[*sink.Error](err); !ok || disk.Path != "warc" || len(j.lines) != 0 {
		t.Errorf("%v, records %v", err, j.outcomes())
	}
}
