package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func nobody(_ context.Context, _, host string) ([]netip.Addr, error) {
	return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
}

func ask1(t *testing.T, n *names, host string) ([]netip.Addr, error) {
	return n.lookup(t.Context(), host, untraced)
}

func namesFor(t *testing.T, opt Options) *names { return newClient(t, opt).dial.names }

func TestLookupOnceForAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		n := namesFor(t, Options{Resolver: lookups(func(ctx context.Context, _, _ string) ([]netip.Addr, error) {
			asked.Add(1)
			select {
			case <-time.After(time.Second): // virtual
				return ipsOf("192.0.2.1"), nil
			case <-ctx.Done():
				return nil, ctx.Err()
			}
		})})
		impatient, leave := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := n.lookup(impatient, "a.example", untraced); !errors.Is(err, context.Canceled) {
				t.Errorf("%v, want cancelled", err)
			}
		})
		synctest.Wait()
		for range 20 {
			wg.Go(func() {
				if addrs, err := ask1(t, n, "a.example"); err != nil || len(addrs) != 1 {
					t.Error(addrs, err)
				}
			})
		}
		synctest.Wait()
		leave() // who began it goes; the others stay
		wg.Wait()
		if asked.Load() != 1 {
			t.Errorf("asked %d times, want once", asked.Load())
		}
	})
}

// TestLookupAbandoned ends a look-up that nobody waits for any more, and starts
// another one for who comes then.
func TestLookupAbandoned(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked, ended atomic.Int64
		n := namesFor(t, Options{Resolver: lookups(func(ctx context.Context, _, _ string) ([]netip.Addr, error) {
			if asked.Add(1) > 1 {
				return ipsOf("192.0.2.1"), nil
			}
			<-ctx.Done()
			ended.Add(1)
			return nil, ctx.Err()
		})})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := n.lookup(ctx, "a.example", untraced); !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if addrs, err := ask1(t, n, "a.example"); err != nil || len(addrs) != 1 {
			t.Error(addrs, err)
		}
		synctest.Wait()
		if asked.Load() != 2 || ended.Load() != 1 {
			t.Errorf("asked %d times, %d ended early, want 2 and 1", asked.Load(), ended.Load())
		}
	})
}

func TestLookupCache(t *testing.T) {
	tests := []struct {
		name    string
		opt     Options
		missing bool
		after   []time.Duration // of each look-up since the one before
		asked   int
	}{
		{"default", Options{}, false, []time.Duration{0, 59 * time.Second, time.Second}, 2},
		{"ttl", Options{DNSCache: time.Hour}, false, []time.Duration{0, 59 * time.Minute, time.Minute}, 2},
		{"off", Options{DNSCache: -1}, false, []time.Duration{0, 0, 0}, 3},
		{"negative", Options{}, true, []time.Duration{0, 999 * time.Millisecond, time.Millisecond}, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				opt := tt.opt
				opt.Resolver = lookups(func(ctx context.Context, network, host string) ([]netip.Addr, error) {
					asked++
					if tt.missing {
						return nobody(ctx, network, host)
					}
					return ipsOf("192.0.2.1"), nil
				})
				n := namesFor(t, opt)
				for _, wait := range tt.after {
					time.Sleep(wait) // virtual
					if _, err := ask1(t, n, "a.example"); (err != nil) != tt.missing {
						t.Error(err)
					}
				}
				if asked != tt.asked {
					t.Errorf("asked %d times, want %d", asked, tt.asked)
				}
			})
		})
	}
}

func TestLookupCacheBounded(t *testing.T) {
	n := namesFor(t, Options{Resolver: resolvingTo("192.0.2.1")})
	for i := range maxNames + 100 {
		ask1(t, n, "first.example")
		ask1(t, n, fmt.Sprintf("%d.example", i))
	}
	if len(n.known) != maxNames || n.recent.Len() != maxNames {
		t.Errorf("%d and %d names kept, want %d", len(n.known), n.recent.Len(), maxNames)
	}
	if n.known["first.example"] == nil || n.known["0.example"] != nil {
		t.Error("what was not used for longest is what goes")
	}
}

