package frontiertest

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

func addresses(n ...int) []netip.Addr {
	list := make([]netip.Addr, len(n))
	for i, n := range n {
		list[i] = netip.AddrFrom4([4]byte{192, 0, 2, byte(n)})
	}
	return list
}

// testMeet checks that a host has one lease until it is known.
func testMeet(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{PerHost: 3, PerAddress: 3})
		defer closing(t, f)
		add(t, f, entries("a", 5)...)
		first := next(t, f)
		if !first.Meet {
			t.Error("the first lease does not ask for Learn")
		}
		var second frontier.Entry
		var wg sync.WaitGroup
		wg.Go(func() { second = next(t, f) })
		synctest.Wait()
		if n := f.Stats().Leased; n != 1 {
			t.Errorf("%d leases of a host that nobody knows", n)
		}
		if !f.Learn(first, frontier.About{Addrs: addresses(1)}) {
			t.Error("the first lease was refused")
		}
		wg.Wait()
		if third := next(t, f); second.Meet || third.Meet {
			t.Error("a host that is known is to be met")
		}
		settle(t, f, first, frontier.Outcome{})
		if f.Learn(first, frontier.About{}) {
			t.Error("a lease that has ended may be fetched")
		}
		settle(t, f, second, frontier.Outcome{})
	})
}

// testMeetFails checks that a host that could not be looked up is to be met again.
func testMeetFails(t *testing.T, open Open) {
	f := open(t, schedule.Options{PerAddress: 8})
	defer closing(t, f)
	add(t, f, entries("a", 5)...)
	for range 5 {
		e := next(t, f)
		if !e.Meet {
			t.Error("nobody has met it")
		}
		settle(t, f, e, frontier.Outcome{})
	}
}

// testMore checks that a host is met again when not all could be found out, or says that
// it is not, and that its address does not have it wait for itself.
func testMore(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{PerAddress: 8, Delay: time.Second})
		defer closing(t, f)
		add(t, f, entries("a", 3)...)
		for n, end := range []frontier.About{{More: true}, {}} {
			e := next(t, f)
			end.Addrs, end.Unheard = addresses(1), true
			if !e.Meet || !f.Learn(e, frontier.About{Addrs: end.Addrs, More: true}) || !f.Learn(e, end) {
				t.Fatalf("lease %d was refused, or not to be met", n)
			}
			settle(t, f, e, frontier.Outcome{Defer: true})
		}
		for n, unheard := range []bool{true, true, false} {
			e := next(t, f)
			if e.Meet || e.Unheard != unheard || !f.Learn(e, frontier.About{Addrs: addresses(1), Unheard: n == 0}) {
				t.Errorf("lease %d of a host that is known: %+v", n, e)
			}
			settle(t, f, e, frontier.Outcome{Defer: true})
		}
	})
}

// testDefer checks what becomes of an entry that has to wait for an address.
func testDefer(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{PerHost: 2, PerAddress: 1})
		defer closing(t, f)
		add(t, f, entries("a", 1)...)
		add(t, f, entries("b", 2)...)
		a, b := next(t, f), next(t, f)
		if !f.Learn(a, frontier.About{Addrs: addresses(1, 2)}) || f.Learn(b, frontier.About{Addrs: addresses(2, 3)}) {
			t.Error("the second lease at an address was granted")
		}
		settle(t, f, b, frontier.Outcome{Defer: true, Spent: time.Hour})
		var again frontier.Entry
		var wg sync.WaitGroup
		wg.Go(func() { again = next(t, f) })
		synctest.Wait()
		settle(t, f, a, frontier.Outcome{})
		wg.Wait()
		b.Lease, b.Meet = again.Lease, false
		if again != b {
			t.Errorf("got %+v, want %+v", again, b)
		}
		settle(t, f, again, frontier.Outcome{})
		if last := next(t, f); last.Line != 2 {
			t.Errorf("line %d came last", last.Line)
		}
	})
}

