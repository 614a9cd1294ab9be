package frontiertest

import (
	"fmt"
	"io"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
	"crawl/pipeline"
)

// server says how long it takes for a request that comes now, as one of so many, and
// what becomes of it.
type server func(now time.Duration, inFlight int) (time.Duration, pipeline.Outcome)

// serving carries out so many requests a second, one after the other, and each takes
// delay more.
func serving(rate float64, delay time.Duration) server {
	var free time.Duration
	return func(now time.Duration, _ int) (time.Duration, pipeline.Outcome) {
		free = max(free, now) + time.Duration(float64(time.Second)/rate)
		return free - now + delay, pipeline.Success
	}
}

// slowing takes 1+(n/most)² times as long for n at once.
func slowing(delay time.Duration, most float64) server {
	return func(_ time.Duration, n int) (time.Duration, pipeline.Outcome) {
		load := float64(n) / most
		return time.Duration(float64(delay) * (1 + load*load)), pipeline.Success
	}
}

func lasting(d time.Duration, o pipeline.Outcome) server {
	return func(time.Duration, int) (time.Duration, pipeline.Outcome) { return d, o }
}

// seconds is what hosts did, second by second.
type seconds struct {
	mu       sync.Mutex // guards what follows
	inFlight map[string]int
	more     int            // entries that were added
	most     map[string]int // at once; "" has all hosts
	done     map[string][]int
	latency  map[string][]time.Duration // in sum
}

// crawl leases from that many workers for so long, and each host serves as servers says.
func crawl(t *testing.T, f Frontier, workers int, length time.Duration, servers map[string]server) *seconds {
	t.Helper()
	start := time.Now()
	n := int(length/time.Second) + 1
	s := &seconds{inFlight: map[string]int{}, most: map[string]int{}, done: map[string][]int{}, latency: map[string][]time.Duration{}}
	for name := range servers {
		s.done[name], s.latency[name] = make([]int, n), make([]time.Duration, n)
		add(t, f, entries(name, 100)...)
	}
	visit := func(e frontier.Entry) frontier.Outcome {
		s.mu.Lock()
		for _, of := range []string{e.Host, ""} {
			s.inFlight[of]++
			s.most[of] = max(s.most[of], s.inFlight[of])
		}
		took, outcome := servers[e.Host](time.Since(start), s.inFlight[e.Host])
		s.mu.Unlock()
		<-time.After(took)
		s.mu.Lock()
		defer s.mu.Unlock()
		s.inFlight[e.Host]--
		s.inFlight[""]--
		if now := time.Since(start); now < length {
			s.more++
			s.done[e.Host][now/time.Second]++
			s.latency[e.Host][now/time.Second] += took
			add(t, f, frontier.Entry{URL: fmt.Sprint("http://", e.Host, "/more/", s.more), Host: e.Host}) // so that it never runs dry
		}
		return frontier.Outcome{Load: outcome}
	}
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				e, err := f.Next(t.Context())
				if err == io.EOF {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				settle(t, f, e, visit(e))
			}
		})
	}
	all.Wait()
	return s
}

// adaptive has a limit from 64 to most over all hosts, and one for each from 4.
func adaptive(most, perHost int) (schedule.Options, *pipeline.Limit) {
	all := pipeline.NewLimit(pipeline.LimitOptions{Cap: most, Start: min(64, most)})
	return schedule.Options{PerHost: perHost, Limit: all, HostLimit: func(string) *pipeline.Limit {
		return pipeline.NewLimit(pipeline.LimitOptions{Cap: perHost})
	}}, all
}

// From the tenth second on a host gives 95 % of what it gives at its best width, and at
// no time takes twice as long as when it has nothing else to do (issue 5).
func testLimitsFindTheWidthOfAHost(t *testing.T, open Open) {
	for _, test := range []struct {
		name  string
		make  func() server
		best  float64 // requests a second
		empty time.Duration
	}{
		{"200/s behind 100 ms", func() server { return serving(200, 100*time.Millisecond) }, 200, 105 * time.Millisecond},
		{"best with 40", func() server { return slowing(50*time.Millisecond, 40) }, 400, 50 * time.Millisecond},
	} {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opts, _ := adaptive(256, 256)
				f := open(t, opts)
				defer closing(t, f)
				s := crawl(t, f, 256, 20*time.Second, map[string]server{"a": test.make()})
				late := 0
				for i, n := range s.done["a"][:20] {
					if i >= 10 {
						late += n
					}
					if mean := s.latency["a"][i] / time.Duration(max(n, 1)); mean > 2*test.empty {
						t.Errorf("second %d: latency %v", i, mean)
					}
				}
				if got := float64(late) / 10; got < 0.95*test.best {
					t.Errorf("%.0f requests a second, of %.0f", got, test.best)
				}
			})
		})
	}
}

// Many hosts that bear more than their cap widen all, up to the caps of each.
func testLimitsStayBelowCaps(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		opts, all := adaptive(300, 8)
		f := open(t, opts)
		defer closing(t, f)
		servers := map[string]server{}
		for i := range 50 {
			servers[fmt.Sprint("host", i)] = lasting(100*time.Millisecond, pipeline.Success)
		}
		s := crawl(t, f, 500, 10*time.Second, servers)
		if s.most[""] != 300 || all.Width() != 300 {
			t.Errorf("%d at once, width %d, want 300", s.most[""], all.Width())
		}
		for name := range servers {
			if s.most[name] > 8 || s.done[name][9] < 40 {
				t.Errorf("%s: %d at once, %d in the last second", name, s.most[name], s.done[name][9])
			}
		}
		if n := all.InFlight(); n != 0 {
			t.Errorf("%d slots are held at the end", n)
		}
	})
}

// A host that is slow holds no more than its own limit.
func testSlowHostStarvesNobody(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		opts, _ := adaptive(8, 4)
		f := open(t, opts)
		defer closing(t, f)
		s := crawl(t, f, 8, 30*time.Second, map[string]server{
			"slow": lasting(10*time.Second, pipeline.Success),
			"fast": lasting(10*time.Millisecond, pipeline.Success),
		})
		for i, n := range s.done["fast"][:30] {
			if n < 380 { // four at once make 400
				t.Errorf("second %d: %d requests", i, n)
			}
		}
	})
}

// Hosts that never answer are no reason to leave others alone; those that did are.
func testDropsCountWhereSomethingAnswered(t *testing.T, open Open) {
	for _, test := range []struct {
		answers int // of a host before it turns everything away
		lowered bool
	}{{0, false}, {200, true}} {
		synctest.Test(t, func(t *testing.T) {
			opts, all := adaptive(64, 64)
			opts.HostLimit = nil
			f := open(t, opts)
			defer closing(t, f)
			asked := 0
			s := crawl(t, f, 64, 10*time.Second, map[string]server{"down": func(time.Duration, int) (time.Duration, pipeline.Outcome) {
				if asked++; asked <= test.answers {
					return 50 * time.Millisecond, pipeline.Success
				}
				return 50 * time.Millisecond, pipeline.Dropped
			}})
			if lowered := all.Width() < 32; lowered != test.lowered {
				t.Errorf("after %d answers and %d requests the width is %d", test.answers, asked, all.Width())
			}
			if s.most[""] != 64 {
				t.Errorf("%d at once", s.most[""])
			}
		})
	}
}
