package fetch

import (
	"context"
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestOnTheWire pins the bytes of requests.
func TestOnTheWire(t *testing.T) {
	const agent = "User-Agent: test/1\r\n"
	tests := []struct {
		name   string
		method string
		url    string // after http://, {} stands for the server's address
		header Header
		want   string
	}{
		{"plain", "", "{}", nil, "GET / HTTP/1.1\r\nHost: {}\r\n" + agent + "\r\n"},
		{"path and query", "", "{}/a/./b/../c%2Fd?q=ä b#top", nil, "GET /a/c%2Fd?q=%C3%A4%20b HTTP/1.1\r\nHost: {}\r\n" + agent + "\r\n"},
		{"path kept as it is", "", "{}//a//%41;x=1", nil, "GET //a//%41;x=1 HTTP/1.1\r\nHost: {}\r\n" + agent + "\r\n"},
		{"method", "HEAD", "{}/", nil, "HEAD / HTTP/1.1\r\nHost: {}\r\n" + agent + "\r\n"},
		{"fields in order, as written", "", "{}/", Header{{"x-B", "2"}, {"X-a", "1"}, {"x-b", "3"}, {"Accept", "*/*"}},
			"GET / HTTP/1.1\r\nHost: {}\r\n" + agent + "x-B: 2\r\nX-a: 1\r\nx-b: 3\r\nAccept: */*\r\n\r\n"},
		{"own User-Agent", "", "{}/", Header{{"user-agent", "other"}}, "GET / HTTP/1.1\r\nHost: {}\r\nuser-agent: other\r\n\r\n"},
		{"own Host", "", "{}/", Header{{"host", "example.com"}}, "GET / HTTP/1.1\r\nHost: example.com\r\n" + agent + "\r\n"},
		{"Cookie", "", "{}/", Header{{"Cookie", "a=b; c=\"d\""}}, "GET / HTTP/1.1\r\nHost: {}\r\n" + agent + "Cookie: a=b; c=\"d\"\r\n\r\n"},
		{"fields that mean something to HTTP libraries", "", "{}/", Header{{"Content-Type", "a/b"}, {"Range", "bytes=0-1"}, {"Trailer", "X"}, {"Connection", "x, close"}},
			"GET / HTTP/1.1\r\nHost: {}\r\n" + agent + "Content-Type: a/b\r\nRange: bytes=0-1\r\nTrailer: X\r\nConnection: x, close\r\n\r\n"},
		{"Connection: close", "", "{}/", Header{{"Connection", "close"}}, "GET / HTTP/1.1\r\nHost: {}\r\n" + agent + "Connection: close\r\n\r\n"},
		{"userinfo", "", "us%65r:p%40ss%3A@{}/", nil, "GET / HTTP/1.1\r\nHost: {}\r\n" + agent + "Authorization: Basic dXNlcjpwQHNzOg==\r\n\r\n"},
		{"user only", "", "user@{}/", nil, "GET / HTTP/1.1\r\nHost: {}\r\n" + agent + "Authorization: Basic dXNlcjo=\r\n\r\n"},
		{"userinfo and own Authorization", "", "u:p@{}/", Header{{"authorization", "Bearer x"}}, "GET / HTTP/1.1\r\nHost: {}\r\n" + agent + "authorization: Bearer x\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := make(chan string, 1)
			o := serve(t, func(p *peer) {
				got <- p.request()
				p.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n")
			})
			url := "http://" + strings.ReplaceAll(tt.url, "{}", o.Addr)
			if _, _, err := read(soon(t), newClient(t, Options{UserAgent: "test/1"}), &Request{Method: tt.method, URL: url, Header: tt.header}); err != nil {
				t.Fatal(err)
			}
			if wire, want := <-got, strings.ReplaceAll(tt.want, "{}", o.Addr); wire != want {
				t.Errorf("sent\n%q, want\n%q", wire, want)
			}
		})
	}
}

func TestHostFieldIPv6(t *testing.T) {
	l, err := net.Listen("tcp6", "[::1]:0")
	if err != nil {
		t.Skipf("this machine has no IPv6: %v", err)
	}
	got := make(chan string, 1)
	o := serveOn(t, l, func(p *peer) { got <- p.request(); p.send(ok200) })
	mustGet(t, newClient(t, Options{}), "http://"+o.Addr+"/")
	if wire := <-got; !strings.Contains(wire, "\r\nHost: "+o.Addr+"\r\n") {
		t.Errorf("sent %q", wire)
	}
}