func TestFlushDNS(t *testing.T) {
	asked := map[string]int{}
	c := newClient(t, Options{Resolver: lookups(func(_ context.Context, _, host string) ([]netip.Addr, error) {
		asked[host]++
		return ipsOf("192.0.2.1"), nil
	})})
	both := func() {
		ask1(t, c.dial.names, "a.example")
		ask1(t, c.dial.names, "b.example")
	}
	both()
	c.FlushDNS("a.example", "unknown.example")
	both()
	c.FlushDNS()
	both()
	if asked["a.example"] != 3 || asked["b.example"] != 2 {
		t.Errorf("asked %v, want 3 and 2", asked)
	}
}

// TestLookupKeepsFew has a name with thousands of addresses, of which the cache keeps
// no more than are tried, those of the other family among them.
func TestLookupKeepsFew(t *testing.T) {
	many := make([]netip.Addr, 0, 4001)
	for i := range 4000 {
		many = append(many, netip.AddrFrom4([4]byte{192, 0, byte(i >> 8), byte(i)}))
	}
	many = append(many, netip.MustParseAddr("2001:db8::1"))
	n := namesFor(t, Options{Resolver: lookups(func(context.Context, string, string) ([]netip.Addr, error) { return many, nil })})
	addrs, err := ask1(t, n, "a.example")
	if err != nil || len(addrs) != maxAddress+1 || !addrs[maxAddress].Is6() || cap(addrs) > 2*maxAddress {
		t.Errorf("%d addresses (%d), %v", len(addrs), cap(addrs), err)
	}
}

func TestLookupFamily(t *testing.T) {
	both := []string{"::ffff:192.0.2.1", "2001:db8::1"}
	tests := []struct{ network, host, asked, want string }{
		{"", "a.example", "ip", "[192.0.2.1 2001:db8::1]"},
		{"tcp4", "a.example", "ip4", "[192.0.2.1]"},
		{"tcp6", "a.example", "ip6", "[2001:db8::1]"},
		{"tcp6", "192.0.2.1", "", "no suitable address"},
		{"tcp4", "::1", "", "no suitable address"},
		{"tcp6", "::1", "", "[::1]"},
	}
	for _, tt := range tests {
		asked := ""
		n := namesFor(t, Options{Network: tt.network, Resolver: lookups(func(_ context.Context, network, _ string) ([]netip.Addr, error) {
			asked = network
			return ipsOf(both...), nil
		})})
		addrs, err := ask1(t, n, tt.host)
		got := fmt.Sprint(addrs)
		if err != nil {
			got = err.Error()
		}
		if asked != tt.asked || !strings.Contains(got, tt.want) {
			t.Errorf("%s over %q: asked for %q, got %s, want %q and %s", tt.host, tt.network, asked, got, tt.asked, tt.want)
		}
	}
}

func TestResolverErrors(t *testing.T) {
	odd := errors.New("odd")
	tests := []struct {
		name string
		err  error
	}{
		{"not found", &net.DNSError{Err: "no such host", Name: "a.example", IsNotFound: true}},
		{"server", &net.DNSError{Err: "server misbehaving", Name: "a.example", IsTemporary: true}},
		{"its own timeout", &net.DNSError{Err: "i/o timeout", Name: "a.example", IsTimeout: true}},
		{"another", odd},
		{"none and no address", nil},
	}
	for _, tt := range tests {
		c := newClient(t, Options{Resolver: lookups(func(context.Context, string, string) ([]netip.Addr, error) { return nil, tt.err })})
		_, _, err := get(t, c, "http://a.example/")
		wantClass(t, err, ClassDNS)
		if tt.err != nil && !errors.Is(err, tt.err) {
			t.Errorf("%s: %v does not unwrap to %v", tt.name, err, tt.err)
		}
		if _, ok := errors.AsType[*net.DNSError](err); !ok {
			t.Errorf("%s: %v is no net.DNSError", tt.name, err)
		}
	}
}

