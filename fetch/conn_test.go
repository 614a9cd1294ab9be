package fetch

import (
	"bytes"
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// TestStale closes a kept connection in several ways before or when it is used
// again. All but the fresh one and the one that began to answer must recover.
func TestStale(t *testing.T) {
	tests := []struct {
		name, method string
		second       func(p *peer) // what the first connection does when asked again
		class        Class         // of the second fetch; "" is success
		conns        int64
	}{
		{"closed when asked", "", func(p *peer) { p.request() }, "", 2},
		{"reset when asked", "", func(p *peer) { p.request(); p.reset() }, "", 2},
		{"HEAD is sent again", "HEAD", func(p *peer) { p.request() }, "", 2},
		{"POST is not", "POST", func(p *peer) { p.request() }, ClassReset, 1},
		{"a byte came", "", func(p *peer) { p.request(); p.send("H") }, ClassReset, 1},
		{"an informational answer came", "", func(p *peer) { p.request(); p.send("HTTP/1.1 100 Continue\r\n\r\n") }, ClassReset, 1},
		{"garbage came", "", func(p *peer) { p.request(); p.send("garbage\r\n\r\n") }, ClassProtocol, 1},
		{"silence", "", (*peer).hang, ClassTimeoutIdle, 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			var first atomic.Bool
			answer := "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"
			o := serve(t, func(p *peer) {
				if first.CompareAndSwap(false, true) {
					p.request()
					p.send(answer)
					tt.second(p)
					return
				}
				keep(answer)(p)
			})
			c := newClient(t, Options{IdleTimeout: 200 * time.Millisecond})
			req := &Request{Method: tt.method, URL: o.URL}
			if _, _, err := read(soon(t), c, req); err != nil {
				t.Fatal(err)
			}
			_, _, err := read(soon(t), c, req)
			if tt.class == "" && err != nil {
				t.Error(err)
			}
			if tt.class != "" {
				wantClass(t, err, tt.class)
			}
			if n := o.conns.Load(); n != tt.conns {
				t.Errorf("%d connections, want %d", n, tt.conns)
			}
		})
	}
}

// TestSentOnceMoreOnly has every connection die, kept or fresh, so that the second
// try fails too and no third is made.
func TestSentOnceMoreOnly(t *testing.T) {
	var answers atomic.Int64
	o := serve(t, func(p *peer) {
		for p.request() != "" && answers.Add(1) == 1 {
			p.send(ok200)
		}
	})
	c := newClient(t, Options{})
	mustGet(t, c, o.URL)
	_, _, err := get(t, c, o.URL)
	wantClass(t, err, ClassReset)
	if n := answers.Load(); n != 3 {
		t.Errorf("the server saw %d requests, want 3", n)
	}
}

func TestClosedWhileIdle(t *testing.T) {
	gone := make(chan struct{})
	var requests atomic.Int64
	o := serve(t, func(p *peer) {
		if p.request() != "" {
			requests.Add(1)
			p.send(ok200)
		}
		p.Close()
		gone <- struct{}{}
	})
	c := newClient(t, Options{})
	for range 3 {
		mustGet(t, c, o.URL)
		<-gone
	}
	if n := requests.Load(); n != 3 {
		t.Errorf("the server saw %d requests, want 3", n)
	}
}

