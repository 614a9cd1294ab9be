package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
)

func TestUnixSocket(t *testing.T) {
	dir, err := os.MkdirTemp("", "s") // t.TempDir may be too long for a socket's name
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	ca := newCA(t)
	heads := make(chan string, 9)
	talk := func(p *peer) {
		for head := p.request(); head != ""; head = p.request() {
			heads <- head
			p.send(ok200)
		}
	}
	for scheme, talk := range map[string]func(*peer){
		"http": talk, "https": secure(&tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}, talk),
	} {
		path := filepath.Join(dir, scheme)
		l, err := net.Listen("unix", path)
		if err != nil {
			t.Fatal(err)
		}
		o := serveOn(t, l, talk)
		c := newClient(t, Options{UnixSocket: path, UserAgent: "test", RootCAs: ca.pool, Proxy: via("http://127.0.0.1:1"), Resolver: lookups(nobody)})
		for range 2 {
			rec, body, err := read(soon(t), c, &Request{URL: scheme + "://127.0.0.1/x", Discovered: true})
			if err != nil || body != "hello" || rec.RemoteAddr.IsValid() {
				t.Fatal(scheme, body, err)
			}
			if head, want := <-heads, "GET /x HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: test\r\n\r\n"; head != want {
				t.Errorf("sent %q, want %q", head, want)
			}
		}
		if n := o.conns.Load(); n != 1 {
			t.Errorf("%s: %d connections, want 1", scheme, n)
		}
	}
	_, _, err = get(t, newClient(t, Options{UnixSocket: filepath.Join(dir, "none")}), "http://a.example/")
	wantClass(t, err, ClassRefused)
}

func TestLocalAddr(t *testing.T) {
	from := make(chan string, 1)
	o := serve(t, func(p *peer) { from <- p.RemoteAddr().(*net.TCPAddr).IP.String(); once(ok200)(p) })
	local := "127.0.0.1"
	mustGet(t, newClient(t, Options{LocalAddr: netip.MustParseAddr(local)}), o.URL)
	if got := <-from; got != local {
		t.Errorf("came from %s, want %s", got, local)
	}
	_, _, err := get(t, newClient(t, Options{LocalAddr: netip.IPv6Loopback()}), o.URL)
	wantClass(t, err, ClassDNS) // no address of that family
}

func TestControl(t *testing.T) {
	o := serve(t, keep(ok200))
	var called atomic.Int64
	opt := Options{Control: func(_ context.Context, network, address string, _ syscall.RawConn) error {
		if network != "tcp4" || address != o.Addr {
			t.Errorf("called for %s %s", network, address)
		}
		called.Add(1)
		return nil
	}}
	c := newClient(t, opt)
	mustGet(t, c, o.URL)
	mustGet(t, c, o.URL)
	if called.Load() != 1 {
		t.Errorf("called %d times, want once a connection", called.Load())
	}
	forbidden := errors.New("forbidden")
	opt.Control = func(context.Context, string, string, syscall.RawConn) error { return forbidden }
	_, _, err := get(t, newClient(t, opt), o.URL)
	wantClass(t, err, ClassRefused)
	if !errors.Is(err, forbidden) {
		t.Error(err)
	}
}

func TestProxyHeader(t *testing.T) {
	ca := newCA(t)
	o := serve(t, secure(&tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}, keep(ok200)))
	got := make(chan string, 9)
	tunnel := serve(t, connecting(o.Addr, got))
	plain := serve(t, func(p *peer) { got <- p.request(); p.send(ok200) })
	header := Header{{"X-Proxy", "1"}, {"Proxy-Authorization", "Bearer x"}}
	opt := Options{UserAgent: "test", RootCAs: ca.pool, Proxy: via("http://u:p@" + tunnel.Addr), ProxyHeader: header}
	mustGet(t, newClient(t, opt), "https://"+o.Addr+"/")
	if head, want := <-got, "CONNECT "+o.Addr+" HTTP/1.1\r\nHost: "+o.Addr+"\r\nX-Proxy: 1\r\nProxy-Authorization: Bearer x\r\n\r\n"; head != want {
		t.Errorf("asked %q, want %q", head, want)
	}
	opt.Proxy = via("http://" + plain.Addr)
	mustGet(t, newClient(t, opt), "http://a.example/")
	want := "GET http://a.example/ HTTP/1.1\r\nHost: a.example\r\nUser-Agent: test\r\nX-Proxy: 1\r\nProxy-Authorization: Bearer x\r\n\r\n"
	if head := <-got; head != want {
		t.Errorf("asked %q, want %q", head, want)
	}
	opt.ProxyHeader = Header{{"X", "a\r\nInjected: b"}}
	for _, url := range []string{"http://a.example/", "https://" + o.Addr + "/"} {
		opt.Proxy = via("http://" + tunnel.Addr)
		_, _, err := get(t, newClient(t, opt), url)
		wantClass(t, err, ClassBadURL)
	}
}

// TestProxyInformational takes a 1xx before the answer to CONNECT.
func TestProxyInformational(t *testing.T) {
	ca := newCA(t)
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}
	proxy := serve(t, func(p *peer) {
		p.request()
		p.send("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 200 OK\r\n\r\n")
		secure(cfg, keep(ok200))(p)
	})
	c := newClient(t, Options{RootCAs: ca.pool, Proxy: via("http://" + proxy.Addr)})
	mustGet(t, c, "https://127.0.0.1/")
	endless := serve(t, func(p *peer) {
		p.request()
		for p.send("HTTP/1.1 102 Processing\r\n\r\n") {
		}
	})
	c = newClient(t, Options{Proxy: via("http://" + endless.Addr)})
	_, _, err := read(soon(t), c, &Request{URL: "https://127.0.0.1/"})
	wantClass(t, err, ClassProtocol)
}
