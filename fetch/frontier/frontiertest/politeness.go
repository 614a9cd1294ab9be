package frontiertest

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// lease is one hand-out and when it came.
type lease struct {
	url string
	at  time.Duration
}

// entries are n of a host, with lines from 1.
func entries(host string, n int) []frontier.Entry { return entriesFrom(host, 0, n) }

// entriesFrom are the n that follow the first ones.
func entriesFrom(host string, first, n int) []frontier.Entry {
	list := make([]frontier.Entry, n)
	for i := range list {
		list[i] = frontier.Entry{URL: fmt.Sprintf("http://%s/%d", host, first+i), Host: host, Line: int64(first + i + 1)}
	}
	return list
}

// feedOf streams list.
func feedOf(list []frontier.Entry) func(context.Context) (frontier.Entry, error) {
	return func(context.Context) (frontier.Entry, error) {
		if len(list) == 0 {
			return frontier.Entry{}, io.EOF
		}
		e := list[0]
		list = list[1:]
		return e, nil
	}
}

// drain settles everything as done from that many workers, each of which takes took
// for an entry, and gives back the leases in the order in which they began.
func drain(t *testing.T, f Frontier, workers int, took time.Duration) []lease {
	t.Helper()
	start := time.Now()
	var mu sync.Mutex
	var got []lease
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for {
				e, err := f.Next(t.Context())
				if err == io.EOF {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				got = append(got, lease{e.URL, time.Since(start)})
				mu.Unlock()
				<-time.After(took) // virtual time
				if err := f.Settle(t.Context(), e, frontier.Outcome{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if s := f.Stats(); s != (frontier.Stats{Hosts: s.Hosts, Blocked: s.Blocked}) {
		t.Errorf("after the end: %+v", s)
	}
	return got
}

func add(t *testing.T, f Frontier, list ...frontier.Entry) {
	t.Helper()
	verdicts, err := f.Add(t.Context(), list...)
	if len(verdicts) != len(list) || err != nil {
		t.Fatalf("add %d entries: %v, %v", len(list), verdicts, err)
	}
	for i, v := range verdicts {
		if v != frontier.Fresh {
			t.Fatalf("%s is %v", list[i].URL, v)
		}
	}
}

func next(t *testing.T, f Frontier) frontier.Entry {
	t.Helper()
	e, err := f.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func settle(t *testing.T, f Frontier, e frontier.Entry, o frontier.Outcome) {
	t.Helper()
	if err := f.Settle(t.Context(), e, o); err != nil {
		t.Fatal(err)
	}
}

func closing(t *testing.T, f Frontier) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func testDelay(t *testing.T, open Open) {
	for _, workers := range []int{1, 3, 50} {
		synctest.Test(t, func(t *testing.T) {
			f := open(t, schedule.Options{Delay: time.Second})
			defer closing(t, f)
			for _, host := range []string{"a", "b", "c"} {
				add(t, f, entries(host, 15)...)
			}
			got := drain(t, f, workers, 0)
			if len(got) != 45 {
				t.Fatalf("%d leases", len(got))
			}
			for i, l := range got {
				if want := time.Duration(i/3) * time.Second; l.at != want {
					t.Errorf("%d workers: %s leased at %v, want %v", workers, l.url, l.at, want)
				}
			}
			if at := got[44].at; at != 14*time.Second {
				t.Errorf("last lease at %v", at)
			}
		})
	}
}

func testPerHost(t *testing.T, open Open) {
	for _, test := range []struct {
		perHost, workers int
		want             time.Duration // start of the last of 24 leases of a second each
	}{{1, 10, 23 * time.Second}, {0, 10, 2 * time.Second}, {4, 10, 5 * time.Second}, {100, 12, time.Second}} {
		synctest.Test(t, func(t *testing.T) {
			f := open(t, schedule.Options{PerHost: test.perHost})
			defer closing(t, f)
			add(t, f, entries("a", 24)...)
			got := drain(t, f, test.workers, time.Second)
			if at := got[len(got)-1].at; len(got) != 24 || at != test.want {
				t.Errorf("%+v: %d leases, the last at %v", test, len(got), at)
			}
		})
	}
}

func testRate(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{Rate: 10, PerHost: 100})
		defer closing(t, f)
		for round := range 2 { // the second time after idling, which must earn nothing
			add(t, f, entriesFrom("a", 20*round, 20)...)
			add(t, f, entriesFrom("b", 20*round, 20)...)
			for i, l := range drain(t, f, 30, 0) {
				if want := time.Duration(i) * 100 * time.Millisecond; l.at != want {
					t.Errorf("lease %d at %v, want %v", i, l.at, want)
				}
			}
			<-time.After(time.Minute)
		}
	})
}

func testHostsTakeTurns(t *testing.T, open Open) {
	f := open(t, schedule.Options{PerHost: 100})
	defer closing(t, f)
	for _, host := range []string{"a", "b", "c"} {
		add(t, f, entries(host, 3)...)
	}
	var got string
	for range 9 {
		got += next(t, f).Host
	}
	if got != "abcabcabc" {
		t.Errorf("hosts came as %s", got)
	}
}

// testSlowHostHoldsNobodyUp checks that a host at its cap costs the others nothing.
func testSlowHostHoldsNobodyUp(t *testing.T, open Open) {
	f := open(t, schedule.Options{PerHost: 2})
	defer closing(t, f)
	add(t, f, entries("slow", 100)...)
	add(t, f, entries("a", 5)...)
	slow := 0
	for range 7 {
		e := next(t, f)
		if e.Host == "slow" {
			slow++
			continue
		}
		settle(t, f, e, frontier.Outcome{})
	}
	if slow != 2 {
		t.Errorf("%d leases of the slow host", slow)
	}
}

func testRetry(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{})
		defer closing(t, f)
		start := time.Now()
		add(t, f, entries("a", 3)...)
		first := next(t, f)
		settle(t, f, first, frontier.Outcome{Retry: true, Wait: 5 * time.Second, Spent: time.Second})
		second := next(t, f)
		if second.Line != 2 || time.Since(start) != 0 {
			t.Errorf("during the wait: line %d after %v", second.Line, time.Since(start))
		}
		<-time.After(5 * time.Second)
		again := next(t, f) // before line 3
		want := first
		want.Attempts, want.Spent, want.Lease = 1, time.Second, again.Lease
		if again != want {
			t.Errorf("retry is %+v, want %+v", again, want)
		}
		settle(t, f, again, frontier.Outcome{Retry: true, Wait: 7 * time.Second, Spent: time.Minute})
		settle(t, f, second, frontier.Outcome{})
		settle(t, f, next(t, f), frontier.Outcome{})
		again = next(t, f) // wakes by the timer
		if again.Attempts != 2 || again.Spent != 61*time.Second || time.Since(start) != 12*time.Second {
			t.Errorf("second retry is %+v after %v", again, time.Since(start))
		}
		settle(t, f, again, frontier.Outcome{})
		if _, err := f.Next(t.Context()); err != io.EOF {
			t.Errorf("at the end: %v", err)
		}
		if s := f.Stats(); s != (frontier.Stats{}) {
			t.Errorf("at the end: %+v", s)
		}
	})
}

