package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// socksProxy speaks SOCKS 5, wants login ("user password" or "") and connects
// everything through to addr. It notes what it is asked for.
func socksProxy(addr, login string, got chan<- string) func(*peer) {
	return func(p *peer) {
		b := make([]byte, 512)
		io.ReadFull(p.br, b[:2])
		io.ReadFull(p.br, b[2:2+b[1]])
		if login != "" {
			p.send("\x05\x02")
			io.ReadFull(p.br, b[:2])
			user := make([]byte, b[1])
			io.ReadFull(p.br, user)
			io.ReadFull(p.br, b[:1])
			password := make([]byte, b[0])
			io.ReadFull(p.br, password)
			if string(user)+" "+string(password) != login {
				p.send("\x01\x01")
				return
			}
			p.send("\x01\x00")
		} else {
			p.send("\x05\x00")
		}
		io.ReadFull(p.br, b[:4])
		host := ""
		switch b[3] {
		case 1, 4:
			raw := make([]byte, map[byte]int{1: 4, 4: 16}[b[3]])
			io.ReadFull(p.br, raw)
			ip, _ := netip.AddrFromSlice(raw)
			host = ip.String()
		case 3:
			io.ReadFull(p.br, b[:1])
			name := make([]byte, b[0])
			io.ReadFull(p.br, name)
			host = "name " + string(name)
		}
		io.ReadFull(p.br, b[:2])
		got <- fmt.Sprintf("%s port %d", host, int(b[0])<<8|int(b[1]))
		server, err := net.Dial("tcp", addr)
		if err != nil {
			return
		}
		defer server.Close()
		p.send("\x05\x00\x00\x03\x04host\x12\x34")
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

func TestSOCKS(t *testing.T) {
	ca := newCA(t)
	cert := ca.sign(t, nil)
	plain := serve(t, keep(ok200))
	secured := serve(t, secure(&tls.Config{Certificates: []tls.Certificate{cert}}, keep(ok200)))
	tests := []struct{ name, scheme, user, login, url, want string }{
		{"looked up here", "socks5", "", "", "http://a.example:81/", "192.0.2.7 port 81"},
		{"looked up there", "socks5h", "", "", "http://a.example:81/", "name a.example port 81"},
		{"IPv6", "socks5", "", "", "http://[2001:db8::7]/", "2001:db8::7 port 80"},
		{"IPv6, socks5h", "socks5h", "", "", "http://[2001:db8::7]/", "2001:db8::7 port 80"},
		{"password", "socks5h", "user:p%20w@", "user p w", "http://a.example/", "name a.example port 80"},
		{"password not wanted", "socks5h", "user:pw@", "", "http://a.example/", "name a.example port 80"},
		{"TLS", "socks5h", "", "", "https://127.0.0.1/", "127.0.0.1 port 443"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := make(chan string, 2)
			addr := plain.Addr
			if tt.name == "TLS" {
				addr = secured.Addr
			}
			proxy := serve(t, socksProxy(addr, tt.login, got))
			c := newClient(t, Options{Proxy: via(tt.scheme + "://" + tt.user + proxy.Addr), RootCAs: ca.pool, Resolver: resolvingTo("192.0.2.7")})
			for range 2 {
				rec, body, err := read(soon(t), c, &Request{URL: tt.url})
				if err != nil || body != "hello" || rec.RemoteAddr.String() != proxy.Addr {
					t.Fatal(body, err)
				}
			}
			if head := <-got; head != tt.want || proxy.conns.Load() != 1 {
				t.Errorf("asked for %s over %d connections, want %s over 1", head, proxy.conns.Load(), tt.want)
			}
		})
	}
}

func TestSOCKSFails(t *testing.T) {
	after := func(greeting, reply string) func(*peer) {
		return func(p *peer) {
			io.ReadFull(p.br, make([]byte, 3))
			p.send(greeting)
			p.br.Peek(1)
			p.send(reply)
			p.hang()
		}
	}
	tests := []struct {
		name  string
		user  string
		talk  func(*peer)
		class Class
	}{
		{"another protocol", "", after("HTTP/1.1 400", ""), ClassProtocol},
		{"no method", "", after("\x05\xff", ""), ClassRefused},
		{"login unasked", "", after("\x05\x02", ""), ClassRefused},
		{"refused", "", after("\x05\x00", "\x05\x05\x00\x01"), ClassRefused},
		{"unknown reply", "", after("\x05\x00", "\x05\x63\x00\x01"), ClassProtocol},
		{"unknown kind of address", "", after("\x05\x00", "\x05\x00\x00\x09"), ClassProtocol},
		{"wrong password", "u:p@", socksProxy("", "user password", nil), ClassRefused},
		{"closed", "", func(p *peer) { io.ReadFull(p.br, make([]byte, 3)) }, ClassRefused},
		{"silence", "", (*peer).hang, ClassTimeoutConnect},
		{"silence later", "", after("\x05\x00", "\x05"), ClassTimeoutConnect},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			proxy := serve(t, tt.talk)
			c := newClient(t, Options{ConnectTimeout: 200 * time.Millisecond, Proxy: via("socks5h://" + tt.user + proxy.Addr)})
			_, _, err := read(soon(t), c, &Request{URL: "http://a.example/"})
			wantClass(t, err, tt.class)
		})
	}
}

// TestSOCKSGuard judges the address that the proxy is asked for, where it is looked
// up here.
func TestSOCKSGuard(t *testing.T) {
	o := serve(t, keep(ok200))
	got := make(chan string, 9)
	proxy := serve(t, socksProxy(o.Addr, "", got))
	c := newClient(t, Options{Proxy: via("socks5://" + proxy.Addr), Resolver: resolvingTo("10.0.0.1")})
	wantClass(t, discovered(t, c, "http://a.example/"), ClassPrivateAddress)
	mustGet(t, c, "http://a.example/")
	wantClass(t, discovered(t, c, "http://a.example/"), ClassPrivateAddress) // nor over that connection
	there := newClient(t, Options{Proxy: via("socks5h://" + proxy.Addr)})
	wantClass(t, discovered(t, there, "http://10.0.0.1/"), ClassPrivateAddress)
	if err := discovered(t, there, "http://a.example/"); err != nil {
		t.Error(err)
	}
}

func TestSOCKSCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan struct{})
	proxy := serve(t, func(p *peer) {
		p.br.Peek(1)
		cancel()
		p.hang()
		close(gone)
	})
	_, _, err := read(ctx, newClient(t, Options{Proxy: via("socks5://" + proxy.Addr)}), &Request{URL: "http://192.0.2.1/"})
	wantClass(t, err, ClassCancelled)
	if !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	<-gone
}
