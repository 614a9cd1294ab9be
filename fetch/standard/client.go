package standard

import (
	"context"
	"net"
	"net/http"
	"net/netip"
	"sync/atomic"
	"time"

	"crawl/fetch"
)

// continueWait is how long a server may take to say that it wants the body, as for
// [fetch.Client].
const continueWait = time.Second

// Client is a [fetch.Fetcher] over net/http. It follows no redirects and decodes
// nothing. It is safe for concurrent use.
type Client struct {
	shared *fetch.Client // that knows the way to servers
	opt    fetch.Options

	// Connections to special addresses must not serve requests that may not go
	// there. So those have connections of their own.
	open, guarded *http.Transport
	closed        atomic.Bool
}

var _ fetch.Fetcher = (*Client)(nil)

// New returns a Client. Close releases its connections.
func New(opt fetch.Options) *Client {
	c := &Client{shared: fetch.NewClient(opt)}
	c.opt = c.shared.Options()
	c.open, c.guarded = c.newTransport(), c.newTransport()
	return c
}

func (c *Client) newTransport() *http.Transport {
	t := &http.Transport{
		DialContext:            c.dial,
		DialTLSContext:         c.dial,
		DisableCompression:     true,
		DisableKeepAlives:      c.opt.MaxIdle < 0,
		MaxIdleConns:           c.opt.MaxIdle,
		MaxIdleConnsPerHost:    c.opt.MaxIdle,
		MaxConnsPerHost:        c.opt.MaxConnsPerHost,
		IdleConnTimeout:        c.opt.KeepAlive,
		MaxResponseHeaderBytes: int64(c.opt.MaxHeaderBytes),
		ExpectContinueTimeout:  continueWait,
		Protocols:              new(http.Protocols),
		// A connection that many requests share must not stay when it is dead.
		HTTP2: &http.HTTP2Config{SendPingTimeout: c.opt.IdleTimeout, PingTimeout: c.opt.IdleTimeout},
	}
	t.Protocols.SetHTTP1(true)
	t.Protocols.SetHTTP2(true)
	return t
}

// dial opens a connection for the exchange that ctx is of. net/http would let that go
// on after its request has ended.
func (c *Client) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	x := ctx.Value(exchangeKey{}).(*exchange)
	if e := x.dials(); e != nil {
		return nil, e
	}
	nc, timing, err := c.shared.Dial(x.run, x.Request, false, "h2", "http/1.1")
	if err != nil {
		return nil, err
	}
	x.dialled(nc, timing)
	return nc, nil
}

// Addresses is [fetch.Client.Addresses].
func (c *Client) Addresses(ctx context.Context, rawURL string) ([]netip.Addr, error) {
	return c.shared.Addresses(ctx, rawURL)
}

// Close closes the connections that are idle and ends what is being opened. Those in
// use are closed after their bodies. Later fetches fail with [fetch.ClassCancelled].
func (c *Client) Close() error {
	c.closed.Store(true)
	c.open.CloseIdleConnections()
	c.guarded.CloseIdleConnections()
	return c.shared.Close()
}

// Fetch implements [fetch.Fetcher].
func (c *Client) Fetch(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	trace := c.shared.Trace(ctx)
	if trace.RequestStart != nil {
		trace.RequestStart(ctx, req)
	}
	rec, err := c.fetch(ctx, trace, req)
	if err != nil {
		if err.URL == "" {
			err.URL = req.URL
		}
		if trace.RequestException != nil {
			trace.RequestException(ctx, req, err)
		}
		return nil, err
	}
	if trace.RequestRedirect != nil && rec.Status/100 == 3 && rec.Header.Has("Location") {
		trace.RequestRedirect(ctx, req, rec)
	}
	if trace.RequestEnd != nil {
		trace.RequestEnd(ctx, req, rec)
	}
	return rec, nil
}

func (c *Client) fetch(ctx context.Context, trace *fetch.Trace, req *fetch.Request) (*fetch.Record, *fetch.Error) {
	m, err := c.shared.Message(req)
	if err != nil {
		return nil, fetch.Explain(err, "")
	}
	if e := fetch.Ended(ctx, req.Deadline); e != nil {
		return nil, e
	}
	if c.closed.Load() {
		return nil, &fetch.Error{Class: fetch.ClassCancelled, Reason: "the client is closed", Err: net.ErrClosed}
	}
	x := begin(ctx, trace, req, m.URL.Host(), c.opt.IdleTimeout)
	hr, err := x.request(m)
	if err != nil {
		x.captured.Drop()
		x.end()
		return nil, fetch.Explain(err, "")
	}
	answer, err := c.transport(req).RoundTrip(hr)
	if err != nil {
		e := x.explain(err, "waiting for the answer")
		x.captured.Drop()
		x.end()
		return nil, e
	}
	if e := x.answered(answer); e != nil {
		answer.Body.Close()
		x.captured.Drop()
		x.end()
		return nil, e
	}
	return &x.Record, nil
}

func (c *Client) transport(req *fetch.Request) *http.Transport {
	if req.Discovered && !c.opt.AllowPrivate {
		return c.guarded
	}
	return c.open
}
