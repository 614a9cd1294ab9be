package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"time"

	"crawl/fetch/urls"
)

// What stands here is for clients of other protocols, as crawl/fetch/standard and
// crawl/fetch/websocket are: they reach servers as a Client does, through the same
// look-ups, proxies, TLS and guard, and they send and report the same.

// Options returns c's options, with the defaults filled in.
func (c *Client) Options() Options { return c.opt }

// Message is what a Client sends for a Request, before it is written in the form of a
// protocol. The length of the body and what belongs to a connection is not in Header.
type Message struct {
	Method string
	URL    urls.URL
	Host   string // for the Host field or :authority
	Target string // what to ask for: the absolute URL when an HTTP proxy is to read it
	Header Header // in the order of sending
	Expect bool   // the server is to say that it wants the body
}

// Message checks req and makes of it what to send. Its error is an [*Error].
func (c *Client) Message(req *Request) (*Message, error) {
	m, e := c.message(req)
	if e != nil {
		e.URL = req.URL
		return nil, e
	}
	return m, nil
}

func (c *Client) message(req *Request) (*Message, *Error) {
	u, err := urls.Parse(req.URL)
	if err != nil {
		return nil, badURL(err)
	}
	if e := c.opt.checkRequest(req); e != nil {
		return nil, e
	}
	proxy, e := c.opt.proxyFor(connKey{scheme: u.Scheme(), addr: u.Host()})
	if e != nil {
		return nil, e
	}
	m := &Message{Method: method(req), URL: u, Host: hostOf(req, u)}
	if m.Target, e = c.opt.fields(req, u, proxy, m.Header.Add); e != nil {
		return nil, e
	}
	m.Expect = req.Body != nil && expects(req, req.Body.Size())
	return m, nil
}

// Dial opens a connection to the server of req.URL as Fetch does, TLS handshake
// included when the scheme is https. It is the caller's: it is not counted for
// MaxConns, kept for reuse or limited in time. Protos are what to offer in TLS
// (ALPN, RFC 7301); none means http/1.1. The error is an [*Error].
//
// A proxy of HTTP that would read req itself, as it does those of scheme http, is
// what the connection leads to, unless tunnel is true: then it leads through.
func (c *Client) Dial(ctx context.Context, req *Request, tunnel bool, protos ...string) (net.Conn, Timing, error) {
	conn, timing, e := c.dialFor(ctx, req, tunnel, protos)
	if e != nil {
		if e.URL == "" {
			e.URL = req.URL
		}
		return nil, timing, e
	}
	return conn.Conn, timing, nil
}

func (c *Client) dialFor(ctx context.Context, req *Request, tunnel bool, protos []string) (*conn, Timing, *Error) {
	u, err := urls.Parse(req.URL)
	if err != nil {
		return nil, Timing{}, badURL(err)
	}
	r, e := c.route(req, u, traceOf(ctx, c.opt.Trace))
	if e != nil {
		return nil, Timing{}, e
	}
	r.through, r.protos = tunnel, protos
	return c.dial.dial(ctx, r)
}

// Trace is what fetches with ctx tell: that of [WithTrace] or [Options.Trace]. It is
// never nil, though each of its funcs may be.
func (c *Client) Trace(ctx context.Context) *Trace { return traceOf(ctx, c.opt.Trace) }

// OpenBody opens b to be sent. Its error is an [*Error].
func OpenBody(b Body) (io.ReadCloser, error) {
	r, err := b.Open()
	if err != nil {
		return nil, bodyFault(err)
	}
	return r, nil
}

// Ended says why a fetch must end, or returns nil when it need not: ctx has ended, or
// the deadline has passed, unless it is zero.
func Ended(ctx context.Context, deadline time.Time) *Error { return ended(ctx, deadline) }

// Explain makes an [*Error] of what went wrong on a connection; doing says during
// what: "waiting for the answer". An *Error is returned as it is.
func Explain(err error, doing string) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return classify(err, doing)
}

// RefusesHTTP11 reports whether err is that of a server which speaks TLS but not
// HTTP/1.1 within: its alert no_application_protocol (RFC 7301 section 3.2).
func RefusesHTTP11(err error) bool { return alertIn(err) == tls.AlertError(120).Error() }
