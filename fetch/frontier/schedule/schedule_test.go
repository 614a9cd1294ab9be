package schedule

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"
	"unsafe"

	"go.uber.org/goleak"

	"crawl/fetch/frontier"
	"crawl/pipeline"
)

// What every frontier has to do is asked by frontiertest; here is what only the scheduler
// can be asked.

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, antsStarts...) }

// antsStarts are the goroutines that importing ants starts.
var antsStarts = []goleak.Option{
	goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
	goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"),
}

// plain is a backlog of slices, of which some have to be loaded and fail to be.
type plain struct {
	away bool  // each entry has to be loaded
	fail error // to load
}

func (p *plain) Queue(string) Queue { return &plainQueue{plain: p} }
func (p *plain) Pushed() error      { return nil }
func (p *plain) Spilled() int       { return 0 }

type plainQueue struct {
	*plain
	list   []frontier.Entry
	loaded bool
}

func (q *plainQueue) Push(e frontier.Entry) { q.list = append(q.list, e) }
func (q *plainQueue) Len() int              { return len(q.list) }
func (q *plainQueue) Loaded() bool          { return q.loaded || !q.away }
func (q *plainQueue) StartLoad()            {}
func (q *plainQueue) Load() error           { return q.fail }
func (q *plainQueue) EndLoad()              { q.loaded = q.fail == nil }

func (q *plainQueue) Pop() (frontier.Entry, error) {
	e := q.list[0]
	q.list, q.loaded = q.list[1:], false
	return e, nil
}

func entryOf(host string) frontier.Entry {
	return frontier.Entry{URL: "http://" + host + "/", Host: host}
}

// addrs are addresses of a network that is for documents (RFC 5737).
func addrs(n ...int) []netip.Addr {
	list := make([]netip.Addr, len(n))
	for i, n := range n {
		list[i] = netip.AddrFrom4([4]byte{192, 0, 2, byte(n)})
	}
	return list
}

func push(t *testing.T, s *Scheduler, hosts ...string) {
	t.Helper()
	for _, host := range hosts {
		if err := s.Push(entryOf(host)); err != nil {
			t.Fatal(err)
		}
	}
}

