package fetch

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net/netip"
	"net/url"
	"syscall"
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
	// MaxIdle bounds the connections that wait, over all hosts. Default 1024; below
	// 0 none is used again.
	MaxIdle int
	// MaxHeaderBytes bounds the head of an answer. Default 256 KiB: some sites
	// send 64 KiB and more, none needs a megabyte.
	MaxHeaderBytes int
	// Network is tcp (the default: IPv6 and IPv4, whichever answers first), tcp4 or tcp6.
	Network string
	// MaxAge is how old a connection may get and still be reused. Default 10 min, so
	// that a crawl notices when a host has moved.
	MaxAge time.Duration
	// MaxConns limits the connections that are open, and MaxConnsPerHost those to
	// one scheme, host and port (or proxy). Whoever comes over a limit waits for his
	// turn, until the context or the deadline ends it. Default 0: no limit.
	MaxConns, MaxConnsPerHost int

	// Resolver looks names up. Default [net.DefaultResolver].
	Resolver Resolver
	// DNSCache is how long an answer of the Resolver is good; that there is none is
	// believed for a second at most. Default 1 min; below 0 nothing is kept.
	DNSCache time.Duration
	// Resolve gives the addresses for "host:port", or "*:port" for any host, in
	// place of the Resolver's. See [ParseResolve].
	Resolve map[string][]netip.Addr
	// LocalAddr is the address to connect from. Default: the system chooses.
	LocalAddr netip.Addr
	// UnixSocket is the path of a socket that all requests go to, past name
	// look-ups and proxies.
	UnixSocket string
	// Control is called with each new socket before it connects, to set its options:
	// see [net.Dialer].ControlContext.
	Control func(ctx context.Context, network, address string, c syscall.RawConn) error

	// AllowPrivate lets a [Request.Discovered] reach addresses that are not of the
	// public Internet: loopback, private, link-local and other special ones. Default:
	// they are refused with [ClassPrivateAddress], except for hosts in Resolve and
	// those that Trusted, given a host:port, says the user named.
	AllowPrivate bool
	Trusted      func(hostport string) bool

	// Proxy names the proxy for each target. Default: none.
	// See [ProxyFromEnvironment].
	Proxy ProxyFunc
	// ProxyHeader goes to HTTP proxies only, with CONNECT or with the request.
	ProxyHeader Header

	// RootCAs are the authorities to believe. Default: the system's. See [LoadCAFile].
	RootCAs *x509.CertPool
	// ClientCertificates are for servers that ask for one. See [LoadClientCertificate].
	ClientCertificates []tls.Certificate
	// Fingerprints, if any, are the SHA-256 sums of the only certificates to accept,
	// beside all other checks; with Insecure they are the one check.
	Fingerprints [][32]byte
	// ServerName is the name that certificates must be for. Default: the URL's host.
	ServerName string
	// MinVersion of TLS. Default [tls.VersionTLS12]: RFC 8996 took the older ones back.
	MinVersion uint16
	// Insecure accepts any certificate.
	Insecure bool

	// Trace is told what happens. See [WithTrace].
	Trace *Trace
	// UserAgent is sent unless the request has its own. Default "crawl".
	UserAgent string
}

func (o *Options) applyDefaults() {
	setDefault(&o.ConnectTimeout, 10*time.Second)
	setDefault(&o.IdleTimeout, 15*time.Second)
	setDefault(&o.KeepAlive, 30*time.Second)
	setDefault(&o.MaxIdle, 1024)
	setDefault(&o.MaxHeaderBytes, 256<<10)
	setDefault(&o.MaxAge, 10*time.Minute)
	setDefault(&o.DNSCache, time.Minute)
	setDefault(&o.MinVersion, tls.VersionTLS12)
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
	end  context.CancelFunc // of what is being dialled and looked up
}

// NewClient returns a Client. Close releases its connections.
func NewClient(opt Options) *Client {
	opt.applyDefaults()
	c := &Client{opt: opt, pool: newPool(&opt)}
	life, end := context.WithCancel(context.Background())
	c.dial, c.end = newDialer(life, &c.opt), end
	return c
}

// Close closes the idle connections and ends what waits for one; those in use are
// closed when their bodies are. Fetches that have none yet, and all later ones, fail
// with [ClassCancelled] and [net.ErrClosed]. It may be called again.
func (c *Client) Close() error {
	c.pool.close()
	c.end()
	c.dial.names.close()
	return nil
}

var _ Fetcher = (*Client)(nil)

// Fetch implements [Fetcher].
func (c *Client) Fetch(ctx context.Context, req *Request) (*Record, error) {
	t := traceOf(ctx, c.opt.Trace)
	t.asked(ctx, req)
	rec, err := c.fetch(ctx, t, req)
	if err != nil {
		if err.URL == "" {
			err.URL = req.URL
		}
		t.failed(ctx, req, err)
		return nil, err
	}
	t.answered(ctx, req, rec)
	return rec, nil
}

