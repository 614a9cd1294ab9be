package fetch

import (
	"context"
	"crypto/tls"
	"net"
	"net/url"
	"strings"
	"time"

	"crawl/fetch/urls"

	"github.com/valyala/fasthttp"
)

// Options of a [Client]. The zero value is useful.
type Options struct {
	// ConnectTimeout limits looking up, connecting, a proxy's CONNECT and the TLS
	// handshake together. Default 10 s.
	ConnectTimeout time.Duration
	// IdleTimeout limits how long nothing comes or goes on a connection in use.
	// Default 15 s. The total is limited by the context given to Fetch.
	IdleTimeout time.Duration
	// KeepAlive is how long a connection may wait for its next use. Default 30 s:
	// below the minute after which common servers close theirs.
	KeepAlive time.Duration
	// MaxIdle bounds the connections that wait, over all hosts. Default 1024.
	MaxIdle int
	// MaxHeaderBytes bounds the head of an answer. Default 256 KiB: some sites
	// send 64 KiB and more, none needs a megabyte.
	MaxHeaderBytes int
	// Network is tcp (the default: IPv6 and IPv4, whichever answers first), tcp4 or tcp6.
	Network string
	// Insecure accepts any certificate.
	Insecure bool
	// Proxy names the proxy for each target. Default: none.
	// See [ProxyFromEnvironment].
	Proxy ProxyFunc
	// UserAgent is sent unless the request has its own. Default "crawl".
	UserAgent string
}

func (o *Options) applyDefaults() {
	setDefault(&o.ConnectTimeout, 10*time.Second)
	setDefault(&o.IdleTimeout, 15*time.Second)
	setDefault(&o.KeepAlive, 30*time.Second)
	setDefault(&o.MaxIdle, 1024)
	setDefault(&o.MaxHeaderBytes, 256<<10)
	setDefault(&o.Network, "tcp")
	setDefault(&o.UserAgent, "crawl")
}

func setDefault[T comparable](v *T, value T) {
	if zero := *new(T); *v == zero {
		*v = value
	}
}

// Client sends one request and reads its answer, over connections that it keeps
// for reuse. It follows no redirects, decodes nothing and repeats nothing, with
// one exception: an idempotent request, sent on a reused connection that the
// server closed before it answered a single byte, is sent once more (RFC 9110
// section 9.2.2). It is safe for concurrent use.
type Client struct {
	opt  Options
	dial dialer
	pool *pool
}

// NewClient returns a Client. Close releases its connections.
func NewClient(opt Options) *Client {
	opt.applyDefaults()
	return &Client{
		opt: opt,
		dial: dialer{
			net:     net.Dialer{KeepAlive: -1}, // the idle limit notices a dead peer sooner
			network: opt.Network,
			tls: &tls.Config{
				InsecureSkipVerify: opt.Insecure,
				NextProtos:         []string{"http/1.1"},
				ClientSessionCache: tls.NewLRUClientSessionCache(1024),
			},
			limit: opt.ConnectTimeout,
		},
		pool: newPool(opt.MaxIdle, opt.KeepAlive),
	}
}

// Close closes the idle connections; those in use are closed when their bodies are.
func (c *Client) Close() error {
	c.pool.close()
	return nil
}

var _ Fetcher = (*Client)(nil)

// Fetch implements [Fetcher].
func (c *Client) Fetch(ctx context.Context, req *Request) (*Record, error) {
	rec, err := c.fetch(ctx, req)
	if err != nil {
		if err.URL == "" {
			err.URL = req.URL
		}
		return nil, err
	}
	return rec, nil
}

