package fetch

import (
	"crypto/tls"
	"io"
	"net"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
)

// via sends everything through the proxy at that URL.
func via(proxy string) ProxyFunc {
	return func(*url.URL) (*url.URL, error) { return url.Parse(proxy) }
}

func TestProxyPlain(t *testing.T) {
	got := make(chan string, 2)
	o := serve(t, func(p *peer) {
		for head := p.request(); head != ""; head = p.request() {
			got <- head
			p.send(ok200)
		}
	})
	c := newClient(t, Options{UserAgent: "test", Proxy: via("http://user:p%20w@" + o.Addr)})
	for range 2 {
		rec, body := mustGet(t, c, "http://Example.invalid:80/a?b#c")
		if body != "hello" || rec.RemoteAddr.String() != o.Addr {
			t.Errorf("%q from %v", body, rec.RemoteAddr)
		}
		want := "GET http://example.invalid/a?b HTTP/1.1\r\nHost: example.invalid\r\nUser-Agent: test\r\nProxy-Authorization: Basic dXNlcjpwIHc=\r\n\r\n"
		if head := <-got; head != want {
			t.Errorf("sent %q, want %q", head, want)
		}
	}
	if n := o.conns.Load(); n != 1 {
		t.Errorf("%d connections, want 1", n)
	}
}

// connecting is a proxy that notes what it is asked and connects through to addr.
func connecting(addr string, got chan<- string) func(*peer) {
	return func(p *peer) {
		got <- p.request()
		server, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		defer server.Close()
		p.send("HTTP/1.1 200 Connection established\r\nX: y\r\n\r\n")
		var wg sync.WaitGroup
		wg.Go(func() {
			io.Copy(server, p.br)
			server.Close()
		})
		io.Copy(p, server)
		p.Close()
		wg.Wait()
	}
}

func TestProxyConnect(t *testing.T) {
	ca := newCA(t)
	cfg := &tls.Config{Certificates: []tls.Certificate{ca.sign(t, nil)}}
	inner := make(chan string, 2)
	o := serve(t, secure(cfg, func(p *peer) {
		for head := p.request(); head != ""; head = p.request() {
			inner <- head
			p.send(ok200)
		}
	}))
	for _, scheme := range []string{"http", "https"} {
		t.Run(scheme, func(t *testing.T) {
			got := make(chan string, 2)
			talk := connecting(o.Addr, got)
			if scheme == "https" {
				talk = secure(cfg, talk)
			}
			proxy := serve(t, talk)
			c := newClient(t, Options{UserAgent: "test", Proxy: via(scheme + "://u:p@" + proxy.Addr)})
			c.dial.tls.RootCAs = ca.pool
			for range 2 {
				rec, body := mustGet(t, c, "https://"+o.Addr+"/x")
				if body != "hello" || rec.RemoteAddr.String() != proxy.Addr {
					t.Errorf("%q from %v", body, rec.RemoteAddr)
				}
				want := "GET /x HTTP/1.1\r\nHost: " + o.Addr + "\r\nUser-Agent: test\r\n\r\n"
				if head := <-inner; head != want {
					t.Errorf("sent %q, want %q: the proxy's password is not the server's business", head, want)
				}
			}
			want := "CONNECT " + o.Addr + " HTTP/1.1\r\nHost: " + o.Addr + "\r\nProxy-Authorization: Basic dTpw\r\n\r\n"
			if head := <-got; head != want {
				t.Errorf("asked the proxy %q, want %q", head, want)
			}
			if n := proxy.conns.Load(); n != 1 {
				t.Errorf("%d connections, want 1", n)
			}
		})
	}
}

func TestProxyFails(t *testing.T) {
	tests := []struct {
		name  string
		talk  func(*peer)
		class Class
	}{
		{"407", once("HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"), ClassRefused},
		{"502", once("HTTP/1.1 502 Bad Gateway\r\n\r\n"), ClassRefused},
		{"garbage", once("garbage\r\n\r\n"), ClassProtocol},
		{"endless head", once("HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 100<<10)), ClassProtocol},
		{"closed", once(""), ClassRefused},
		{"silence", (*peer).hang, ClassTimeoutConnect},
		{"silence after CONNECT", func(p *peer) { p.request(); p.send("HTTP/1.1 200 OK\r\n\r\n"); p.hang() }, ClassTimeoutConnect},
		{"no TLS after CONNECT", func(p *peer) { p.request(); p.send("HTTP/1.1 200 OK\r\n\r\n"); p.br.Peek(1); p.send(ok200); p.hang() }, ClassTLS},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := serve(t, tt.talk)
			c := newClient(t, Options{ConnectTimeout: 200 * time.Millisecond, Proxy: via("http://" + o.Addr)})
			_, _, err := read(soon(t), c, &Request{URL: "https://example.invalid/"})
			wantClass(t, err, tt.class)
		})
	}
	for _, proxy := range []string{"http://[", "socks4://127.0.0.1:1", "ftp://127.0.0.1", "http://127.0.0.1:99999"} {
		_, _, err := get(t, newClient(t, Options{Proxy: via(proxy)}), "http://example.invalid/")
		wantClass(t, err, ClassBadURL)
	}
}
