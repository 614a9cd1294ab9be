package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"
)

// TestEnded ends the context in every phase of a fetch, by a call and by a
// deadline. The fetch returns at once, says why, and lets go of its connection:
// the origin's end of it waits for that, and goleak for the rest.
func TestEnded(t *testing.T) {
	ca := newCA(t)
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}
	// Each talk calls reached when the fetch is where it is to be ended.
	phases := []struct {
		name, scheme string
		talk         func(p *peer, reached func())
	}{
		{"TLS handshake", "https", func(p *peer, reached func()) { p.br.Peek(1); reached(); p.hang() }},
		{"waiting for the head", "http", func(p *peer, reached func()) { p.request(); reached(); p.hang() }},
		{"within the head", "http", func(p *peer, reached func()) { p.request(); p.send("HTTP/1.1 200 OK\r\nX"); reached(); p.hang() }},
		{"waiting for the body", "http", func(p *peer, reached func()) { p.request(); p.send(ok200[:len(ok200)-5]); reached(); p.hang() }},
		{"within the body", "http", func(p *peer, reached func()) { p.request(); p.send(ok200[:len(ok200)-2]); reached(); p.hang() }},
		{"within the trailer", "http", func(p *peer, reached func()) { p.request(); p.send(chunkedHead + "0\r\n"); reached(); p.hang() }},
		{"waiting for the head, TLS", "https", func(p *peer, reached func()) {
			secure(cfg, func(p *peer) { p.request(); reached(); p.hang() })(p)
		}},
		{"within the body, TLS", "https", func(p *peer, reached func()) {
			secure(cfg, func(p *peer) { p.request(); p.send(ok200[:len(ok200)-2]); reached(); p.hang() })(p)
		}},
	}
	for _, phase := range phases {
		t.Run(phase.name+"/cancelled", func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			gone := make(chan struct{})
			o := serve(t, func(p *peer) {
				phase.talk(p, cancel)
				close(gone)
			})
			c := newClient(t, Options{})
			c.dial.tls.RootCAs = ca.pool
			_, _, err := read(ctx, c, &Request{URL: phase.scheme + "://" + o.Addr + "/"})
			wantClass(t, err, ClassCancelled)
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%v is not context.Canceled", err)
			}
			<-gone
		})
		t.Run(phase.name+"/deadline", func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
			defer cancel()
			gone := make(chan struct{})
			o := serve(t, func(p *peer) {
				phase.talk(p, func() {})
				close(gone)
			})
			c := newClient(t, Options{})
			c.dial.tls.RootCAs = ca.pool
			_, _, err := read(ctx, c, &Request{URL: phase.scheme + "://" + o.Addr + "/"})
			wantClass(t, err, ClassTimeoutTotal)
			wantDeadline(t, err)
			<-gone
		})
	}
}

func TestEndedBefore(t *testing.T) {
	o := serve(t, keep(ok200))
	c := newClient(t, Options{})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, _, err := read(ctx, c, &Request{URL: o.URL})
	wantClass(t, err, ClassCancelled)
	ctx, cancel = context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	_, _, err = read(ctx, c, &Request{URL: o.URL})
	wantClass(t, err, ClassTimeoutTotal)
	if n := o.conns.Load(); n != 0 {
		t.Errorf("%d connections, want none", n)
	}
}

// TestEndedDialling hangs in the look-up of a name, which is a part of dialling
// that a test can hold.
func TestEndedDialling(t *testing.T) {
	for _, limit := range []string{"cancel", "total", "connect"} {
		t.Run(limit, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			opt := Options{}
			want := ClassCancelled
			switch limit {
			case "total":
				ctx, cancel = context.WithTimeout(ctx, 30*time.Millisecond)
				want = ClassTimeoutTotal
			case "connect":
				opt.ConnectTimeout = 30 * time.Millisecond
				want = ClassTimeoutConnect
			}
			defer cancel()
			opt.Resolver = &net.Resolver{PreferGo: true, Dial: func(dialing context.Context, _, _ string) (net.Conn, error) {
				if limit == "cancel" {
					cancel()
				}
				<-dialing.Done()
				return nil, dialing.Err()
			}}
			c := newClient(t, opt)
			_, _, err := read(ctx, c, &Request{URL: "http://slow.example/"})
			wantClass(t, err, want)
			if limit == "cancel" && !errors.Is(err, context.Canceled) {
				t.Errorf("%v is not context.Canceled", err)
			}
		})
	}
}

// TestEndedLater ends the context after the body: the connection has moved on by
// then and must not notice.
func TestEndedLater(t *testing.T) {
	o := serve(t, keep(ok200))
	c := newClient(t, Options{})
	for range 100 {
		ctx, cancel := context.WithCancel(t.Context())
		if _, body, err := read(ctx, c, &Request{URL: o.URL}); err != nil || body != "hello" {
			t.Fatal(body, err)
		}
		cancel()
	}
	if n := o.conns.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

// TestEndedAtAnyMoment cancels fetches at random places: each ends as fetched or
// cancelled, and none spoils the connections of the others.
func TestEndedAtAnyMoment(t *testing.T) {
	body := strings.Repeat("x", 100<<10)
	o := serve(t, keep(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(body), body)))
	c := newClient(t, Options{})
	done := make(chan error)
	const side, each = 4, 100
	for range side {
		go func() {
			for i := range each {
				ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i)*20*time.Microsecond)
				_, got, err := read(ctx, c, &Request{URL: o.URL})
				cancel()
				if err != nil && ClassOf(err) != ClassTimeoutTotal || err == nil && got != body {
					done <- fmt.Errorf("%d bytes, %w", len(got), err)
					return
				}
			}
			done <- nil
		}()
	}
	for range side {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}

// TestRequestDeadline has Request.Deadline do what a context's deadline does, in
// every phase.
func TestRequestDeadline(t *testing.T) {
	long := "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello"
	ca := newCA(t)
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}
	tests := []struct {
		name, scheme string
		talk         func(*peer)
	}{
		{"head", "http", (*peer).hang},
		{"body", "http", func(p *peer) { p.request(); p.send(long); p.hang() }},
		{"handshake", "https", (*peer).hang},
		{"body, TLS", "https", secure(cfg, func(p *peer) { p.request(); p.send(long); p.hang() })},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := serve(t, tt.talk)
			c := newClient(t, Options{})
			c.dial.tls.RootCAs = ca.pool
			_, _, err := read(soon(t), c, &Request{URL: tt.scheme + "://" + o.Addr + "/", Deadline: time.Now().Add(50 * time.Millisecond)})
			wantClass(t, err, ClassTimeoutTotal)
			wantDeadline(t, err)
		})
	}
	o := serve(t, keep(ok200))
	c := newClient(t, Options{})
	_, _, err := read(soon(t), c, &Request{URL: o.URL, Deadline: time.Now().Add(-time.Second)})
	wantClass(t, err, ClassTimeoutTotal)
	if n := o.conns.Load(); n != 0 {
		t.Errorf("%d connections after the deadline", n)
	}
}
