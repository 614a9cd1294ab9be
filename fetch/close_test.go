package fetch

import (
	"context"
	"errors"
	"io"
	"net"
	"net/netip"
	"testing"
	"testing/synctest"
	"time"
)

func wantClosed(t *testing.T, err error) {
	t.Helper()
	wantClass(t, err, ClassCancelled)
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v is not net.ErrClosed", err)
	}
}

// TestClose ends what looks up and dials, at once, and all that comes later.
func TestClose(t *testing.T) {
	stuck := func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }
	for _, phase := range []string{"lookup", "dial", "several dials"} {
		t.Run(phase, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				opt := Options{Resolver: resolvingTo("192.0.2.1")}
				switch phase {
				case "lookup":
					opt.Resolver = lookups(func(ctx context.Context, _, _ string) ([]netip.Addr, error) { return nil, stuck(ctx) })
				case "several dials":
					opt.Resolver = resolvingTo("192.0.2.1", "2001:db8::1")
				}
				c := newClient(t, opt)
				c.dial.connect = func(ctx context.Context, _ netip.AddrPort) (net.Conn, error) { return nil, stuck(ctx) }
				start := time.Now()
				time.AfterFunc(time.Second, func() { c.Close() })
				_, _, err := get(t, c, "http://a.example/")
				wantClosed(t, err)
				if time.Since(start) != time.Second {
					t.Errorf("ended after %v", time.Since(start))
				}
				_, _, err = get(t, c, "http://a.example/")
				wantClosed(t, err)
			})
		})
	}
}

// TestCloseInUse lets the bodies under way come to their end; their connections are
// not kept.
func TestCloseInUse(t *testing.T) {
	gone := make(chan struct{})
	o := serve(t, func(p *peer) { keep(ok200)(p); close(gone) })
	c := newClient(t, Options{})
	rec := hold(t, c, o.URL)
	for range 2 {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	}
	if body, err := io.ReadAll(rec.Body); string(body) != "hello" || err != nil {
		t.Errorf("%q, %v", body, err)
	}
	<-gone
	_, _, err := get(t, c, o.URL)
	wantClosed(t, err)
}

// TestMaxAge uses a connection again until it is too old, however busy it is.
func TestMaxAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newClient(t, Options{})
		w := wire(t, c, keep(ok200))
		for range 61 {
			mustGet(t, c, "http://192.0.2.1/")
			time.Sleep(20 * time.Second) // virtual
		}
		if n := w.dials.Load(); n != 3 {
			t.Errorf("%d connections in 20 minutes, want 3", n)
		}
	})
}