func testRetriesDueAtOnceKeepOrder(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{PerHost: 50})
		defer closing(t, f)
		add(t, f, entries("a", 50)...)
		for range 50 {
			defer settle(t, f, next(t, f), frontier.Outcome{})
		}
		add(t, f, entries("b", 50)...)
		for range 50 {
			settle(t, f, next(t, f), frontier.Outcome{Retry: true, Wait: time.Hour})
		}
		for i := range 50 {
			e := next(t, f)
			if e.Line != int64(i+1) {
				t.Errorf("retry %d is line %d", i, e.Line)
			}
			settle(t, f, e, frontier.Outcome{})
		}
	})
}

func testBackoff(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{Delay: time.Second})
		defer closing(t, f)
		start := time.Now()
		add(t, f, entries("a", 2)...)
		add(t, f, entries("b", 1)...)
		a, b := next(t, f), next(t, f)
		settle(t, f, a, frontier.Outcome{Retry: true, Wait: 2 * time.Second, Backoff: 10 * time.Second})
		settle(t, f, b, frontier.Outcome{Retry: true, Wait: 3 * time.Second, Backoff: -time.Hour})
		for i, want := range []struct {
			host string
			line int64
			at   time.Duration
		}{{"b", 1, 3 * time.Second}, {"a", 1, 10 * time.Second}, {"a", 2, 50 * time.Second}} {
			e := next(t, f)
			if at := time.Since(start); e.Host != want.host || e.Line != want.line || at != want.at {
				t.Errorf("lease %d: line %d of %s at %v, want %+v", i, e.Line, e.Host, at, want)
			}
			if i == 1 { // the later of two back-offs counts, and lasts twice as long
				settle(t, f, e, frontier.Outcome{Backoff: 20 * time.Second})
				continue
			}
			settle(t, f, e, frontier.Outcome{})
		}
	})
}

