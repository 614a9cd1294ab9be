package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"os"
	"strconv"
	"syscall"
	"time"
)

// route says how a request gets to its server.
type route struct {
	key      connKey
	proxy    *url.URL  // nil: straight
	guarded  bool      // special addresses are refused
	once     bool      // the request can't be sent again on another connection
	through  bool      // a proxy must not read the requests
	protos   []string  // to offer in TLS; nil: HTTP/1.1
	deadline time.Time // of the request; zero: none
	trace    *Trace
}

// dialer opens connections. Everything that it does happens within one limit of time.
type dialer struct {
	opt     *Options
	connect connectFunc
	names   *names
	tls     *tls.Config
	life    context.Context // ends with the client
}

func newDialer(life context.Context, opt *Options) dialer {
	plain := net.Dialer{KeepAlive: -1, ControlContext: opt.Control} // the idle limit notices a dead peer sooner
	if opt.LocalAddr.IsValid() {
		plain.LocalAddr = net.TCPAddrFromAddrPort(netip.AddrPortFrom(opt.LocalAddr, 0))
	}
	return dialer{
		opt: opt,
		connect: func(ctx context.Context, addr netip.AddrPort) (net.Conn, error) {
			return plain.DialContext(ctx, "tcp", addr.String())
		},
		names: newNames(life, opt),
		tls:   opt.tlsConfig(),
		life:  life,
	}
}

// dial connects to the route's server, through its proxy if there is one, and ends
// with the TLS handshake done, so that no read or write ever hides one.
func (d *dialer) dial(ctx context.Context, r route) (*conn, Timing, *Error) {
	if f := r.trace.CreateStart; f != nil {
		f(ctx, r.key.addr)
	}
	c, t, e := d.dialInTime(ctx, r)
	if f := r.trace.CreateEnd; f != nil {
		var err error // nil without a type
		if e != nil {
			err = e
		}
		f(ctx, r.key.addr, t, err)
	}
	return c, t, e
}

func (d *dialer) dialInTime(ctx context.Context, r route) (*conn, Timing, *Error) {
	deadline := r.deadline
	if at, ok := ctx.Deadline(); ok && (deadline.IsZero() || at.Before(deadline)) {
		deadline = at
	}
	latest := time.Now().Add(d.opt.ConnectTimeout)
	total := !deadline.IsZero() && !latest.Before(deadline) // the total limit comes first
	if total {
		latest = deadline
	}
	limited, cancel := context.WithDeadline(ctx, latest)
	defer cancel()
	defer context.AfterFunc(d.life, cancel)()
	a := &attempt{dialer: d, route: r}
	nc, err := a.open(limited)
	if err != nil {
		return nil, a.timing, d.explain(ctx, total, limited.Err() != nil, err)
	}
	return newConn(nc, r.key, a.target), a.timing, nil
}

// attempt is the opening of one connection.
type attempt struct {
	*dialer
	route
	timing Timing
	target netip.Addr // of the server, when we are the ones to know it
}

func (a *attempt) open(ctx context.Context) (net.Conn, error) {
	if a.proxy != nil {
		return a.openVia(ctx)
	}
	nc, err := a.reach(ctx, a.key.addr, a.guarded)
	if err != nil {
		return nil, err
	}
	if remote, ok := nc.RemoteAddr().(*net.TCPAddr); ok {
		a.target = remote.AddrPort().Addr().Unmap()
	}
	return a.secure(ctx, nc)
}

// openVia opens a connection through the proxy. The user named that, so any address
// of it is good.
func (a *attempt) openVia(ctx context.Context) (net.Conn, error) {
	nc, err := a.reach(ctx, proxyAddr(a.proxy), false)
	if err != nil {
		return nil, err
	}
	if a.proxy.Scheme == "https" {
		if nc, err = a.handshake(ctx, nc, forProxy(a.tls), a.proxy.Hostname()); err != nil {
			return nil, err
		}
	}
	if err := a.pass(ctx, nc); err != nil {
		nc.Close()
		return nil, err
	}
	return a.secure(ctx, nc)
}

// pass has the proxy connect us through to the server, unless it is to read the
// requests itself.
func (a *attempt) pass(ctx context.Context, nc net.Conn) error {
	switch {
	case speaksHTTP(a.proxy) && (a.key.scheme == "https" || a.through):
		header, e := a.opt.proxyHeader(a.proxy)
		if e != nil {
			return e
		}
		return tunnel(ctx, nc, a.key.addr, header)
	case speaksHTTP(a.proxy):
		return nil
	}
	host, port, err := splitAddr(a.key.addr)
	if err != nil {
		return err
	}
	if !lookedUpByProxy(a.proxy) {
		addrs, err := a.lookup(ctx, a.key.addr, a.guarded)
		if err != nil {
			return err
		}
		a.target = addrs[0].Addr()
		host = a.target.String()
	}
	return socks(ctx, nc, a.proxy, host, port)
}

