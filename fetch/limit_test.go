package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// hold fetches and leaves the body open, so that the connection stays in use.
func hold(t *testing.T, c *Client, url string) *Record {
	t.Helper()
	rec, err := c.Fetch(t.Context(), &Request{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	return rec
}

// TestLimitHandsOver has callers of one host wait for its one connection: they get
// it in the order in which they came.
func TestLimitHandsOver(t *testing.T) {
	for name, opt := range map[string]Options{"total": {MaxConns: 1}, "host": {MaxConnsPerHost: 1}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, opt)
				w := wire(t, c, keep(ok200))
				first := hold(t, c, "http://192.0.2.1/")
				var order []int
				var wg sync.WaitGroup
				for i := range 10 {
					wg.Go(func() {
						rec := hold(t, c, "http://192.0.2.1/")
						order = append(order, i) // only one has the connection
						if rec.Timing.Queue != time.Second {
							t.Errorf("waited %v, want the second for which the first kept the connection", rec.Timing.Queue)
						}
						io.Copy(io.Discard, rec.Body)
						rec.Body.Close()
					})
					synctest.Wait()
				}
				time.Sleep(time.Second) // virtual
				io.Copy(io.Discard, first.Body)
				wg.Wait()
				if !slices.IsSorted(order) || len(order) != 10 || w.dials.Load() != 1 {
					t.Errorf("served %v over %d connections, want 0 to 9 over 1", order, w.dials.Load())
				}
			})
		})
	}
}

// TestLimitOtherHost has an idle connection of one host make way for another host,
// but not where each host has its own limit.
func TestLimitOtherHost(t *testing.T) {
	for _, tt := range []struct {
		opt   Options
		dials int64
	}{{Options{MaxConns: 1}, 4}, {Options{MaxConnsPerHost: 1}, 2}} {
		synctest.Test(t, func(t *testing.T) {
			c := newClient(t, tt.opt)
			w := wire(t, c, keep(ok200))
			for range 2 {
				mustGet(t, c, "http://192.0.2.1/")
				mustGet(t, c, "http://192.0.2.2/")
			}
			if n := w.dials.Load(); n != tt.dials {
				t.Errorf("%d connections, want %d", n, tt.dials)
			}
		})
	}
}

// TestLimitFair has one host with many callers and others with one: these do not
// wait for all of the first.
func TestLimitFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Options{MaxConns: 1})
		wire(t, c, keep(ok200))
		first := hold(t, c, "http://192.0.2.1/")
		var order []string
		var wg sync.WaitGroup
		get := func(url string) {
			wg.Go(func() {
				rec := hold(t, c, url)
				order = append(order, url)
				io.Copy(io.Discard, rec.Body)
			})
			synctest.Wait()
		}
		for range 100 {
			get("http://192.0.2.1/")
		}
		get("http://192.0.2.2/")
		get("http://192.0.2.3/")
		io.Copy(io.Discard, first.Body)
		wg.Wait()
		for _, url := range []string{"http://192.0.2.2/", "http://192.0.2.3/"} {
			if at := slices.Index(order, url); at > 2*maxFavours+2 {
				t.Errorf("%s was served after %d others", url, at)
			}
		}
		if len(order) != 102 {
			t.Errorf("%d served, want 102", len(order))
		}
	})
}