// sharing makes hosts that live at one address and are known, and leases an entry of each.
func sharing(t *testing.T, f Frontier, hosts ...string) (leased []frontier.Entry) {
	t.Helper()
	for _, host := range hosts {
		add(t, f, entries(host, 1)...)
		e := next(t, f)
		if e.Host != host || !f.Learn(e, frontier.About{Addrs: addresses(1)}) {
			t.Fatalf("%s was not to be met", host)
		}
		leased = append(leased, e)
	}
	return leased
}

// testAddressDelay has callers that wait for an address, and nothing happens but that
// time passes.
func testAddressDelay(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{PerHost: 2, PerAddress: 8, Delay: time.Second})
		defer closing(t, f)
		var leased []frontier.Entry
		for _, host := range []string{"a", "b", "c"} {
			leased = append(leased, sharing(t, f, host)...)
			<-time.After(time.Second)
		}
		for _, host := range []string{"a", "b", "c"} {
			add(t, f, entriesFrom(host, 1, 1)...)
		}
		start := time.Now()
		var mu sync.Mutex
		var at []time.Duration
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				e := next(t, f)
				mu.Lock()
				defer mu.Unlock()
				leased, at = append(leased, e), append(at, time.Since(start))
			})
		}
		all.Wait()
		if want := fmt.Sprint([]time.Duration{0, time.Second, 2 * time.Second}); fmt.Sprint(at) != want {
			t.Errorf("leases at %v, want %v", at, want)
		}
		for _, e := range leased {
			settle(t, f, e, frontier.Outcome{})
		}
	})
}

// testTurnAtAddress checks that hosts have an address in the order in which they came to
// it, whatever is added to them meanwhile.
func testTurnAtAddress(t *testing.T, open Open) {
	f := open(t, schedule.Options{PerHost: 2, PerAddress: 3})
	defer closing(t, f)
	leased := sharing(t, f, "a", "b", "c")
	for _, host := range []string{"a", "b", "c"} {
		add(t, f, entriesFrom(host, 1, 1)...)
	}
	add(t, f, entriesFrom("a", 2, 3)...)
	order := ""
	for _, i := range []int{2, 1, 0} {
		settle(t, f, leased[i], frontier.Outcome{})
		e := next(t, f)
		order += e.Host
		defer settle(t, f, e, frontier.Outcome{})
	}
	if order != "abc" {
		t.Errorf("they came as %s", order)
	}
}

// testAddressIsShared checks that none of many hosts at one address has more of it than
// the others.
func testAddressIsShared(t *testing.T, open Open) {
	const hosts, each, atOnce = 20, 5, 2
	f := open(t, schedule.Options{PerHost: 8, PerAddress: atOnce})
	defer closing(t, f)
	had := map[string]int{}
	for i := range hosts {
		name := fmt.Sprint("host", i)
		for _, e := range sharing(t, f, name) {
			settle(t, f, e, frontier.Outcome{})
		}
	}
	for i := range hosts {
		add(t, f, entriesFrom(fmt.Sprint("host", i), 1, 20)...)
	}
	var leased []frontier.Entry
	for range hosts * each {
		if len(leased) == atOnce {
			settle(t, f, leased[0], frontier.Outcome{})
			leased = leased[1:]
		}
		e := next(t, f)
		leased = append(leased, e)
		had[e.Host]++
	}
	for name, n := range had {
		if n < each-1 || n > each+1 {
			t.Errorf("%s had %d leases of %d", name, n, hosts*each)
		}
	}
	if len(had) != hosts {
		t.Errorf("%d hosts had any", len(had))
	}
}

// testCrawlDelay checks the delay that a host wants itself.
func testCrawlDelay(t *testing.T, open Open) {
	synctest.Test(t, func(t *testing.T) {
		f := open(t, schedule.Options{Delay: time.Second, PerAddress: 8})
		defer closing(t, f)
		start := time.Now()
		add(t, f, entries("slow", 4)...)
		add(t, f, entries("usual", 4)...)
		for range 8 {
			e := next(t, f)
			if e.Meet {
				about := frontier.About{}
				if e.Host == "slow" {
					about.Delay = 10 * time.Second
				}
				if !f.Learn(e, about) {
					t.Error("a lease without an address was refused")
				}
			}
			want := time.Duration(e.Line-1) * time.Second
			if e.Host == "slow" {
				want *= 10
			}
			if at := time.Since(start); at != want {
				t.Errorf("line %d of %s at %v, want %v", e.Line, e.Host, at, want)
			}
			settle(t, f, e, frontier.Outcome{})
		}
	})
}