// secure does the TLS handshake with the server if its scheme asks for one.
func (a *attempt) secure(ctx context.Context, nc net.Conn) (net.Conn, error) {
	if a.key.scheme != "https" {
		return nc, nil
	}
	host, _, _ := net.SplitHostPort(a.key.addr)
	cfg := a.tls.Clone()
	if a.protos != nil {
		cfg.NextProtos = a.protos
	}
	return a.handshake(ctx, nc, cfg, host)
}

// handshake does a TLS handshake. cfg is the connection's own.
func (a *attempt) handshake(ctx context.Context, nc net.Conn, cfg *tls.Config, host string) (net.Conn, error) {
	if cfg.ServerName == "" {
		cfg.ServerName = host
	}
	start := time.Now()
	tc := tls.Client(abrupt{nc}, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		nc.Close()
		return nil, &handshakeError{err}
	}
	a.timing.TLS += time.Since(start)
	return tc, nil
}

// reach connects to addr, a host:port, or to the socket that stands for all.
func (a *attempt) reach(ctx context.Context, addr string, guarded bool) (net.Conn, error) {
	if path := a.opt.UnixSocket; path != "" {
		defer a.connecting(time.Now())
		return new(net.Dialer).DialContext(ctx, "unix", path)
	}
	addrs, err := a.lookup(ctx, addr, guarded)
	if err != nil {
		return nil, err
	}
	defer a.connecting(time.Now())
	return race(ctx, addrs, a.connect)
}

func (a *attempt) connecting(since time.Time) { a.timing.Connect += time.Since(since) }

// lookup returns the addresses that addr, a host:port, may be reached at, in the
// order in which to try them. There is at least one when err is nil.
func (a *attempt) lookup(ctx context.Context, addr string, guarded bool) ([]netip.AddrPort, error) {
	host, port, err := splitAddr(addr)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	addrs := a.opt.fixed(addr)
	if addrs == nil {
		addrs, err = a.names.lookup(ctx, host, a.trace)
	} else {
		addrs, err = a.names.pick(host, addrs)
	}
	a.timing.DNS += time.Since(start)
	if err != nil {
		return nil, err
	}
	targets := make([]netip.AddrPort, 0, len(addrs))
	err = noAddress(host)
	for _, ip := range interleave(addrs) {
		if guarded {
			if refused := checkAddr(host, ip); refused != nil {
				err = refused
				continue
			}
		}
		if local := a.opt.LocalAddr; !local.IsValid() || local.Is4() == ip.Is4() {
			targets = append(targets, netip.AddrPortFrom(ip, port))
		}
	}
	if len(targets) == 0 {
		return nil, err
	}
	return targets, nil
}

func splitAddr(addr string) (host string, port uint16, err error) {
	host, text, err := net.SplitHostPort(addr)
	if err != nil {
		return "", 0, fault(ClassBadURL, err, "%v", err)
	}
	n, err := strconv.ParseUint(text, 10, 16)
	if err != nil {
		return "", 0, fault(ClassBadURL, err, "port %q is not from 0 to 65535", text)
	}
	return host, uint16(n), nil
}

// abrupt is a connection under TLS, where an end without TLS's farewell may be an
// attacker's cut through a body (RFC 8446 section 6.1). crypto/tls would let it
// pass for a good one.
type abrupt struct{ net.Conn }

var errAbrupt = fmt.Errorf("closed without close_notify: %w", io.ErrUnexpectedEOF)

func (c abrupt) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	if err == io.EOF {
		err = errAbrupt
	}
	return n, err
}

// explain turns what went wrong while connecting into an Error.
// The dialer's own timers may fire a moment before late can tell.
func (d *dialer) explain(ctx context.Context, total, late bool, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e := ended(ctx, time.Time{}); e != nil {
		return e
	}
	if d.life.Err() != nil {
		return errClientClosed()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return fault(ClassDNS, err, "no address for host %s", dns.Name)
		}
		return fault(ClassDNS, err, "looking up host %s: %s", dns.Name, dns.Err)
	}
	var timeout interface{ Timeout() bool }
	if late || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		if total {
			return outOfTime(err)
		}
		return fault(ClassTimeoutConnect, err, "no connection within %v", d.opt.ConnectTimeout)
	}
	if _, ok := errors.AsType[*handshakeError](err); ok {
		return explainTLS(err)
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) { // there was nobody else to read from
		return fault(ClassRefused, err, "the proxy closed the connection")
	}
	if errors.Is(err, syscall.ECONNRESET) {
		return fault(ClassReset, err, "the server dropped the connection at once")
	}
	return fault(ClassRefused, err, "no connection: %s", cause(err))
}

// cause is what the system said, without the layers of operations around it.
func cause(err error) string {
	if op, ok := errors.AsType[*net.OpError](err); ok {
		err = op.Err
	}
	if sys, ok := errors.AsType[*os.SyscallError](err); ok {
		err = sys.Err
	}
	return fmt.Sprint(err)
}