func (c *Client) fetch(ctx context.Context, req *Request) (*Record, *Error) {
	u, err := urls.Parse(req.URL)
	if err != nil {
		return nil, fault(ClassBadURL, err, "%v", err)
	}
	if e := checkRequest(req); e != nil {
		return nil, e
	}
	key := connKey{scheme: u.Scheme(), addr: u.Host()}
	var proxy *url.URL
	if c.opt.Proxy != nil {
		proxy, err = c.opt.Proxy(&url.URL{Scheme: key.scheme, Host: key.addr})
		if err != nil {
			return nil, fault(ClassBadURL, err, "the proxy's URL is not valid: %v", err)
		}
		if proxy != nil && proxy.Scheme != "http" && proxy.Scheme != "https" {
			return nil, fault(ClassBadURL, nil, "a proxy of scheme %q is not supported", proxy.Scheme)
		}
		if proxy != nil {
			key.proxy = proxy.String()
		}
	}
	for again := false; ; again = true {
		if e := ended(ctx, req.Deadline); e != nil {
			return nil, e
		}
		started := time.Now()
		conn, timing, e := c.connect(ctx, req.Deadline, key, proxy, again)
		if e != nil {
			return nil, e
		}
		x := &exchange{conn: conn, pool: c.pool}
		x.Record = Record{URL: req.URL, Started: started, Timing: timing, RemoteAddr: conn.remote, Wire: &x.wire, Body: x}
		e = c.exchange(ctx, x, req, u, proxy)
		if e == nil {
			return &x.Record, nil
		}
		if again || !conn.reused || conn.received || !idempotent(method(req)) || e.Class == ClassCancelled || e.Timeout() {
			return nil, e
		}
	}
}

// connect takes an idle connection or, when there is none or fresh is asked for,
// opens one.
func (c *Client) connect(ctx context.Context, deadline time.Time, key connKey, proxy *url.URL, fresh bool) (*conn, Timing, *Error) {
	if !fresh {
		if conn := c.pool.get(key); conn != nil {
			return conn, Timing{}, nil
		}
	}
	return c.dial.dial(ctx, deadline, key, proxy)
}

// exchange sends the request and reads the head of the answer. After an error
// the connection is closed.
func (c *Client) exchange(ctx context.Context, x *exchange, req *Request, u urls.URL, proxy *url.URL) *Error {
	conn := x.conn
	x.untie = conn.begin(ctx, limits{idle: c.opt.IdleTimeout, total: req.Deadline})
	h, err := c.roundTrip(x, req, u, proxy)
	if err != nil {
		e := conn.classify(err, "waiting for the answer")
		x.untie()
		conn.leave()
		conn.Close()
		return e
	}
	x.Proto, x.Status, x.Reason, x.Header = h.proto, h.status, h.reason, h.header
	x.startBody(h, method(req))
	return nil
}

const maxInformational = 32 // 1xx answers before the final one

func (c *Client) roundTrip(x *exchange, req *Request, u urls.URL, proxy *url.URL) (*head, error) {
	if err := c.send(x.conn, req, u, proxy); err != nil {
		return nil, err
	}
	sent := time.Now()
	x.conn.await()
	var first time.Time
	for range maxInformational {
		h, err := readHead(x.conn.br, c.opt.MaxHeaderBytes, &first)
		if err != nil {
			return nil, err
		}
		if h.status == 101 {
			return nil, fault(ClassProtocol, nil, "the server switches to another protocol unasked")
		}
		if h.status >= 200 {
			x.Timing.TTFB = first.Sub(sent)
			return h, nil
		}
	}
	return nil, fault(ClassProtocol, nil, "more than %d informational answers", maxInformational)
}

// send writes the head of the request in one piece.
func (c *Client) send(conn *conn, req *Request, u urls.URL, proxy *url.URL) error {
	r := fasthttp.AcquireRequest()
	defer fasthttp.ReleaseRequest(r)
	h := &r.Header
	h.DisableNormalizing()
	h.DisableSpecialHeader() // or Cookie and others are taken apart and written anew
	h.SetMethod(method(req))
	host := req.Header.Get("Host")
	if host == "" {
		host = hostField(u)
	}
	h.Add("Host", host)
	if !req.Header.Has("User-Agent") {
		h.Add("User-Agent", c.opt.UserAgent)
	}
	target := u.RequestURI()
	if proxy != nil && u.Scheme() == "http" { // RFC 9112 section 3.2.2: absolute form
		target = "http://" + hostField(u) + target
		if auth := proxyAuth(proxy); auth != "" {
			h.Add("Proxy-Authorization", auth)
		}
	}
	h.SetRequestURI(target)
	if user, password, ok := u.Userinfo(); ok && !req.Header.Has("Authorization") {
		h.Add("Authorization", basicAuth(user, password))
	}
	for _, f := range req.Header {
		if !strings.EqualFold(f.Name, "Host") {
			h.Add(f.Name, f.Value)
		}
	}
	_, err := conn.Write(h.Header())
	return err
}
