package fetch

import (
	"bufio"
	"context"
	"errors"
	"io"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// origin is a server whose every byte the test decides.
type origin struct {
	URL   string // with "/" at its end
	Addr  string
	conns atomic.Int64 // accepted so far

	mu     sync.Mutex // guards what follows
	open   map[net.Conn]bool
	closed bool
	wg     sync.WaitGroup
}

// serve starts an origin that hands each connection to talk, and closes it when
// talk returns. The test's end waits for all of them.
func serve(t testing.TB, talk func(p *peer)) *origin {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return serveOn(t, l, talk)
}

func serveOn(t testing.TB, l net.Listener, talk func(p *peer)) *origin {
	o := &origin{Addr: l.Addr().String(), open: map[net.Conn]bool{}}
	o.URL = "http://" + o.Addr + "/"
	o.wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			if !o.enter(c) {
				return
			}
			o.wg.Go(func() {
				defer o.leave(c)
				talk(&peer{Conn: c, br: bufio.NewReader(c)})
			})
		}
	})
	t.Cleanup(func() {
		l.Close()
		o.hangUp()
		o.wg.Wait()
	})
	return o
}

func (o *origin) enter(c net.Conn) bool {
	o.conns.Add(1)
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		c.Close()
		return false
	}
	o.open[c] = true
	return true
}

func (o *origin) leave(c net.Conn) {
	c.Close()
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.open, c)
}

func (o *origin) hangUp() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.closed = true
	for c := range o.open {
		c.Close()
	}
}

// peer is the server's end of one connection.
type peer struct {
	net.Conn
	br *bufio.Reader
}

// request reads one head and returns it, or "" when the client has gone.
func (p *peer) request() string {
	var head strings.Builder
	for {
		line, err := p.br.ReadString('\n')
		if err != nil {
			return ""
		}
		head.WriteString(line)
		if line == "\r\n" {
			return head.String()
		}
	}
}

// send writes s and reports whether the client took it.
func (p *peer) send(s string) bool {
	_, err := io.WriteString(p, s)
	return err == nil
}

// hang says nothing more until the client has gone.
func (p *peer) hang() { io.Copy(io.Discard, p.br) }

// reset drops the connection with an RST.
func (p *peer) reset() {
	p.Conn.(*net.TCPConn).SetLinger(0)
	p.Close()
}

// once answers the first request with raw and closes.
func once(raw string) func(*peer) {
	return func(p *peer) {
		if p.request() != "" {
			p.send(raw)
		}
	}
}

// keep answers every request on the connection with raw.
func keep(raw string) func(*peer) {
	return func(p *peer) {
		for p.request() != "" && p.send(raw) {
		}
	}
}

// endless answers with prefix and then more, for ever. It tells how much the
// client's side took.
func endless(prefix, more string, took *atomic.Int64) func(*peer) {
	return func(p *peer) {
		if p.request() == "" || !p.send(prefix) {
			return
		}
		block := strings.Repeat(more, 1+4096/len(more))
		for p.send(block) {
			took.Add(int64(len(block)))
		}
	}
}

func newClient(t testing.TB, opt Options) *Client {
	c := NewClient(opt)
	t.Cleanup(func() { c.Close() })
	return c
}

// read fetches and reads a body whole. An error of either step is the error.
func read(ctx context.Context, f Fetcher, req *Request) (*Record, string, error) {
	rec, err := f.Fetch(ctx, req)
	if err != nil {
		return nil, "", err
	}
	body, err := io.ReadAll(rec.Body)
	if e := rec.Body.Close(); err == nil {
		err = e
	}
	return rec, string(body), err
}

func get(t testing.TB, f Fetcher, url string) (*Record, string, error) {
	t.Helper()
	return read(t.Context(), f, &Request{URL: url})
}

// mustGet is get where nothing may fail.
func mustGet(t testing.TB, f Fetcher, url string) (*Record, string) {
	t.Helper()
	rec, body, err := get(t, f, url)
	if err != nil {
		t.Fatal(err)
	}
	return rec, body
}

// wantClass checks that err is an Error of that class which names its URL.
func wantClass(t testing.TB, err error, class Class) {
	t.Helper()
	e, ok := errors.AsType[*Error](err)
	if !ok {
		t.Fatalf("error is %T %v, want an *Error of class %s", err, err, class)
	}
	if e.Class != class {
		t.Errorf("class %s (%v), want %s", e.Class, err, class)
	}
	if e.URL == "" || e.Reason == "" {
		t.Errorf("error without URL or reason: %+v", e)
	}
	if strings.ContainsAny(e.Error(), "\r\n\x00\x1b") {
		t.Errorf("error text holds control bytes: %q", e)
	}
}

// soon is a context that a test which would hang ends by.
func soon(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// wantDeadline checks that a timeout can be told by the standard library's means.
func wantDeadline(t testing.TB, err error) {
	t.Helper()
	var timeout interface{ Timeout() bool }
	if !errors.Is(err, context.DeadlineExceeded) || !errors.As(err, &timeout) || !timeout.Timeout() {
		t.Errorf("%v is no timeout to errors.Is and Timeout", err)
	}
}

// canned is a connection on which the peer says what r holds, and then ends it.
type canned struct {
	net.Conn
	r io.Reader
}

func (c *canned) Read(p []byte) (int, error)       { return c.r.Read(p) }
func (c *canned) Write(p []byte) (int, error)      { return len(p), nil }
func (c *canned) Close() error                     { return nil }
func (c *canned) RemoteAddr() net.Addr             { return nil }
func (c *canned) SetDeadline(time.Time) error      { return nil }
func (c *canned) SetReadDeadline(time.Time) error  { return nil }
func (c *canned) SetWriteDeadline(time.Time) error { return nil }