func TestNotSent(t *testing.T) {
	t.Run("CRLF in Options.UserAgent", func(t *testing.T) {
		o := serve(t, keep(ok200))
		_, _, err := get(t, newClient(t, Options{UserAgent: "a\r\nY: b"}), o.URL)
		wantClass(t, err, ClassBadURL)
		if n := o.conns.Load(); n != 0 {
			t.Errorf("%d connections, want none", n)
		}
	})
	tests := []struct {
		name string
		req  Request
	}{
		{"CRLF in a value", Request{Header: Header{{"X", "a\r\nY: b"}}}},
		{"LF in a value", Request{Header: Header{{"X", "a\nY: b"}}}},
		{"NUL in a value", Request{Header: Header{{"X", "a\x00"}}}},
		{"CRLF in Host", Request{Header: Header{{"Host", "a\r\nY: b"}}}},
		{"CRLF in User-Agent", Request{Header: Header{{"User-Agent", "a\r\nY: b"}}}},
		{"colon in a name", Request{Header: Header{{"X: y", "z"}}}},
		{"CRLF in a name", Request{Header: Header{{"X\r\nY", "z"}}}},
		{"space in a name", Request{Header: Header{{"X ", "z"}}}},
		{"no name", Request{Header: Header{{"", "z"}}}},
		{"space in the method", Request{Method: "GET /x"}},
		{"CRLF in the method", Request{Method: "GET\r\nX: y"}},
		{"no URL", Request{URL: "-"}},
		{"another scheme", Request{URL: "ftp://127.0.0.1/"}},
		{"port 0", Request{URL: "http://127.0.0.1:0/"}},
		{"port 99999", Request{URL: "http://127.0.0.1:99999/"}},
		{"no host", Request{URL: "http:///"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			o := serve(t, keep(ok200))
			req := tt.req
			if req.URL == "" {
				req.URL = o.URL
			}
			_, _, err := read(soon(t), newClient(t, Options{}), &req)
			wantClass(t, err, ClassBadURL)
			if n := o.conns.Load(); n != 0 {
				t.Errorf("%d connections, want none", n)
			}
		})
	}
}

// TestLineBreaksInURL has a URL carry what would be fields of its own: it is cleaned
// as browsers clean it, and stays one request.
func TestLineBreaksInURL(t *testing.T) {
	got := make(chan string, 1)
	o := serve(t, func(p *peer) { got <- p.request(); p.send(ok200) })
	mustGet(t, newClient(t, Options{}), o.URL+"a HTTP/1.1\r\nX: y\r\n\r\n")
	if want := "GET /a%20HTTP/1.1X:%20y HTTP/1.1\r\n"; !strings.HasPrefix(<-got, want) {
		t.Errorf("want %q", want)
	}
}

func TestUnreachable(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	free := l.Addr().String()
	l.Close()
	c := newClient(t, Options{})
	_, _, err = read(soon(t), c, &Request{URL: "http://" + free + "/"})
	wantClass(t, err, ClassRefused)

	c = newClient(t, Options{Resolver: &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		return nil, net.ErrClosed
	}}})
	_, _, err = read(soon(t), c, &Request{URL: "http://no-such-host.invalid/"})
	wantClass(t, err, ClassDNS)
}

func TestProxyFromEnvironment(t *testing.T) {
	for _, name := range []string{"http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY"} {
		t.Setenv(name, "")
	}
	if ProxyFromEnvironment() != nil {
		t.Error("a proxy although none is named")
	}
	t.Setenv("http_proxy", "http://proxy.example:3128")
	t.Setenv("no_proxy", "direct.example")
	proxy := ProxyFromEnvironment()
	for host, want := range map[string]bool{"a.example:80": true, "direct.example:80": false, "127.0.0.1:80": false} {
		req, _ := http.NewRequest("GET", "http://"+host, nil)
		if u, err := proxy(req.URL); err != nil || (u != nil) != want {
			t.Errorf("%s: %v, %v", host, u, err)
		}
	}
}