func testBackoffForEver(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{})
		defer closing(t, f)
		add(t, f, entries("a", 2)...)
		settle(t, f, next(t, f), frontier.Outcome{Backoff: 1<<63 - 1, Retry: true, Wait: 1<<63 - 1})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		if e, err := f.Next(ctx); err != context.DeadlineExceeded {
			t.Errorf("%+v, %v", e, err)
		}
	})
}

// testHostsAreForgotten checks that hosts that are done with cost nothing, once their
// delay has passed.
func testHostsAreForgotten(t *testing.T, open Open) {
	for _, delay := range []time.Duration{0, time.Second} {
		synctest.Test(t, func(t *testing.T) {
			f := open(t, schedule.Options{Delay: delay})
			defer closing(t, f)
			for i := range 200 {
				add(t, f, entries(fmt.Sprint("host", i), 1)...)
				settle(t, f, next(t, f), frontier.Outcome{})
			}
			<-time.After(delay)
			if _, err := f.Next(t.Context()); err != io.EOF {
				t.Error(err)
			}
			if s := f.Stats(); s != (frontier.Stats{}) {
				t.Errorf("delay %v: %+v", delay, s)
			}
		})
	}
}

func testDelayHoldsAfterHostRanDry(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{Delay: 10 * time.Second})
		defer closing(t, f)
		start := time.Now()
		add(t, f, entries("a", 1)...)
		settle(t, f, next(t, f), frontier.Outcome{})
		<-time.After(4 * time.Second)
		add(t, f, entriesFrom("a", 1, 1)...)
		settle(t, f, next(t, f), frontier.Outcome{})
		if at := time.Since(start); at != 10*time.Second {
			t.Errorf("second lease at %v", at)
		}
	})
}

// A lease that asked the host for nothing costs the next one no delay, at its addresses
// neither; what else it waits for, such as a back-off, it waits for.
func testUnaskedHostIsNotWaitedFor(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{Delay: 10 * time.Second, PerHost: 1, PerAddress: 1})
		defer closing(t, f)
		at := []netip.Addr{netip.MustParseAddr("192.0.2.1")}
		start := time.Now()
		add(t, f, entries("a", 5)...)
		outcomes := []struct {
			frontier.Outcome
			next time.Duration // lease
		}{
			{frontier.Outcome{Unasked: true}, 0},
			{frontier.Outcome{}, 10 * time.Second},
			{frontier.Outcome{Unasked: true, Backoff: 30 * time.Second}, 40 * time.Second},
			{frontier.Outcome{Unasked: true}, 40 * time.Second},
		}
		for i, o := range outcomes {
			e := next(t, f)
			if e.Meet && !f.Learn(e, frontier.About{Addrs: at}) {
				t.Fatal("an address that nobody has asked has no place")
			}
			settle(t, f, e, o.Outcome)
			e = next(t, f)
			if got := time.Since(start); got != o.next {
				t.Errorf("after outcome %d the next lease was at %v, want %v", i, got, o.next)
			}
			settle(t, f, e, frontier.Outcome{Defer: true, Unasked: true})
		}
	})
}

// What is moved waits at the other host, with all that is known of it.
func testMove(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{})
		defer closing(t, f)
		add(t, f, entries("a", 1)...)
		e := next(t, f)
		to := frontier.Entry{URL: "http://b/", Host: "b", Note: "from a", Depth: 3, Parent: "http://p/", Attempts: 1, Spent: time.Second}
		if v, err := f.Move(t.Context(), e, to); v != frontier.Fresh || err != nil {
			t.Fatalf("%v, %v", v, err)
		}
		settle(t, f, e, frontier.Outcome{Moved: true})
		got := next(t, f)
		want := to
		want.Lease, want.Order = got.Lease, got.Order
		if got != want {
			t.Errorf("got %+v, want %+v", got, want)
		}
		settle(t, f, got, frontier.Outcome{})
		if _, err := f.Next(t.Context()); err != io.EOF {
			t.Errorf("then %v", err)
		}
	})
}
