package main

import (
	"context"
	"crypto/tls"
	"errors"
	"net/netip"
	"slices"

	"crawl/fetch"
	"crawl/fetch/standard"
	"crawl/fetch/urls"

	"github.com/spf13/pflag"
)

// connections are the settings of how servers are reached.
type connections struct {
	proxy        proxy
	insecure     bool
	caCert       authorities
	cert, key    string
	pins         pins
	resolve      resolve
	unixSocket   string
	localAddr    address
	allowPrivate bool
	ipv4, ipv6   bool
	http2        bool
}

func (c *connections) define(fs *pflag.FlagSet) {
	fs.Var(&c.proxy, "proxy", `proxy of scheme http, https, socks5 or socks5h, or "none" (default: what http_proxy, https_proxy and no_proxy say)`)
	fs.BoolVarP(&c.insecure, "insecure", "k", false, "accept any TLS certificate")
	fs.Var(&c.caCert, "cacert", "believe the certificate authorities in this PEM file, in place of the system's")
	fs.StringVar(&c.cert, "cert", "", "show the client certificate in this PEM `FILE`")
	fs.StringVar(&c.key, "key", "", "its key, when it is in a `FILE` of its own")
	fs.Var(&c.pins, "pin", "accept only a certificate with this SHA-256 fingerprint; repeatable")
	fs.Var(&c.resolve, "resolve", "connect to ADDR for a host: HOST:PORT:ADDR[,ADDR]; repeatable")
	fs.StringVar(&c.unixSocket, "unix-socket", "", "send all requests to the socket at `PATH`")
	fs.Var(&c.localAddr, "local-addr", "connect from this address")
	fs.BoolVar(&c.allowPrivate, "allow-private", false, "let links and redirects lead to private and local addresses of hosts not listed")
	fs.BoolVar(&c.http2, "http2", false, "speak HTTP/2 where it is offered, not only where it must be")
	fs.BoolVarP(&c.ipv4, "ipv4", "4", false, "connect by IPv4 only")
	fs.BoolVarP(&c.ipv6, "ipv6", "6", false, "connect by IPv6 only")
}

func (c *connections) check() error {
	switch {
	case c.ipv4 && c.ipv6:
		return usageError("-4 and -6 exclude each other")
	case c.key != "" && c.cert == "":
		return usageError("--key needs --cert")
	}
	return nil
}

// own reports whether they are other than anybody's.
func (c *connections) own() bool {
	return c.proxy.set && c.proxy.url != nil || c.insecure || c.caCert.pool != nil || c.cert != "" || len(c.pins) > 0 ||
		len(c.resolve) > 0 || c.unixSocket != "" || netip.Addr(c.localAddr).IsValid() || c.ipv4 || c.ipv6 || c.http2
}

// options is what a client is told of them.
func (c *connections) options() (fetch.Options, error) {
	opt := fetch.Options{
		Network:      c.network(),
		Insecure:     c.insecure,
		RootCAs:      c.caCert.pool,
		Fingerprints: c.pins,
		Resolve:      c.resolve,
		UnixSocket:   c.unixSocket,
		LocalAddr:    netip.Addr(c.localAddr),
		AllowPrivate: c.allowPrivate,
		Proxy:        c.proxy.forTarget(),
	}
	if c.cert != "" {
		cert, err := fetch.LoadClientCertificate(c.cert, c.key)
		if err != nil {
			return opt, inputError("--cert %s: %w", c.cert, err)
		}
		opt.ClientCertificates = []tls.Certificate{cert}
	}
	return opt, nil
}

// network is what the dialer calls the address families asked for.
func (c *connections) network() string {
	switch {
	case c.ipv4:
		return "tcp4"
	case c.ipv6:
		return "tcp6"
	}
	return "tcp"
}

// client is what fetches: HTTP/1.1, and HTTP/2 where that is wanted or a server
// takes nothing else.
type client struct {
	fetch.Fetcher
	addresses func(ctx context.Context, url string) ([]netip.Addr, error) // where URLs are asked for; nil: nowhere
	close     func() error
}

func newClient(opt fetch.Options, http2 bool) client {
	two := standard.New(opt)
	if http2 {
		return client{two, two.Addresses, two.Close}
	}
	one := fetch.NewClient(opt)
	return client{standard.Fallback(one, two), one.Addresses, func() error { return errors.Join(one.Close(), two.Close()) }}
}

// pins collects --pin.
type pins [][32]byte

func (p *pins) Set(s string) error {
	pin, err := fetch.ParseFingerprint(s)
	if err != nil {
		return errors.New("want the 64 hexadecimal digits of a SHA-256")
	}
	*p = append(*p, pin)
	return nil
}

func (p *pins) String() string { return "" }
func (p *pins) Type() string   { return "SHA256" }

// resolve collects --resolve.
type resolve map[string][]netip.Addr

func (r *resolve) Set(s string) error {
	host, addrs, err := fetch.ParseResolve(s)
	if err != nil {
		return err
	}
	if *r == nil {
		*r = resolve{}
	}
	(*r)[host] = slices.Concat((*r)[host], addrs)
	return nil
}

func (r *resolve) String() string { return "" }
func (r *resolve) Type() string   { return "RULE" }

// address is an IP address of this machine.
type address netip.Addr

func (a *address) Set(s string) error {
	ip, err := netip.ParseAddr(s)
	if err != nil {
		return errors.New("want an IP address")
	}
	*a = address(ip)
	return nil
}

func (a *address) String() string { return "" }
func (a *address) Type() string   { return "IP" }

// checkProxies refuses what the environment says of proxies when it could not be
// followed: going without would show the user's address to servers.
func checkProxies(env func(string) (string, bool)) error {
	for _, name := range []string{"http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"} {
		value, _ := env(name)
		if value == "" {
			continue
		}
		if err := new(proxy).Set(value); err != nil || value == "none" {
			return usageError("%s %q in the environment: want a URL such as http://proxy.example:3128", name, urls.Mask(value))
		}
	}
	return nil
}
