package fetch

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http/httptrace"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/http/httpproxy"
)

// ProxyFunc names the proxy for a target, or nil for none. The target's Scheme
// and Host are set.
type ProxyFunc func(target *url.URL) (*url.URL, error)

// ProxyFromEnvironment follows http_proxy, https_proxy and no_proxy, in lower or
// upper case, as they are when it is called. It is nil when they name no proxy.
// Loopback targets never go through a proxy.
func ProxyFromEnvironment() ProxyFunc {
	env := httpproxy.FromEnvironment()
	if env.HTTPProxy == "" && env.HTTPSProxy == "" {
		return nil
	}
	return env.ProxyFunc()
}

// dialer opens connections. Everything that it does happens within one limit of time.
type dialer struct {
	net     net.Dialer // tries IPv6 and IPv4 by turns (RFC 8305's idea, as RFC 6555)
	network string     // tcp, tcp4 or tcp6
	tls     *tls.Config
	limit   time.Duration
}

// dial connects to key's server, through key's proxy if there is one, and ends
// with the TLS handshake done, so that no read or write ever hides one.
func (d *dialer) dial(ctx context.Context, deadline time.Time, key connKey, proxy *url.URL) (*conn, Timing, *Error) {
	var t Timing
	if at, ok := ctx.Deadline(); ok && (deadline.IsZero() || at.Before(deadline)) {
		deadline = at
	}
	latest := time.Now().Add(d.limit)
	total := !deadline.IsZero() && !latest.Before(deadline) // the total limit comes first
	if total {
		latest = deadline
	}
	limited, cancel := context.WithDeadline(ctx, latest)
	defer cancel()
	nc, err := d.open(limited, key, proxy, &t)
	if err != nil {
		return nil, t, d.explain(ctx, total, limited.Err() != nil, err)
	}
	return newConn(nc, key), t, nil
}

func (d *dialer) open(ctx context.Context, key connKey, proxy *url.URL, t *Timing) (net.Conn, error) {
	addr := key.addr
	if proxy != nil {
		addr = proxyAddr(proxy)
	}
	nc, err := d.connect(ctx, addr, t)
	if err != nil {
		return nil, err
	}
	if proxy != nil && proxy.Scheme == "https" {
		if nc, err = d.handshake(ctx, nc, proxy.Hostname(), t); err != nil {
			return nil, err
		}
	}
	if key.scheme != "https" {
		return nc, nil
	}
	if proxy != nil {
		if err := tunnel(ctx, nc, key.addr, proxy); err != nil {
			nc.Close()
			return nil, err
		}
	}
	host, _, _ := net.SplitHostPort(key.addr)
	return d.handshake(ctx, nc, host, t)
}

func (d *dialer) connect(ctx context.Context, addr string, t *Timing) (net.Conn, error) {
	start := time.Now()
	resolved := start
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSDone: func(httptrace.DNSDoneInfo) { resolved = time.Now() },
	})
	nc, err := d.net.DialContext(ctx, d.network, addr)
	t.DNS, t.Connect = resolved.Sub(start), time.Since(resolved)
	return nc, err
}

func (d *dialer) handshake(ctx context.Context, nc net.Conn, host string, t *Timing) (net.Conn, error) {
	cfg := d.tls.Clone()
	cfg.ServerName = host
	start := time.Now()
	tc := tls.Client(abrupt{nc}, cfg)
	if err := tc.HandshakeContext(ctx); err != nil {
		nc.Close()
		return nil, &handshakeError{err}
	}
	t.TLS += time.Since(start)
	return tc, nil
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

type handshakeError struct{ error }

func (e *handshakeError) Unwrap() error { return e.error }

func proxyAddr(proxy *url.URL) string {
	port := proxy.Port()
	switch {
	case port != "":
	case proxy.Scheme == "https":
		port = "443"
	default:
		port = "80"
	}
	return net.JoinHostPort(proxy.Hostname(), port)
}

// proxyAuth is the value of Proxy-Authorization for the credentials in a proxy's
// URL, or "".
func proxyAuth(proxy *url.URL) string {
	if proxy.User == nil {
		return ""
	}
	password, _ := proxy.User.Password()
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(proxy.User.Username()+":"+password))
}

// tunnel asks the proxy to connect us through to addr (RFC 9110 section 9.3.6).
func tunnel(ctx context.Context, nc net.Conn, addr string, proxy *url.URL) error {
	stop := context.AfterFunc(ctx, func() { nc.SetDeadline(longAgo) })
	defer stop()
	head := "CONNECT " + addr + " HTTP/1.1\r\nHost: " + addr + "\r\n"
	if auth := proxyAuth(proxy); auth != "" {
		head += "Proxy-Authorization: " + auth + "\r\n"
	}
	if _, err := nc.Write([]byte(head + "\r\n")); err != nil {
		return err
	}
	// The server speaks only after we do, so nothing beyond the head is lost here.
	answer, err := readHead(bufio.NewReader(nc), maxProxyHead, nil)
	if err != nil {
		return err
	}
	if answer.status/100 != 2 {
		return fault(ClassRefused, nil, "the proxy answered %d to CONNECT", answer.status)
	}
	return nil
}

const maxProxyHead = 16 << 10

// explain turns what went wrong while connecting into an Error.
// The dialer's own timers may fire a moment before late can tell.
func (d *dialer) explain(ctx context.Context, total, late bool, err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e := ended(ctx, time.Time{}); e != nil {
		return e
	}
	var timeout interface{ Timeout() bool }
	if late || errors.Is(err, os.ErrDeadlineExceeded) || errors.As(err, &timeout) && timeout.Timeout() {
		if total {
			return outOfTime(err)
		}
		return fault(ClassTimeoutConnect, err, "no connection within %v", d.limit)
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		if dns.IsNotFound {
			return fault(ClassDNS, err, "no address for host %s", dns.Name)
		}
		return fault(ClassDNS, err, "looking up host %s: %s", dns.Name, dns.Err)
	}
	if hs, ok := errors.AsType[*handshakeError](err); ok {
		return explainTLS(hs)
	}
	if errors.Is(err, syscall.ECONNRESET) {
		return fault(ClassReset, err, "the server dropped the connection at once")
	}
	return fault(ClassRefused, err, "no connection: %s", cause(err))
}

func explainTLS(err *handshakeError) *Error {
	var (
		unknown  x509.UnknownAuthorityError
		hostname x509.HostnameError
		invalid  x509.CertificateInvalidError
	)
	switch {
	case errors.As(err, &unknown):
		return fault(ClassTLS, err, "the certificate is signed by an unknown authority")
	case errors.As(err, &hostname):
		return fault(ClassTLS, err, "the certificate is for another host")
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return fault(ClassTLS, err, "the certificate has expired or is not yet valid")
	}
	return fault(ClassTLS, err, "TLS handshake: %s", strings.TrimPrefix(cause(err.error), "tls: "))
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
