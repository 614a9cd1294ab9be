package fetch

import (
	"bufio"
	"context"
	"encoding/base64"
	"net"
	"net/url"
	"strings"

	"golang.org/x/net/http/httpguts"
	"golang.org/x/net/http/httpproxy"
)

// ProxyFunc names the proxy for a target, or nil for none. The target's Scheme
// and Host are set. The proxy's scheme is http, https, socks5 (names are looked up
// here) or socks5h (the proxy looks them up); its userinfo is sent to it.
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

// proxyFor names the proxy for key's server, or nil.
func (o *Options) proxyFor(key connKey) (*url.URL, *Error) {
	if o.Proxy == nil || o.UnixSocket != "" {
		return nil, nil
	}
	proxy, err := o.Proxy(&url.URL{Scheme: key.scheme, Host: key.addr})
	if err != nil {
		return nil, fault(ClassBadURL, err, "the proxy's URL is not valid: %v", err)
	}
	if proxy != nil && defaultProxyPort(proxy.Scheme) == "" {
		return nil, fault(ClassBadURL, nil, "a proxy of scheme %q is not supported", proxy.Scheme)
	}
	return proxy, nil
}

func defaultProxyPort(scheme string) string {
	switch scheme {
	case "http":
		return "80"
	case "https":
		return "443"
	case "socks5", "socks5h":
		return "1080"
	}
	return ""
}

func proxyAddr(proxy *url.URL) string {
	port := proxy.Port()
	if port == "" {
		port = defaultProxyPort(proxy.Scheme)
	}
	return net.JoinHostPort(proxy.Hostname(), port)
}

// speaksHTTP reports whether requests are meant for the proxy to read.
func speaksHTTP(proxy *url.URL) bool {
	return proxy != nil && (proxy.Scheme == "http" || proxy.Scheme == "https")
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

// proxyHeader are the fields that only the proxy is to see.
func (o *Options) proxyHeader(proxy *url.URL) (Header, *Error) {
	h := o.ProxyHeader
	for _, f := range h {
		if !httpguts.ValidHeaderFieldName(f.Name) || !httpguts.ValidHeaderFieldValue(f.Value) {
			return nil, fault(ClassBadURL, nil, "invalid header field %q for the proxy", f.Name)
		}
	}
	if auth := proxyAuth(proxy); auth != "" && !h.Has("Proxy-Authorization") {
		h = append(h[:len(h):len(h)], Field{"Proxy-Authorization", auth})
	}
	return h, nil
}

const maxProxyHead = 16 << 10

// tunnel asks the proxy to connect us through to addr (RFC 9110 section 9.3.6).
func tunnel(ctx context.Context, nc net.Conn, addr string, header Header) error {
	stop := context.AfterFunc(ctx, func() { nc.SetDeadline(longAgo) })
	defer stop()
	var head strings.Builder
	head.WriteString("CONNECT " + addr + " HTTP/1.1\r\nHost: " + addr + "\r\n")
	for _, f := range header {
		head.WriteString(f.Name + ": " + f.Value + "\r\n")
	}
	head.WriteString("\r\n")
	if _, err := nc.Write([]byte(head.String())); err != nil {
		return err
	}
	// The server speaks only after we do, so nothing beyond the head is lost here.
	br := bufio.NewReader(nc)
	for range maxInformational {
		answer, err := readHead(br, maxProxyHead, nil)
		switch {
		case err != nil:
			return err
		case answer.status/100 == 2:
			return nil
		case answer.status/100 != 1:
			return fault(ClassRefused, nil, "the proxy answered %d to CONNECT", answer.status)
		}
	}
	return fault(ClassProtocol, nil, "more than %d informational answers from the proxy", maxInformational)
}
