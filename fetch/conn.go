package fetch

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"os"
	"sync"
	"syscall"
	"time"
)

// readBuffer takes most answers of a few kilobytes in one read, head and all. A
// connection has one only while there is something to read: while it waits, for
// the server or for its next use, it costs next to nothing.
const readBuffer = 16 << 10

var (
	readers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, readBuffer) }}
	chunks  = sync.Pool{New: func() any { return new([readBuffer]byte) }}
	longAgo = time.Unix(1, 0)
)

// conn is one connection to a server or proxy. It belongs to one exchange at a
// time, or to the pool.
type conn struct {
	net.Conn
	raw       syscall.RawConn // to wait on without a buffer; nil where that can't be done
	key       connKey
	remote    netip.AddrPort
	special   bool // the server's address is not of the public Internet
	reused    bool
	born      time.Time
	idleSince time.Time
	pool      *pool // that it has a place of

	// Of the exchange under way:
	ctx      context.Context
	trace    *Trace
	limits   limits
	br       *bufio.Reader // reads through conn.Read
	received bool          // a byte of the answer has come
	captured *Exchange     // to be told what comes; nil as a rule
	first    firstBytes
}

// firstBytes are what await has read and br has not.
type firstBytes struct {
	chunk    *[readBuffer]byte
	from, to int
	err      error
}

// limits of time of one exchange.
type limits struct {
	idle  time.Duration // without a byte
	total time.Time     // zero: none
}

// deadline is the moment until which the next read or write may take.
func (l limits) deadline() time.Time {
	at := time.Now().Add(l.idle)
	if !l.total.IsZero() && l.total.Before(at) {
		return l.total
	}
	return at
}

// connKey tells which connections may stand in for each other.
type connKey struct {
	scheme, addr string // addr is host:port of the origin
	proxy        string // URL of the proxy in between, or ""
}

// newConn makes a conn of nc; target is the server's address if it is known.
func newConn(nc net.Conn, key connKey, target netip.Addr) *conn {
	c := &conn{Conn: nc, key: key, trace: untraced, born: time.Now(), special: target.IsValid() && kindOf(target) != ""}
	if tcp, ok := nc.(*net.TCPConn); ok {
		c.raw = waitable(tcp)
	}
	if addr, ok := nc.RemoteAddr().(*net.TCPAddr); ok {
		ap := addr.AddrPort()
		c.remote = netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
	}
	return c
}

// Close ends the connection and frees its place.
func (c *conn) Close() error {
	err := c.Conn.Close()
	if c.pool != nil {
		c.pool.release(c.key)
	}
	return err
}

// begin ties the connection to ctx: when ctx ends, whatever blocks on the
// connection returns. The function that it returns unties it again and reports
// whether the connection is still good. The idle limit runs from here for the
// request and the first read.
func (c *conn) begin(ctx context.Context, l limits) (untie func() bool) {
	c.ctx, c.limits, c.received = ctx, l, false
	c.SetDeadline(l.deadline())
	return context.AfterFunc(ctx, c.interrupt)
}

func (c *conn) interrupt() { c.SetDeadline(longAgo) }

// await blocks until the answer begins and makes br ready to read it.
func (c *conn) await() {
	if c.raw != nil {
		if err := c.raw.Read(c.readFirst); err != nil && c.first.chunk == nil {
			c.first.err = err
		}
	}
	c.br = readers.Get().(*bufio.Reader)
	c.br.Reset(c)
}

// quiet reports whether nothing has come after the end of the answer. TLS may hold
// back what it has decrypted already; a read that can't wait shows that.
func (c *conn) quiet() bool {
	if c.br.Buffered() > 0 || c.first.chunk != nil {
		return false
	}
	if _, ok := c.Conn.(*tls.Conn); !ok {
		return true
	}
	c.SetReadDeadline(longAgo)
	_, err := c.Conn.Read(make([]byte, 1))
	return errors.Is(err, os.ErrDeadlineExceeded)
}

// leave gives the buffers back at the end of an exchange.
func (c *conn) leave() {
	if c.br != nil {
		c.br.Reset(nil)
		readers.Put(c.br)
	}
	if c.first.chunk != nil {
		chunks.Put(c.first.chunk)
	}
	c.br, c.ctx, c.first, c.captured = nil, nil, firstBytes{}, nil
}

// Read allows each read the idle limit anew.
func (c *conn) Read(p []byte) (int, error) {
	if f := &c.first; f.chunk != nil {
		n := copy(p, f.chunk[f.from:f.to])
		if f.from += n; f.from == f.to {
			chunks.Put(f.chunk)
			f.chunk = nil
		}
		c.received = true
		c.captured.Received(p[:n])
		return n, nil
	}
	if c.first.err != nil {
		return 0, c.first.err
	}
	if c.received {
		c.SetReadDeadline(c.limits.deadline())
		if c.ctx.Err() != nil { // it may have ended just before the new deadline was set
			c.interrupt()
		}
	}
	n, err := c.Conn.Read(p)
	c.received = c.received || n > 0
	c.captured.Received(p[:n])
	return n, err
}

// send writes p, a part of a request.
func (c *conn) send(p []byte) error {
	n, err := c.Conn.Write(p)
	c.captured.Sent(p[:n])
	return err
}

// ended says why the exchange must end, or returns nil when it need not.
func (c *conn) ended() *Error { return ended(c.ctx, c.limits.total) }
