package fetch

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestInterleave(t *testing.T) {
	tests := []struct{ in, want []string }{
		{nil, nil},
		{[]string{"192.0.2.1"}, []string{"192.0.2.1"}},
		{[]string{"192.0.2.1", "2001:db8::1"}, []string{"2001:db8::1", "192.0.2.1"}},
		{
			[]string{"192.0.2.1", "192.0.2.2", "192.0.2.3", "2001:db8::1", "2001:db8::2"},
			[]string{"2001:db8::1", "192.0.2.1", "2001:db8::2", "192.0.2.2", "192.0.2.3"},
		},
	}
	for _, tt := range tests {
		if got := interleave(ipsOf(tt.in...)); fmt.Sprint(got) != fmt.Sprint(ipsOf(tt.want...)) {
			t.Errorf("%v: %v, want %v", tt.in, got, tt.want)
		}
	}
	if got := interleave(make([]netip.Addr, 100)); len(got) != maxAddress {
		t.Errorf("%d of 100 addresses, want %d", len(got), maxAddress)
	}
}

var errNoRoute = errors.New("no route")

// TestRace lets each address answer or fail after its time; 0 is never.
func TestRace(t *testing.T) {
	type address struct {
		after time.Duration
		fails bool
	}
	const ms = time.Millisecond
	tests := []struct {
		name   string
		addrs  []address
		winner int // -1: none
		took   time.Duration
		tries  int64
	}{
		{"one", []address{{30 * ms, false}}, 0, 30 * ms, 1},
		{"one fails", []address{{30 * ms, true}}, -1, 30 * ms, 1},
		{"first is quick", []address{{200 * ms, false}, {1 * ms, false}}, 0, 200 * ms, 1},
		{"first hangs", []address{{0, false}, {10 * ms, false}, {1 * ms, false}}, 1, 260 * ms, 2},
		{"first fails", []address{{10 * ms, true}, {10 * ms, false}}, 1, 20 * ms, 2},
		{"first is slow and still wins", []address{{300 * ms, false}, {60 * ms, false}}, 0, 310 * ms, 2},
		{"failure later does not hurry twice", []address{{300 * ms, true}, {500 * ms, false}, {0, false}}, 1, 750 * ms, 3},
		{"all fail", []address{{10 * ms, true}, {20 * ms, true}, {30 * ms, true}}, -1, 60 * ms, 3},
		{"both at once", []address{{500 * ms, false}, {250 * ms, false}}, -2, 500 * ms, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var tries, open atomic.Int64
				var addrs []netip.AddrPort
				for i := range tt.addrs {
					addrs = append(addrs, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(i)))
				}
				start := time.Now()
				conn, err := race(t.Context(), addrs, func(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
					tries.Add(1)
					a := tt.addrs[addr.Port()]
					if a.after == 0 {
						<-ctx.Done()
						return nil, ctx.Err()
					}
					time.Sleep(a.after) // virtual; deaf to ctx, as one that has just connected
					if a.fails {
						return nil, fmt.Errorf("%d: %w", addr.Port(), errNoRoute)
					}
					open.Add(1)
					return &raced{port: int(addr.Port()), open: &open}, nil
				})
				if got := tries.Load(); got != tt.tries {
					t.Errorf("%d tries, want %d", got, tt.tries)
				}
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				switch {
				case tt.winner == -1:
					if !errors.Is(err, errNoRoute) || err.Error()[0] != '0' {
						t.Errorf("%v, want the error of the first", err)
					}
				case err != nil:
					t.Fatal(err)
				default:
					if got := conn.(*raced).port; tt.winner >= 0 && got != tt.winner {
						t.Errorf("%d won, want %d", got, tt.winner)
					}
					conn.Close()
				}
				if n := open.Load(); n != 0 {
					t.Errorf("%d connections left open", n)
				}
			})
		})
	}
}

type raced struct {
	net.Conn
	port int
	open *atomic.Int64
}

func (r *raced) Close() error { r.open.Add(-1); return nil }

func TestRaceCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 600*time.Millisecond)
		defer cancel()
		addrs := make([]netip.AddrPort, 10)
		var tries atomic.Int64
		start := time.Now()
		_, err := race(ctx, addrs, func(ctx context.Context, _ netip.AddrPort) (net.Conn, error) {
			tries.Add(1)
			<-ctx.Done()
			return nil, ctx.Err()
		})
		if !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != 600*time.Millisecond || tries.Load() != 3 {
			t.Errorf("%v after %v and %d tries", err, time.Since(start), tries.Load())
		}
	})
}

// TestHappyEyeballs has a host whose IPv6 address leads nowhere.
func TestHappyEyeballs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Options{Resolver: resolvingTo("192.0.2.1", "2001:db8::1")})
		w := wire(t, c, keep(ok200))
		straight := c.dial.connect
		c.dial.connect = func(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
			if addr.Addr().Is6() {
				<-ctx.Done()
				return nil, ctx.Err()
			}
			return straight(ctx, addr)
		}
		rec, _ := mustGet(t, c, "http://a.example/")
		if w.dials.Load() != 1 || rec.Timing.Connect != headStart {
			t.Errorf("%d dials, connected after %v, want 1 and %v", w.dials.Load(), rec.Timing.Connect, headStart)
		}
	})
}

// TestEndedConnecting ends a fetch while it connects, to one address and to many.
func TestEndedConnecting(t *testing.T) {
	for _, addrs := range [][]string{{"192.0.2.1"}, {"192.0.2.1", "2001:db8::1", "192.0.2.2"}} {
		for want, limit := range map[Class]time.Duration{ClassCancelled: 0, ClassTimeoutTotal: 0, ClassTimeoutConnect: time.Second} {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, Options{Resolver: resolvingTo(addrs...), ConnectTimeout: limit})
				c.dial.connect = func(ctx context.Context, _ netip.AddrPort) (net.Conn, error) {
					<-ctx.Done()
					return nil, ctx.Err()
				}
				ctx, cancel := context.WithCancel(t.Context())
				defer cancel()
				req := &Request{URL: "http://a.example/"}
				switch want {
				case ClassCancelled:
					time.AfterFunc(time.Second, cancel) // virtual
				case ClassTimeoutTotal:
					req.Deadline = time.Now().Add(time.Second)
				}
				start := time.Now()
				_, err := c.Fetch(ctx, req)
				wantClass(t, err, want)
				if took := time.Since(start); took != time.Second {
					t.Errorf("%s: ended after %v, want at once", want, took)
				}
			})
		}
	}
}