// origin counts what arrives at addresses.
type origin struct {
	mu       sync.Mutex // guards what follows
	inFlight map[netip.Addr]int
	most     map[netip.Addr]int
	last     map[netip.Addr]time.Time
	hosts    map[string]int
	tooSoon  int
}

// serve takes a request that any of the addresses may get.
func (o *origin) serve(host string, at []netip.Addr, took, delay time.Duration) (hostNow int) {
	o.mu.Lock()
	for _, a := range at {
		o.inFlight[a]++
		o.most[a] = max(o.most[a], o.inFlight[a])
		if last, ok := o.last[a]; ok && time.Since(last) < delay {
			o.tooSoon++
		}
		o.last[a] = time.Now()
	}
	o.hosts[host]++
	hostNow = o.hosts[host]
	o.mu.Unlock()
	<-time.After(took)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.hosts[host]--
	for _, a := range at {
		o.inFlight[a]--
	}
	return hostNow
}

// testAddresses has hosts at one, two or three of a few addresses, and counts at those.
func testAddresses(t *testing.T, open Open) {
	for _, opts := range []schedule.Options{
		{PerHost: 4, PerAddress: 4},
		{PerHost: 4, PerAddress: 6},
		{PerHost: 3, PerAddress: 1},
		{PerHost: 4, PerAddress: 2, Delay: 100 * time.Millisecond},
	} {
		t.Run(fmt.Sprintf("%d of %d, %v", opts.PerHost, opts.PerAddress, opts.Delay), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := open(t, opts)
				defer closing(t, f)
				const hosts, each, ips = 20, 15, 7
				r := rand.New(rand.NewPCG(3, uint64(opts.PerAddress)))
				at := map[string][]netip.Addr{}
				for i := range hosts {
					name := fmt.Sprint("host", i)
					at[name] = addresses(r.Perm(ips)[:1+r.IntN(3)]...)
					add(t, f, entries(name, each)...)
				}
				o := &origin{inFlight: map[netip.Addr]int{}, most: map[netip.Addr]int{}, last: map[netip.Addr]time.Time{}, hosts: map[string]int{}}
				var mu sync.Mutex
				done := 0
				visit := func(e frontier.Entry, took time.Duration) frontier.Outcome {
					if e.Meet {
						<-time.After(took / 2)
						if !f.Learn(e, frontier.About{Addrs: at[e.Host]}) {
							return frontier.Outcome{Defer: true}
						}
					}
					if n := o.serve(e.Host, at[e.Host], took, opts.Delay); n > opts.PerHost {
						t.Errorf("%d leases of %s", n, e.Host)
					}
					mu.Lock()
					defer mu.Unlock()
					done++
					return frontier.Outcome{}
				}
				var all sync.WaitGroup
				for worker := range 50 {
					all.Go(func() {
						r := rand.New(rand.NewPCG(4, uint64(worker)))
						for {
							e, err := f.Next(t.Context())
							if err == io.EOF {
								return
							}
							if err != nil {
								t.Error(err)
								return
							}
							settle(t, f, e, visit(e, time.Duration(1+r.IntN(300))*time.Millisecond))
						}
					})
				}
				all.Wait()
				if done != hosts*each || o.tooSoon > 0 {
					t.Errorf("%d of %d done, %d too soon", done, hosts*each, o.tooSoon)
				}
				reached := 0
				for a, n := range o.most {
					if n > opts.PerAddress {
						t.Errorf("%d at once at %v, of %d", n, a, opts.PerAddress)
					}
					if n == opts.PerAddress {
						reached++
					}
				}
				if reached < ips/2 {
					t.Errorf("only %d addresses were ever as busy as they may be", reached)
				}
			})
		})
	}
}
