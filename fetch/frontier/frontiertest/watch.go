package frontiertest

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// testWatch has a worker that never comes back, and one that is merely slow.
func testWatch(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{})
		defer closing(t, f)
		start := time.Now()
		add(t, f, entries("a", 2)...)
		stuck, slow := next(t, f), next(t, f)
		ctx, cancel := context.WithCancel(t.Context())
		type named struct {
			line int64
			open time.Duration
		}
		var got []named
		var wg sync.WaitGroup
		wg.Go(func() {
			if err := f.Watch(ctx, time.Minute, func(e frontier.Entry, open time.Duration) {
				got = append(got, named{e.Line, open})
				if open != time.Since(start) {
					t.Errorf("%s is open for %v, not %v", e.URL, time.Since(start), open)
				}
				if open > 90*time.Second { // nobody has heard, so it is given up
					settle(t, f, e, frontier.Outcome{})
				}
			}); err != nil {
				t.Error(err)
			}
		})
		<-time.After(50 * time.Second)
		settle(t, f, slow, frontier.Outcome{})
		if _, err := f.Next(t.Context()); err != io.EOF { // when the last lease has ended
			t.Error(err)
		}
		if at := time.Since(start); at != 2*time.Minute {
			t.Errorf("the end came after %v", at)
		}
		cancel()
		wg.Wait()
		if len(got) != 2 || got[0] != (named{stuck.Line, time.Minute}) || got[1] != (named{stuck.Line, 2 * time.Minute}) {
			t.Errorf("named were %v", got)
		}
		if err := f.Settle(t.Context(), stuck, frontier.Outcome{Retry: true}); !errors.Is(err, frontier.ErrNotLeased) {
			t.Errorf("what was given up came back: %v", err)
		}
	})
}

// testLeaseNamesAreNotReused checks that whoever settles twice hits no other's lease.
func testLeaseNamesAreNotReused(t *testing.T, open Open) {
	f := open(t, schedule.Options{})
	defer closing(t, f)
	add(t, f, entries("a", 100)...)
	seen := map[int64]bool{}
	for range 100 {
		e := next(t, f)
		if seen[e.Lease] || e.Lease == 0 {
			t.Fatalf("lease %d came twice", e.Lease)
		}
		seen[e.Lease] = true
		settle(t, f, e, frontier.Outcome{})
	}
	if err := f.Settle(t.Context(), frontier.Entry{URL: "http://a/", Host: "a"}, frontier.Outcome{}); !errors.Is(err, frontier.ErrNotLeased) {
		t.Errorf("an entry that was never leased: %v", err)
	}
}