func TestResolve(t *testing.T) {
	o := serve(t, keep(ok200))
	_, port, _ := net.SplitHostPort(o.Addr)
	c := newClient(t, Options{
		Resolver: lookups(nobody),
		Resolve:  map[string][]netip.Addr{"a.example:" + port: ipsOf("127.0.0.1")},
	})
	mustGet(t, c, "http://A.example:"+port+"/")
	_, _, err := get(t, c, "http://b.example:"+port+"/")
	wantClass(t, err, ClassDNS)
	_, _, err = get(t, c, "http://a.example/")
	wantClass(t, err, ClassDNS)
	any := newClient(t, Options{Resolver: lookups(nobody), Resolve: map[string][]netip.Addr{"*:" + port: ipsOf("127.0.0.1")}})
	mustGet(t, any, "http://b.example:"+port+"/")
}

func TestParseResolve(t *testing.T) {
	tests := []struct {
		in, hostport string
		addrs        []string // nil: an error
	}{
		{"example.com:443:192.0.2.1", "example.com:443", []string{"192.0.2.1"}},
		{"EXAMPLE.com:80:192.0.2.1, 192.0.2.2", "example.com:80", []string{"192.0.2.1", "192.0.2.2"}},
		{"+example.com:80:192.0.2.1", "example.com:80", []string{"192.0.2.1"}},
		{"example.com:443:[2001:db8::1],192.0.2.1", "example.com:443", []string{"2001:db8::1", "192.0.2.1"}},
		{"example.com:443:2001:db8::1", "example.com:443", []string{"2001:db8::1"}},
		{"[2001:DB8:0::1]:8080:127.0.0.1", "[2001:db8::1]:8080", []string{"127.0.0.1"}},
		{"*:80:127.0.0.1", "*:80", []string{"127.0.0.1"}},
		{"bücher.example:80:::ffff:192.0.2.1", "xn--bcher-kva.example:80", []string{"192.0.2.1"}},
		{"", "", nil},
		{"example.com", "", nil},
		{"example.com:80", "", nil},
		{"example.com:80:", "", nil},
		{":80:127.0.0.1", "", nil},
		{"example.com:0:127.0.0.1", "", nil},
		{"example.com:65536:127.0.0.1", "", nil},
		{"example.com:http:127.0.0.1", "", nil},
		{"example.com:80:localhost", "", nil},
		{"example.com:80:127.1", "", nil},
		{"exa mple:80:127.0.0.1", "", nil},
		{"user@example.com:80:127.0.0.1", "", nil},
		{"a/b:80:127.0.0.1", "", nil},
		{"[::1:80:127.0.0.1", "", nil},
		{"-example.com:80", "", nil},
	}
	for _, tt := range tests {
		hostport, addrs, err := ParseResolve(tt.in)
		if tt.addrs == nil {
			if err == nil || !strings.Contains(err.Error(), "want HOST:PORT:ADDRESS") {
				t.Errorf("%q: %q, %v, error %v; want an error", tt.in, hostport, addrs, err)
			}
			continue
		}
		if err != nil || hostport != tt.hostport || !reflect.DeepEqual(addrs, ipsOf(tt.addrs...)) {
			t.Errorf("%q: %q, %v, %v; want %q, %v", tt.in, hostport, addrs, err, tt.hostport, tt.addrs)
		}
	}
}

func FuzzParseResolve(f *testing.F) {
	for _, seed := range []string{"example.com:443:192.0.2.1", "[::1]:80:[::1],127.0.0.1", "+*:80:127.0.0.1", "a:b:c", "[:]:"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, s string) {
		hostport, addrs, err := ParseResolve(s)
		if err != nil {
			return
		}
		host, port, e := net.SplitHostPort(hostport)
		if e != nil || host == "" || port == "" || len(addrs) == 0 {
			t.Errorf("%q is taken for %q, %v", s, hostport, addrs)
		}
	})
}
