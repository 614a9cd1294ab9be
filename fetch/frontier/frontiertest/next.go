package frontiertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// testEOF checks that the end comes by counting, and reaches everyone who waits.
func testEOF(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{})
		defer closing(t, f)
		var ended atomic.Int32
		var wg sync.WaitGroup
		for range 5 {
			wg.Go(func() {
				e, err := f.Next(t.Context())
				for err == nil {
					<-time.After(time.Hour)
					if e.Line == 1 { // a page that leads to another
						add(t, f, frontier.Entry{URL: "http://late/", Host: "late", Line: 2})
					}
					settle(t, f, e, frontier.Outcome{})
					e, err = f.Next(t.Context())
				}
				if err != io.EOF {
					t.Error(err)
				}
				ended.Add(1)
			})
		}
		waiting := func(why string) {
			t.Helper()
			if synctest.Wait(); ended.Load() != 0 {
				t.Fatalf("%s: %d callers were told the end", why, ended.Load())
			}
		}
		waiting("nothing has begun")
		gate := make(chan frontier.Entry)
		wg.Go(func() {
			if err := f.Feed(t.Context(), func(context.Context) (frontier.Entry, error) {
				e, ok := <-gate
				if !ok {
					return e, io.EOF
				}
				return e, nil
			}); err != nil {
				t.Error(err)
			}
		})
		waiting("the list is silent")
		gate <- entries("a", 1)[0]
		close(gate)
		waiting("a lease is open")
		<-time.After(90 * time.Minute)
		waiting("a lease of an added entry is open")
		<-time.After(time.Hour)
		if synctest.Wait(); ended.Load() != 5 {
			t.Errorf("%d callers were told the end", ended.Load())
		}
		wg.Wait()
	})
}

// testCancelLosesNothing cancels callers all the time and counts what they got.
func testCancelLosesNothing(t *testing.T, open Open) {
	const n = 500
	f := open(t, schedule.Options{PerHost: 3})
	defer closing(t, f)
	var got [n + 1]atomic.Int32
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f.Feed(t.Context(), feedOf(entries("a", n))); err != nil {
			t.Error(err)
		}
	})
	for range 8 {
		wg.Go(func() {
			for {
				ctx, cancel := context.WithCancel(t.Context())
				done := make(chan struct{})
				go func() { defer close(done); cancel() }()
				e, err := f.Next(ctx)
				<-done
				switch err {
				case nil:
					got[e.Line].Add(1)
					settle(t, f, e, frontier.Outcome{})
				case io.EOF:
					return
				case context.Canceled:
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for line := 1; line <= n; line++ {
		if c := got[line].Load(); c != 1 {
			t.Fatalf("line %d came %d times", line, c)
		}
	}
}

func testCancelWakesItsCallerOnly(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{})
		defer closing(t, f)
		ctx, cancel := context.WithCancel(t.Context())
		var cancelled, served atomic.Int32
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				ctx := ctx
				if i%2 == 0 {
					ctx = t.Context()
				}
				if e, err := f.Next(ctx); err == nil {
					served.Add(1)
					settle(t, f, e, frontier.Outcome{})
				} else if err == context.Canceled {
					cancelled.Add(1)
				}
			})
		}
		synctest.Wait()
		cancel()
		synctest.Wait()
		if cancelled.Load() != 5 || served.Load() != 0 {
			t.Errorf("%d cancelled, %d served", cancelled.Load(), served.Load())
		}
		add(t, f, entries("a", 5)...)
		wg.Wait()
		if cancelled.Load() != 5 || served.Load() != 5 {
			t.Errorf("%d cancelled, %d served", cancelled.Load(), served.Load())
		}
		if _, err := f.Next(ctx); err != context.Canceled {
			t.Errorf("next with an ended context: %v", err)
		}
		if v, err := f.Add(ctx, entriesFrom("a", 5, 1)...); len(v) != 0 || err != context.Canceled {
			t.Errorf("add with an ended context: %v, %v", v, err)
		}
	})
}

func testClose(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{PerHost: 1})
		list := entries("a", 1000)
		add(t, f, list[0])
		e := next(t, f)
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := f.Next(t.Context()); err != frontier.ErrClosed {
				t.Errorf("next: %v", err)
			}
		})
		synctest.Wait()
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		wg.Go(func() {
			if err := f.Feed(ctx, func(ctx context.Context) (frontier.Entry, error) {
				<-ctx.Done()
				return frontier.Entry{}, ctx.Err()
			}); err != context.Canceled {
				t.Errorf("feed: %v", err)
			}
		})
		synctest.Wait()
		if err := f.Feed(ctx, feedOf(list)); err != frontier.ErrFeeding {
			t.Errorf("second feed: %v", err)
		}
		closing(t, f)
		closing(t, f)
		cancel()
		wg.Wait()
		settle(t, f, e, frontier.Outcome{})
		if err := f.Settle(t.Context(), e, frontier.Outcome{}); !errors.Is(err, frontier.ErrNotLeased) {
			t.Errorf("a lease was settled twice: %v", err)
		}
		if _, err := f.Add(t.Context(), e); err != frontier.ErrClosed {
			t.Errorf("add: %v", err)
		}
		if err := f.Feed(t.Context(), feedOf(list)); err != frontier.ErrClosed {
			t.Errorf("feed: %v", err)
		}
		if _, err := f.Next(t.Context()); err != frontier.ErrClosed {
			t.Errorf("next: %v", err)
		}
	})
}

// testLoad lets many workers fetch, fail and find links for real, and checks the caps
// at each lease and the count at the end.
func testLoad(t *testing.T, open Open) {
	const hosts, listed, perHost = 20, 2000, 3
	f := open(t, schedule.Options{PerHost: perHost})
	defer closing(t, f)
	var list []frontier.Entry
	for i := range listed {
		host := fmt.Sprint("host", i%hosts*(i%3)%hosts)
		list = append(list, frontier.Entry{URL: fmt.Sprint("http://listed/", i), Host: host})
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := f.Feed(t.Context(), feedOf(list)); err != nil {
			t.Error(err)
		}
	})
	var mu sync.Mutex
	inFlight, done := map[string]int{}, map[string]int{}
	for worker := range 64 {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(1, uint64(worker)))
			for {
				e, err := f.Next(t.Context())
				if err != nil {
					if err != io.EOF {
						t.Error(err)
					}
					return
				}
				mu.Lock()
				if inFlight[e.Host]++; inFlight[e.Host] > perHost {
					t.Errorf("%d leases of %s", inFlight[e.Host], e.Host)
				}
				inFlight[e.Host]--
				mu.Unlock()
				o := frontier.Outcome{Retry: r.IntN(4) == 0, Wait: time.Duration(r.IntN(1000)), Backoff: time.Duration(r.IntN(1000))}
				if !o.Retry {
					if e.Line == 0 && r.IntN(2) == 0 {
						add(t, f, frontier.Entry{URL: "http://linked/from/" + e.URL, Host: e.Host, Line: 1})
					}
					mu.Lock()
					done[e.URL]++
					mu.Unlock()
				}
				settle(t, f, e, o)
			}
		})
	}
	wg.Wait()
	for _, e := range list {
		if done[e.URL] != 1 {
			t.Errorf("%s was done %d times", e.URL, done[e.URL])
		}
		if n := done["http://linked/from/"+e.URL]; n > 1 {
			t.Errorf("the link from %s was done %d times", e.URL, n)
		}
	}
	if s := f.Stats(); s.Queued != 0 || s.Leased != 0 || s.Spilled != 0 {
		t.Errorf("at the end: %+v", s)
	}
}
