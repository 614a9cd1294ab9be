package fetch

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// notes is a Trace that writes down what it is told.
func notes() (*Trace, func() string) {
	var mu sync.Mutex
	var said []string
	say := func(format string, args ...any) {
		mu.Lock()
		defer mu.Unlock()
		said = append(said, fmt.Sprintf(format, args...))
	}
	t := &Trace{
		RequestStart:     func(_ context.Context, req *Request) { say("start %s", req.URL) },
		HeadersSent:      func(context.Context, *Request) { say("headers sent") },
		ChunkSent:        func(_ context.Context, n int) { say("sent %d", n) },
		ChunkReceived:    func(_ context.Context, n int) { say("received %d", n) },
		RequestRedirect:  func(_ context.Context, _ *Request, rec *Record) { say("redirect %s", rec.Header.Get("Location")) },
		RequestEnd:       func(_ context.Context, _ *Request, rec *Record) { say("end %d", rec.Status) },
		RequestException: func(_ context.Context, _ *Request, err error) { say("exception %s", ClassOf(err)) },
		QueuedStart:      func(context.Context, string) { say("queued") },
		QueuedEnd:        func(_ context.Context, _ string, d time.Duration) { say("queued for %v", d) },
		CreateStart:      func(_ context.Context, host string) { say("create %s", host) },
		CreateEnd:        func(_ context.Context, _ string, _ Timing, err error) { say("created %v", err == nil) },
		Reuse:            func(_ context.Context, host string) { say("reuse %s", host) },
		DNSCacheHit:      func(_ context.Context, host string) { say("hit %s", host) },
		DNSCacheMiss:     func(_ context.Context, host string) { say("miss %s", host) },
		ResolveStart:     func(_ context.Context, host string) { say("resolve %s", host) },
		ResolveEnd: func(_ context.Context, _ string, addrs []netip.Addr, err error) {
			say("resolved %v %v", addrs, err == nil)
		},
	}
	return t, func() string {
		mu.Lock()
		defer mu.Unlock()
		all := strings.Join(said, "; ")
		said = nil
		return all
	}
}

func TestTrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		trace, said := notes()
		lookup := lookups(func(ctx context.Context, network, host string) ([]netip.Addr, error) {
			if host == "no.example" {
				return nobody(ctx, network, host)
			}
			return ipsOf("192.0.2.1"), nil
		})
		c := newClient(t, Options{Resolver: lookup, MaxConns: 1, Trace: trace})
		wire(t, c, func(p *peer) {
			for head := p.request(); head != ""; head = p.request() {
				if strings.HasPrefix(head, "GET /moved ") {
					p.send("HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
				} else {
					p.send(ok200)
				}
			}
		})
		step := func(what, want string) {
			t.Helper()
			if got := said(); got != want {
				t.Errorf("%s:\n got %s\nwant %s", what, got, want)
			}
		}
		mustGet(t, c, "http://a.example/")
		step("first", "start http://a.example/; create a.example:80; miss a.example; resolve a.example; resolved [192.0.2.1] true; created true; headers sent; end 200; received 5")
		mustGet(t, c, "http://a.example/")
		step("again", "start http://a.example/; reuse a.example:80; headers sent; end 200; received 5")
		mustGet(t, c, "http://a.example:81/")
		step("same host", "start http://a.example:81/; create a.example:81; hit a.example; created true; headers sent; end 200; received 5")
		_, _, err := get(t, c, "http://no.example/")
		wantClass(t, err, ClassDNS)
		step("no such host", "start http://no.example/; create no.example:80; miss no.example; resolve no.example; resolved [] false; created false; exception dns")
		mustGet(t, Stack(c, Redirect(0)), "http://a.example/moved")
		step("redirect", "start http://a.example/moved; create a.example:80; hit a.example; created true; headers sent; redirect /; end 302; "+
			"start http://a.example/; reuse a.example:80; headers sent; end 200; received 5")
		if _, _, err := read(t.Context(), c, &Request{Method: "POST", URL: "http://a.example/", Body: Text("body")}); err != nil {
			t.Error(err)
		}
		step("body, in one write with the head", "start http://a.example/; reuse a.example:80; sent 4; headers sent; end 200; received 5")
		rec := hold(t, c, "http://a.example/")
		said()
		time.AfterFunc(time.Second, func() { io.Copy(io.Discard, rec.Body) }) // virtual
		own, saidToOwn := notes()
		own.ChunkReceived, own.HeadersSent = nil, nil
		second, _, err := read(WithTrace(t.Context(), own), c, &Request{URL: "http://a.example/"})
		if err != nil || second.Timing.Queue != time.Second {
			t.Errorf("queued for %v, %v", second.Timing.Queue, err)
		}
		if got, want := saidToOwn(), "start http://a.example/; queued; queued for 1s; reuse a.example:80; end 200"; got != want {
			t.Errorf("own trace:\n got %s\nwant %s", got, want)
		}
		step("the client's trace meanwhile", "received 5")
	})
}

// TestTiming adds up what each phase took, under virtual time.
func TestTiming(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Options{Resolver: lookups(func(context.Context, string, string) ([]netip.Addr, error) {
			time.Sleep(time.Second)
			return ipsOf("192.0.2.1"), nil
		})})
		w := wire(t, c, func(p *peer) {
			p.request()
			time.Sleep(3 * time.Second)
			p.send(ok200)
		})
		c.dial.connect = func(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
			time.Sleep(2 * time.Second)
			return w.connect(ctx, addr)
		}
		rec, _ := mustGet(t, c, "http://a.example/")
		if want := (Timing{DNS: time.Second, Connect: 2 * time.Second, TTFB: 3 * time.Second}); rec.Timing != want {
			t.Errorf("%+v, want %+v", rec.Timing, want)
		}
	})
}