// TestEarlyClose closes bodies that have not been read: a short one that has come
// whole costs no connection, any other does, and none is waited for.
func TestEarlyClose(t *testing.T) {
	tests := []struct {
		name, raw string
		hangs     bool
		conns     int64
	}{
		{"short", ok200, false, 1},
		{"rest of a length still to come", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello", true, 2},
		{"huge", "HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + strings.Repeat("x", 1<<20), true, 2},
		{"until close", "HTTP/1.1 200 OK\r\n\r\nhello", true, 2},
		{"chunks still to come", chunkedHead + "5\r\nhello\r\n", true, 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := serve(t, func(p *peer) {
				for p.request() != "" && p.send(tt.raw) {
					if tt.hangs {
						p.hang()
					}
				}
			})
			c := newClient(t, Options{})
			for range 2 {
				rec, err := c.Fetch(soon(t), &Request{URL: o.URL})
				if err != nil {
					t.Fatal(err)
				}
				if err := rec.Body.Close(); err != nil {
					t.Error(err)
				}
				if err := rec.Body.Close(); err != nil {
					t.Errorf("second close: %v", err)
				}
				if n, err := rec.Body.Read(make([]byte, 1)); n > 0 || err == nil {
					t.Errorf("read %d bytes of a closed body, error %v", n, err)
				}
			}
			if n := o.conns.Load(); n != tt.conns {
				t.Errorf("%d connections, want %d", n, tt.conns)
			}
		})
	}
}

// TestManyOnFewConnections runs fetches side by side, a few at a time: no more
// connections are opened than were ever in use at once.
func TestManyOnFewConnections(t *testing.T) {
	o := serve(t, keep(ok200))
	c := newClient(t, Options{})
	const side = 8
	done := make(chan error, side)
	for range side {
		go func() {
			for range 50 {
				if _, body, err := get(t, c, o.URL); err != nil || body != "hello" {
					done <- fmt.Errorf("%q %w", body, err)
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
	if n := o.conns.Load(); n > side {
		t.Errorf("%d connections for %d fetches at a time", n, side)
	}
}

func TestIdleLimits(t *testing.T) {
	t.Run("number", func(t *testing.T) {
		a, b := serve(t, keep(ok200)), serve(t, keep(ok200))
		c := newClient(t, Options{MaxIdle: 1})
		for range 2 {
			mustGet(t, c, a.URL)
			mustGet(t, c, b.URL)
		}
		if a.conns.Load() != 2 || b.conns.Load() != 2 {
			t.Errorf("%d and %d connections, want 2 and 2", a.conns.Load(), b.conns.Load())
		}
	})
	t.Run("age", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			p := newPool(&Options{MaxIdle: 10, KeepAlive: 30 * time.Second, MaxAge: time.Hour})
			get := func(key connKey) *conn {
				c, _, _ := p.acquire(t.Context(), route{key: key}, false)
				return c
			}
			defer p.close()
			old, young := piped(t, p, keep(ok200)), piped(t, p, keep(ok200))
			time.Sleep(20 * time.Second) // virtual
			p.put(get(young))
			time.Sleep(11 * time.Second)
			synctest.Wait()
			if get(old) != nil {
				t.Error("a connection was kept for longer than its age")
			}
			if get(young) == nil {
				t.Error("a connection used since was dropped")
			}
		})
	})
	t.Run("none", func(t *testing.T) {
		o := serve(t, keep(ok200))
		c := newClient(t, Options{MaxIdle: -1})
		mustGet(t, c, o.URL)
		mustGet(t, c, o.URL)
		if n := o.conns.Load(); n != 2 {
			t.Errorf("%d connections, want 2", n)
		}
	})
}

// keepIdle puts a connection into the pool.
func keepIdle(p *pool, nc net.Conn, key connKey) {
	c := newConn(nc, key, netip.Addr{})
	c.pool = p
	p.put(c)
}

// piped puts a connection in memory, whose other end talks, into the pool. It
// works in a bubble of synctest.
func piped(t *testing.T, p *pool, talk func(*peer)) connKey {
	client, server := net.Pipe()
	key := connKey{scheme: "http", addr: fmt.Sprintf("host%p:80", server)}
	keepIdle(p, client, key)
	serveOn(t, &oneConn{conn: server}, talk)
	t.Cleanup(func() { client.Close() })
	return key
}

// oneConn is a listener that accepts one connection.
type oneConn struct {
	conn net.Conn
}

func (l *oneConn) Accept() (net.Conn, error) {
	if l.conn == nil {
		return nil, net.ErrClosed
	}
	c := l.conn
	l.conn = nil
	return c, nil
}

func (l *oneConn) Close() error   { return nil }
func (l *oneConn) Addr() net.Addr { return &net.UnixAddr{} }

// TestTime runs in virtual time, over connections in memory that the client takes
// for kept ones.
func TestTime(t *testing.T) {
	drip := func(text string, every time.Duration) func(*peer) {
		return func(p *peer) {
			go p.hang()
			for i := range len(text) {
				if !p.send(text[i : i+1]) {
					return
				}
				time.Sleep(every)
			}
		}
	}
	long := "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n" + strings.Repeat("x", 1000)
	tests := []struct {
		name  string
		talk  func(*peer)
		total time.Duration
		class Class
		took  time.Duration
	}{
		{"slow but steady", drip(long, 10*time.Second), 0, "", time.Duration(len(long)-1) * 10 * time.Second},
		{"slow body", drip(long, time.Second), 60 * time.Second, ClassTimeoutTotal, 60 * time.Second},
		{"slow head", drip("HTTP/1.1 200 OK\r\nX: "+strings.Repeat("x", 1000), time.Second), 60 * time.Second, ClassTimeoutTotal, 60 * time.Second},
		{"too slow", drip(long, 20*time.Second), 0, ClassTimeoutIdle, 15 * time.Second},
		{"silence", (*peer).hang, 0, ClassTimeoutIdle, 15 * time.Second},
		{"silence after the head", func(p *peer) { p.request(); p.send(long[:50]); p.hang() }, 0, ClassTimeoutIdle, 15 * time.Second},
		{"silence in the trailer", func(p *peer) { p.request(); p.send(chunkedHead + "0\r\n"); p.hang() }, 0, ClassTimeoutIdle, 15 * time.Second},
		{"silence, total first", (*peer).hang, 5 * time.Second, ClassTimeoutTotal, 5 * time.Second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c := newClient(t, Options{KeepAlive: 24 * time.Hour})
				key := piped(t, c.pool, tt.talk)
				ctx, cancel := context.WithCancel(t.Context())
				if tt.total > 0 {
					ctx, cancel = context.WithTimeout(ctx, tt.total)
				}
				defer cancel()
				start := time.Now()
				_, _, err := read(ctx, c, &Request{URL: "http://" + key.addr + "/"})
				if took := time.Since(start); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if tt.class == "" && err != nil {
					t.Error(err)
				}
				if tt.class != "" {
					wantClass(t, err, tt.class)
					wantDeadline(t, err)
				}
			})
		})
	}
}

// TestTLSLeftover sends a second answer right behind the first, where TLS has read
// it already and a look at the socket finds nothing. It must not become the answer
// to the next request.
func TestTLSLeftover(t *testing.T) {
	ca := newCA(t)
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}
	o := serve(t, func(p *peer) {
		together := &corked{Conn: p.Conn}
		p.Conn = together
		secure(cfg, func(p *peer) {
			for p.request() != "" {
				together.held = new(bytes.Buffer)
				p.send(ok200)
				p.send("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil")
				together.Conn.Write(together.held.Bytes())
				together.held = nil
			}
		})(p)
	})
	c := newClient(t, Options{})
	c.dial.tls.RootCAs = ca.pool
	for range 3 {
		if _, body := mustGet(t, c, "https://"+o.Addr+"/"); body != "hello" {
			t.Errorf("got %q", body)
		}
	}
}

// corked holds back what is written while held is there.
type corked struct {
	net.Conn
	held *bytes.Buffer
}

func (c *corked) Write(p []byte) (int, error) {
	if c.held != nil {
		return c.held.Write(p)
	}
	return c.Conn.Write(p)
}