func TestLimitEnds(t *testing.T) {
	tests := []struct {
		name  string
		end   func(c *Client, cancel func(), req *Request)
		class Class
		is    error
	}{
		{"cancel", func(_ *Client, cancel func(), _ *Request) { time.AfterFunc(time.Second, cancel) }, ClassCancelled, context.Canceled},
		{"deadline", func(_ *Client, _ func(), req *Request) { req.Deadline = time.Now().Add(time.Second) }, ClassTimeoutTotal, context.DeadlineExceeded},
		{"close", func(c *Client, _ func(), _ *Request) { time.AfterFunc(time.Second, func() { c.Close() }) }, ClassCancelled, errClientClosed().Err},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, Options{MaxConns: 1, IdleTimeout: time.Hour})
				wire(t, c, keep(ok200))
				first := hold(t, c, "http://192.0.2.1/")
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				req := &Request{URL: "http://192.0.2.1/"}
				start := time.Now()
				tt.end(c, cancel, req)
				_, err := c.Fetch(ctx, req)
				wantClass(t, err, tt.class)
				if !errors.Is(err, tt.is) || time.Since(start) != time.Second {
					t.Errorf("%v after %v, want %v at once", err, time.Since(start), tt.is)
				}
				if _, err := io.Copy(io.Discard, first.Body); err != nil {
					t.Error(err)
				}
				if tt.name != "close" {
					mustGet(t, c, "http://192.0.2.1/")
				}
			})
		})
	}
}

// TestLimitPlaces fails and cancels fetches at random: no place is lost, and the
// limits hold all the time.
func TestLimitPlaces(t *testing.T) {
	body := strings.Repeat("x", 20<<10)
	origins := []*origin{
		serve(t, keep(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body))),
		serve(t, once(ok200)),
		serve(t, (*peer).reset),
	}
	c := newClient(t, Options{MaxConns: 3, MaxConnsPerHost: 2})
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 60 {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(5000))*time.Microsecond)
				if rand.IntN(3) == 0 {
					ctx = t.Context()
				}
				rec, err := c.Fetch(ctx, &Request{URL: origins[rand.IntN(3)].URL})
				if err == nil {
					io.CopyN(io.Discard, rec.Body, int64(rand.IntN(len(body))))
					rec.Body.Close()
				}
				cancel()
				c.pool.mu.Lock()
				if l := c.pool.places; l.open > 3 || slices.ContainsFunc(slices.Collect(maps.Values(l.byKey)), func(n int) bool { return n > 2 }) {
					t.Errorf("%d connections open: %v", l.open, l.byKey)
				}
				c.pool.mu.Unlock()
			}
		})
	}
	wg.Wait()
	l := c.pool.places
	if l.open != c.pool.order.Len() || len(l.waiting) != 0 || l.turns.Len() != 0 {
		t.Errorf("%d places taken, %d connections idle, %d hosts and %d turns waiting", l.open, c.pool.order.Len(), len(l.waiting), l.turns.Len())
	}
	for _, o := range origins[:2] {
		mustGet(t, c, o.URL)
	}
}

// TestLimitDialFails gives the place of a connection that never came to be to the next.
func TestLimitDialFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Options{MaxConns: 1, Resolver: lookups(nobody)})
		wire(t, c, keep(ok200))
		for range 3 {
			_, _, err := get(t, c, "http://nowhere.example/")
			wantClass(t, err, ClassDNS)
		}
		mustGet(t, c, "http://192.0.2.1/")
	})
}

// TestLimitHandsOverNothingStale has the connection that comes back to a waiter be of
// no use: too old, or for no second request at all.
func TestLimitHandsOverNothingStale(t *testing.T) {
	for name, opt := range map[string]Options{"old": {MaxConns: 1, MaxAge: time.Minute}, "none is kept": {MaxConns: 1, MaxIdle: -1}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, opt)
				w := wire(t, c, keep(ok200))
				first := hold(t, c, "http://192.0.2.1/")
				var wg sync.WaitGroup
				for range 3 {
					wg.Go(func() { mustGet(t, c, "http://192.0.2.1/") })
				}
				synctest.Wait()
				time.Sleep(2 * time.Minute) // virtual
				io.Copy(io.Discard, first.Body)
				wg.Wait()
				if n := w.dials.Load(); name == "old" && n != 2 || name != "old" && n != 4 {
					t.Errorf("%d connections", n)
				}
				if open := c.pool.places.open; name != "old" && open != 0 || open > 1 {
					t.Errorf("%d places are taken", open)
				}
			})
		})
	}
}