func (c *Client) fetch(ctx context.Context, t *Trace, req *Request) (*Record, *Error) {
	u, err := urls.Parse(req.URL)
	if err != nil {
		return nil, badURL(err)
	}
	if e := c.opt.checkRequest(req); e != nil {
		return nil, e
	}
	r, e := c.route(req, u, t)
	if e != nil {
		return nil, e
	}
	for again := false; ; again = true {
		if e := ended(ctx, req.Deadline); e != nil {
			return nil, e
		}
		started := time.Now()
		conn, timing, e := c.connect(ctx, r, again)
		if e != nil {
			return nil, e
		}
		x := &exchange{conn: conn}
		x.Record = Record{URL: req.URL, Request: req, Started: started, Timing: timing, RemoteAddr: conn.remote, Wire: &x.wire, Body: x}
		e = c.exchange(ctx, x, req, u, r.proxy)
		if e == nil {
			return &x.Record, nil
		}
		if again || !x.wasDropped(e) || !repeatable(req) {
			return nil, e
		}
	}
}

// wasDropped reports whether e may mean no more than that the server closed a kept
// connection before the request reached it.
func (x *exchange) wasDropped(e *Error) bool {
	switch e.Class {
	case ClassCancelled, ClassBadURL, ClassDisk:
		return false
	}
	return x.conn.reused && !x.conn.received && !e.Timeout() && (x.upload == nil || x.upload.fault() == nil)
}

// route finds the way to u's server.
func (c *Client) route(req *Request, u urls.URL, t *Trace) (route, *Error) {
	r := route{key: connKey{scheme: u.Scheme(), addr: u.Host()}, deadline: req.Deadline, once: !repeatable(req), trace: t}
	var e *Error
	if r.proxy, e = c.opt.proxyFor(r.key); e != nil {
		return r, e
	}
	if r.proxy != nil {
		r.key.proxy = r.proxy.String()
	}
	if r.guarded = c.opt.guards(req, r.key.addr); r.guarded && lookedUpByProxy(r.proxy) {
		e = checkName(u.Hostname())
	}
	return r, e
}

// connect takes an idle connection or, when there is none or fresh is asked for,
// opens one.
func (c *Client) connect(ctx context.Context, r route, fresh bool) (*conn, Timing, *Error) {
	conn, waited, e := c.pool.acquire(ctx, r, fresh)
	if e != nil {
		return nil, Timing{}, e
	}
	timing := Timing{}
	if conn == nil {
		if conn, timing, e = c.dial.dial(ctx, r); e != nil {
			c.pool.release(r.key)
			return nil, timing, e
		}
		conn.pool = c.pool
	} else if r.trace.Reuse != nil {
		r.trace.Reuse(ctx, r.key.addr)
	}
	timing.Queue = waited
	conn.trace = r.trace
	return conn, timing, nil
}

// exchange sends the request and reads the head of the answer. After an error
// the connection is closed.
func (c *Client) exchange(ctx context.Context, x *exchange, req *Request, u urls.URL, proxy *url.URL) *Error {
	conn := x.conn
	x.untie = conn.begin(ctx, limits{idle: c.opt.IdleTimeout, total: req.Deadline})
	conn.captured = req.Capture.Begin(req)
	h, err := c.roundTrip(x, req, u, proxy)
	if err != nil {
		e := conn.classify(err, "waiting for the answer")
		if x.upload != nil {
			x.upload.stop()
		}
		conn.captured.Drop()
		x.untie()
		conn.leave()
		conn.Close()
		return e
	}
	x.Proto, x.Status, x.Reason, x.Header, x.RawHead = h.proto, h.status, h.reason, h.header, h.raw
	conn.captured.Answered(&x.Record, len(h.raw), conn.br.Buffered())
	x.startBody(h, method(req))
	return nil
}

const maxInformational = 32 // 1xx answers before the final one

func (c *Client) roundTrip(x *exchange, req *Request, u urls.URL, proxy *url.URL) (*head, error) {
	up, err := c.send(x.conn, req, u, proxy)
	if err != nil {
		return nil, err
	}
	x.upload = up
	if f := x.conn.trace.HeadersSent; f != nil {
		f(x.conn.ctx, req)
	}
	sent := time.Now()
	x.conn.await()
	var first time.Time
	for range maxInformational {
		h, err := readHead(x.conn.br, c.opt.MaxHeaderBytes, &first)
		if err != nil {
			if up != nil && up.fault() != nil {
				return nil, up.fault()
			}
			return nil, err
		}
		if h.status == 100 && up != nil {
			up.goAhead()
		}
		if h.status == 101 {
			return nil, fault(ClassProtocol, nil, "the server switches to another protocol unasked")
		}
		if h.status >= 200 {
			x.Timing.TTFB = first.Sub(sent)
			if up != nil {
				x.answered(h.status, first)
			}
			return h, nil
		}
	}
	return nil, fault(ClassProtocol, nil, "more than %d informational answers", maxInformational)
}

// send writes the head of the request in one piece, with the body if that is small.
// A larger one is under way when it returns.
func (c *Client) send(conn *conn, req *Request, u urls.URL, proxy *url.URL) (*upload, error) {
	r := fasthttp.AcquireRequest()
	defer fasthttp.ReleaseRequest(r)
	h := &r.Header
	h.DisableNormalizing()
	h.DisableSpecialHeader() // or Cookie and others are taken apart and written anew
	h.SetMethod(method(req))
	h.Add("Host", hostOf(req, u))
	target, e := c.opt.fields(req, u, proxy, h.Add)
	if e != nil {
		return nil, e
	}
	h.SetRequestURI(target)
	if req.Body != nil {
		return sendWithBody(conn, h, req)
	}
	if anticipatesBody(method(req)) {
		h.Add("Content-Length", "0")
	}
	return nil, conn.send(h.Header())
}