func next(t *testing.T, s *Scheduler) frontier.Entry {
	t.Helper()
	e, err := s.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func settle(t *testing.T, s *Scheduler, e frontier.Entry) {
	t.Helper()
	if err := s.Settle(t.Context(), e, frontier.Outcome{}); err != nil {
		t.Fatal(err)
	}
}

func TestHostIsSmall(t *testing.T) {
	if size := unsafe.Sizeof(host{}); size > 240 {
		t.Errorf("a host takes %d bytes", size)
	}
}

// A million hosts have no million limits.
func TestFewHostsHaveLimits(t *testing.T) {
	made := 0
	s := New(Options{PerHost: 2, HostLimit: func(string) *pipeline.Limit {
		made++
		return pipeline.NewLimit(pipeline.LimitOptions{Cap: 2})
	}}, &plain{})
	defer s.Close()
	for i := range maxLimits + 100 {
		push(t, s, fmt.Sprint("host", i), fmt.Sprint("host", i))
	}
	push(t, s, "lonely")
	var open []frontier.Entry
	for range maxLimits + 101 {
		open = append(open, next(t, s))
	}
	if made != maxLimits {
		t.Errorf("%d limits, want %d", made, maxLimits)
	}
	settle(t, s, open[0])
	settle(t, s, next(t, s))
	if s.limits.hosts != maxLimits-1 {
		t.Errorf("%d hosts have limits when one of them is done with", s.limits.hosts)
	}
}

// A load that fails is an error of the call that did it, and can be tried again.
func TestLoadFails(t *testing.T) {
	p := &plain{away: true, fail: fmt.Errorf("the disk is gone")}
	s := New(Options{}, p)
	defer s.Close()
	push(t, s, "a", "a")
	for range 2 {
		if _, err := s.Next(t.Context()); err != p.fail {
			t.Errorf("got %v", err)
		}
	}
	p.fail = nil
	settle(t, s, next(t, s))
	settle(t, s, next(t, s))
}

// What is known of addresses goes with the last host that lives there.
func TestAddressesAreForgotten(t *testing.T) {
	s := New(Options{PerAddress: 2}, &plain{})
	defer s.Close()
	for i := range 10 {
		host := fmt.Sprint("host", i)
		push(t, s, host, host)
		first := next(t, s)
		if !s.Learn(first, frontier.About{Addrs: addrs(i, 100)}) {
			t.Fatal("refused")
		}
		second := next(t, s)
		if len(s.addresses) != 2 {
			t.Fatalf("%d addresses", len(s.addresses))
		}
		if !s.Learn(second, frontier.About{Addrs: addrs(i + 50)}) { // it has moved
			t.Fatal("refused")
		}
		settle(t, s, first)
		settle(t, s, second)
		if len(s.addresses) != 0 || len(s.hosts) != 0 {
			t.Errorf("%d addresses of %d hosts are remembered", len(s.addresses), len(s.hosts))
		}
	}
}

func TestTemper(t *testing.T) {
	type end struct {
		began, now time.Duration
		outcome    frontier.Outcome
		pause      time.Duration
	}
	bad := func(d time.Duration) frontier.Outcome { return frontier.Outcome{Backoff: d, Load: pipeline.Dropped} }
	good := frontier.Outcome{}
	for _, test := range []struct {
		name string
		ends []end
	}{
		{"each lasts longer", []end{
			{0, 1, bad(10), 10}, {1, 2, bad(10), 20}, {2, 3, bad(10), 40}, {3, 4, bad(time.Second), 8 * time.Second},
			{4, 5, bad(10 * time.Second), mostPause}, {5, 6, bad(time.Hour), time.Hour},
		}},
		{"those open at once count once", []end{{0, 10, bad(10), 10}, {1, 11, bad(10), 10}, {2, 12, bad(30), 30}, {11, 13, bad(10), 20}}},
		{"a success makes up for one", []end{{0, 1, bad(10), 10}, {1, 2, bad(10), 20}, {2, 3, good, 0}, {3, 4, good, 0}, {4, 5, bad(10), 10}}},
		{"but not one from before", []end{{0, 10, bad(10), 10}, {5, 11, good, 0}, {12, 13, bad(10), 20}}},
		{"other failures say nothing", []end{{0, 1, bad(10), 10}, {1, 2, frontier.Outcome{Load: pipeline.Ignored}, 0}, {2, 3, bad(10), 20}}},
		{"nor do they pause", []end{{0, 1, frontier.Outcome{Load: pipeline.Dropped}, 0}, {1, 2, frontier.Outcome{Backoff: -1}, 0}}},
		{"for ever", []end{{0, 1, bad(1<<63 - 1), 1<<63 - 1}, {1, 2, bad(1<<63 - 1), 1<<63 - 1}}},
	} {
		var temper temper
		for i, e := range test.ends {
			if pause := temper.settle(e.outcome, e.began, e.now); pause != e.pause {
				t.Errorf("%s: end %d: %v, want %v", test.name, i, pause, e.pause)
			}
		}
	}
	var t2 temper
	for now := range time.Duration(100) {
		if pause := t2.settle(bad(10*time.Second), now, now); pause > mostPause {
			t.Fatalf("after %d strikes: %v", now, pause)
		}
	}
}

// byTime is compared with a search.
func TestByTime(t *testing.T) {
	r := rand.New(rand.NewPCG(6, 7))
	all := make([]*host, 50)
	for i := range all {
		all[i] = &host{}
	}
	var b byTime[*host]
	for range 10_000 {
		h := all[r.IntN(len(all))]
		if r.IntN(3) == 0 {
			b.drop(h)
		} else {
			b.put(h, time.Duration(r.IntN(100)))
		}
		var first *host
		n := 0
		for _, h := range all {
			if h.index == 0 {
				continue
			}
			n++
			if b[h.index-1] != h {
				t.Fatal("a host is not where it says")
			}
			if first == nil || h.at < first.at {
				first = h
			}
		}
		if n != len(b) || n > 0 && b[0].at != first.at {
			t.Fatalf("%d of %d, the first at %v, want %v", len(b), n, b[0].at, first.at)
		}
	}
}
