package frontiertest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

func testFeedReadsNoFurtherThanNeeded(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{PerHost: 4})
		defer closing(t, f)
		list := entries("one", 1000)
		list = append(list, entries("other", 10)...)
		var pulled atomic.Int64
		pull := feedOf(list)
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := f.Feed(t.Context(), func(ctx context.Context) (frontier.Entry, error) {
				pulled.Add(1)
				return pull(ctx)
			}); err != nil {
				t.Error(err)
			}
		})
		at := func(when string, want int64) {
			t.Helper()
			if synctest.Wait(); pulled.Load() != want {
				t.Errorf("%s: %d entries pulled, want %d", when, pulled.Load(), want)
			}
		}
		at("before any caller", 64)
		var open []frontier.Entry
		for range 4 {
			open = append(open, next(t, f))
		}
		at("with the host at its cap and nobody waiting", 64)
		for range 100 {
			settle(t, f, open[0], frontier.Outcome{})
			open = append(open[1:], next(t, f))
			synctest.Wait()
			if ahead := pulled.Load() - f.Stats().Leased; int(f.Stats().Queued) > 2*4+64 {
				t.Fatalf("%d entries queued, %d pulled", f.Stats().Queued, ahead)
			}
		}
		var other frontier.Entry
		wg.Go(func() {
			if other = next(t, f); other.Host != "other" || other.Line != 1 {
				t.Errorf("a free worker was given line %d of %s", other.Line, other.Host)
			}
		})
		at("with a free worker", 1001) // up to the first line that helps it
		for _, e := range open {
			settle(t, f, e, frontier.Outcome{})
		}
		settle(t, f, other, frontier.Outcome{})
		drain(t, f, 5, 0)
		wg.Wait()
	})
}

// testRateDoesNotDrainTheList checks that callers who wait for the rate only do not
// make Feed read on.
func testRateDoesNotDrainTheList(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{Rate: 1})
		defer closing(t, f)
		ctx, cancel := context.WithCancel(t.Context())
		var pulled atomic.Int64
		pull := feedOf(entries("a", 1000))
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := f.Feed(ctx, func(ctx context.Context) (frontier.Entry, error) {
				pulled.Add(1)
				return pull(ctx)
			}); err != context.Canceled {
				t.Error(err)
			}
		})
		synctest.Wait()
		for range 5 {
			wg.Go(func() {
				for {
					e, err := f.Next(ctx)
					if err != nil {
						return
					}
					settle(t, f, e, frontier.Outcome{})
				}
			})
		}
		<-time.After(10500 * time.Millisecond)
		if n := pulled.Load(); n > 11+2*6+64 {
			t.Errorf("%d entries pulled for 11 leases", n)
		}
		cancel()
		wg.Wait()
	})
}

func testFeedError(t *testing.T, open Open) {
	f := open(t, schedule.Options{})
	defer closing(t, f)
	torn := errors.New("list is torn")
	list := entries("a", 3)
	err := f.Feed(t.Context(), func(context.Context) (frontier.Entry, error) {
		if len(list) == 0 {
			return frontier.Entry{}, torn
		}
		e := list[0]
		list = list[1:]
		return e, nil
	})
	if err != torn {
		t.Errorf("feed: %v", err)
	}
	if got := drain(t, f, 2, 0); len(got) != 3 { // what came before it is still done
		t.Errorf("%d leases", len(got))
	}
	urls := []string{}
	if err := f.Feed(t.Context(), feedOf(entriesFrom("a", 3, 1))); err != nil { // and it may be fed again
		t.Error(err)
	}
	for _, l := range drain(t, f, 1, 0) {
		urls = append(urls, l.url)
	}
	if !slices.Equal(urls, []string{"http://a/3"}) {
		t.Errorf("second feed gave %q", urls)
	}
}
