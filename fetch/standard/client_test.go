package standard

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"crawl/fetch"
)

// secure starts a server that speaks HTTP/2 and HTTP/1.1 over TLS.
func secure(t testing.TB, h http.HandlerFunc) (*httptest.Server, fetch.Options) {
	return secureOnly(t, "", h)
}

// secureOnly has nothing but that protocol, unless it is "".
func secureOnly(t testing.TB, proto string, h http.HandlerFunc) (*httptest.Server, fetch.Options) {
	s := httptest.NewUnstartedServer(h)
	switch proto {
	case "h2": // for which crypto/tls would let clients of HTTP/1.1 pass
		s.TLS = &tls.Config{GetConfigForClient: func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
			if slices.Contains(hello.SupportedProtos, "h2") {
				return nil, nil
			}
			refusing := s.TLS.Clone()
			refusing.NextProtos = []string{"other"}
			return refusing, nil
		}}
	case "http/1.1":
		s.TLS = &tls.Config{NextProtos: []string{"http/1.1"}}
	}
	s.EnableHTTP2 = true
	s.StartTLS()
	t.Cleanup(s.Close)
	roots := x509.NewCertPool()
	roots.AddCert(s.Certificate())
	return s, fetch.Options{RootCAs: roots}
}

func newClient(t testing.TB, opt fetch.Options) *Client {
	c := New(opt)
	t.Cleanup(func() { c.Close() })
	return c
}

func read(ctx context.Context, f fetch.Fetcher, req *fetch.Request) (*fetch.Record, string, error) {
	rec, err := f.Fetch(ctx, req)
	if err != nil {
		return nil, "", err
	}
	defer rec.Body.Close()
	body, err := io.ReadAll(rec.Body)
	return rec, string(body), err
}

func TestHTTP2(t *testing.T) {
	server, opt := secure(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Trailer", "X-Sum")
		w.Header().Set("X-Seen", strings.Join([]string{r.Proto, r.UserAgent(), r.Header.Get("Accept-Encoding"), r.Header.Get("X-Own"), r.RequestURI, r.Host}, " "))
		io.WriteString(w, "hello")
		w.Header().Set("X-Sum", "5")
	})
	c := newClient(t, opt)
	for i, path := range []string{"/a?b", "//b//c?d=%2F", "/c|d?{}"} {
		rec, body, err := read(t.Context(), c, &fetch.Request{URL: server.URL + path, Header: fetch.Header{{Name: "x-own", Value: "me"}}})
		if err != nil {
			t.Fatal(err)
		}
		if want := "HTTP/2.0 crawl  me " + path + " " + server.Listener.Addr().String(); rec.Header.Get("X-Seen") != want {
			t.Errorf("the server saw %q, want %q", rec.Header.Get("X-Seen"), want)
		}
		if rec.Proto != "HTTP/2.0" || rec.Status != 200 || rec.Reason != "" || body != "hello" || rec.Wire.Bytes != 5 || rec.Trailer.Get("X-Sum") != "5" {
			t.Errorf("%s %d %q %q, %d bytes, trailer %v", rec.Proto, rec.Status, rec.Reason, body, rec.Wire.Bytes, rec.Trailer)
		}
		if !slices.IsSortedFunc(rec.Header, func(a, b fetch.Field) int { return strings.Compare(a.Name, b.Name) }) {
			t.Errorf("fields in no order: %v", rec.Header)
		}
		if rec.RemoteAddr.String() != server.Listener.Addr().String() || (rec.Timing.TLS > 0) != (i == 0) {
			t.Errorf("remote %s, timing %+v", rec.RemoteAddr, rec.Timing)
		}
	}
}

func TestHTTP1(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Proto, " ", r.RequestURI, " ", r.Header.Get("Authorization"), " ", r.Header["User-Agent"])
	}))
	defer server.Close()
	c := newClient(t, fetch.Options{})
	u := strings.Replace(server.URL, "://", "://me:p%40ss@", 1)
	for _, path := range []string{"/x|y?z", "//x/y|"} {
		rec, body, err := read(t.Context(), c, &fetch.Request{URL: u + path, Header: fetch.Header{{Name: "User-Agent"}}})
		if err != nil || !strings.HasSuffix(body, " Basic bWU6cEBzcw== []") || rec.Proto != "HTTP/1.1" || rec.Reason != "OK" {
			t.Errorf("%q: %+v, %v", body, rec, err)
		}
	}
}

// TestErrors holds the classes of both clients' errors against each other.
func TestErrors(t *testing.T) {
	release := make(chan struct{})
	server, opt := secure(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "10")
		switch r.URL.Path {
		case "/hang":
			select {
			case <-r.Context().Done():
			case <-release:
			}
		case "/stall":
			io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case "/reset":
			io.WriteString(w, "half")
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		case "/abort":
			panic(http.ErrAbortHandler)
		}
	})
	defer close(release)
	opt.IdleTimeout = 100 * time.Millisecond
	stranger := opt
	stranger.RootCAs = x509.NewCertPool()
	pinned := opt
	pinned.Fingerprints = [][32]byte{{1}}
	dead, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	dead.Close()
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name  string
		ctx   context.Context
		opt   fetch.Options
		req   fetch.Request
		class fetch.Class
	}{
		{name: "idle head", opt: opt, req: fetch.Request{URL: server.URL + "/hang"}, class: fetch.ClassTimeoutIdle},
		{name: "idle body", opt: opt, req: fetch.Request{URL: server.URL + "/stall"}, class: fetch.ClassTimeoutIdle},
		{name: "total", opt: opt, req: fetch.Request{URL: server.URL + "/stall", Deadline: time.Now().Add(50 * time.Millisecond)}, class: fetch.ClassTimeoutTotal},
		{name: "reset in body", opt: opt, req: fetch.Request{URL: server.URL + "/reset"}, class: fetch.ClassTruncated},
		{name: "reset before head", opt: opt, req: fetch.Request{URL: server.URL + "/abort"}, class: fetch.ClassReset},
		{name: "reset of every stream", opt: opt, req: fetch.Request{URL: server.URL + "/%zz"}, class: fetch.ClassReset},
		{name: "unknown authority", opt: stranger, req: fetch.Request{URL: server.URL}, class: fetch.ClassTLS},
		{name: "other certificate", opt: pinned, req: fetch.Request{URL: server.URL}, class: fetch.ClassTLS},
		{name: "refused", opt: opt, req: fetch.Request{URL: "http://" + dead.Addr().String()}, class: fetch.ClassRefused},
		{name: "guarded", opt: opt, req: fetch.Request{URL: server.URL, Discovered: true}, class: fetch.ClassPrivateAddress},
		{name: "bad URL", opt: opt, req: fetch.Request{URL: "mailto:x"}, class: fetch.ClassBadURL},
		{name: "bad method", opt: opt, req: fetch.Request{URL: server.URL, Method: "G E T"}, class: fetch.ClassBadURL},
		{name: "bad field", opt: opt, req: fetch.Request{URL: server.URL, Header: fetch.Header{{Name: "X", Value: "\r\n"}}}, class: fetch.ClassBadURL},
		{name: "missing file", opt: opt, req: fetch.Request{URL: server.URL, Method: "PUT", Body: fetch.File("missing")}, class: fetch.ClassDisk},
		{name: "cancelled", ctx: cancelled, opt: opt, req: fetch.Request{URL: server.URL}, class: fetch.ClassCancelled},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if tt.ctx == nil {
				tt.ctx = t.Context()
			}
			_, _, err := read(tt.ctx, newClient(t, tt.opt), &tt.req)
			e, ok := errors.AsType[*fetch.Error](err)
			if !ok || e.Class != tt.class || e.URL != tt.req.URL || e.Reason == "" {
				t.Errorf("%T %v, want class %s", err, err, tt.class)
			}
			if e != nil && e.Timeout() != errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("%v is no timeout to errors.Is", err)
			}
		})
	}
}

func TestGuardedRequestsGetNoOpenConnection(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	defer server.Close()
	c := newClient(t, fetch.Options{})
	if _, _, err := read(t.Context(), c, &fetch.Request{URL: server.URL}); err != nil {
		t.Fatal(err)
	}
	_, _, err := read(t.Context(), c, &fetch.Request{URL: server.URL, Discovered: true})
	if fetch.ClassOf(err) != fetch.ClassPrivateAddress {
		t.Errorf("over the idle connection: %v", err)
	}
}

func TestCancel(t *testing.T) {
	asked := make(chan struct{}, 1)
	server, opt := secure(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/body" {
			w.WriteHeader(200)
			w.(http.Flusher).Flush()
		}
		asked <- struct{}{}
		<-r.Context().Done()
	})
	c := newClient(t, opt)
	for _, path := range []string{"/head", "/body"} {
		ctx, cancel := context.WithCancel(t.Context())
		go func() {
			<-asked
			cancel()
		}()
		_, _, err := read(ctx, c, &fetch.Request{URL: server.URL + path})
		if fetch.ClassOf(err) != fetch.ClassCancelled || !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", path, err)
		}
	}
}

// blocked is a resolver that never answers.
type blocked chan struct{}

func (b blocked) LookupNetIP(ctx context.Context, _, _ string) ([]netip.Addr, error) {
	close(b)
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestCloseEndsDialling(t *testing.T) {
	names := make(blocked)
	c := New(fetch.Options{Resolver: names})
	go func() {
		<-names
		c.Close()
	}()
	for range 2 {
		_, err := c.Fetch(t.Context(), &fetch.Request{URL: "http://example.com/"})
		if fetch.ClassOf(err) != fetch.ClassCancelled || !errors.Is(err, net.ErrClosed) {
			t.Errorf("after Close: %v", err)
		}
	}
}

func TestCloseOfBody(t *testing.T) {
	server, opt := secure(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, strings.Repeat("x", 1<<20)) })
	c := newClient(t, opt)
	rec, err := c.Fetch(t.Context(), &fetch.Request{URL: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	rec.Body.Close()
	if _, err := rec.Body.Read(make([]byte, 1)); fetch.ClassOf(err) != fetch.ClassCancelled {
		t.Errorf("read after Close: %v", err)
	}
	if rec.Body.Close() != nil {
		t.Error("a second Close")
	}
}

func TestBodies(t *testing.T) {
	server, opt := secure(t, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		fmt.Fprint(w, r.Proto, " ", r.ContentLength, " ", r.Header.Get("Content-Type"), " ", asked(r), " ", len(body), " ", err)
	})
	plain := httptest.NewServer(server.Config.Handler)
	defer plain.Close()
	c := newClient(t, opt)
	large := bytes.Repeat([]byte("x"), 100_000)
	for _, tt := range []struct {
		name string
		body func() fetch.Body
		ask  bool   // whether to ask first
		want string // "" for an error of class disk
	}{
		{name: "text", body: func() fetch.Body { return fetch.Text("hi") }, want: "2 text/plain; charset=utf-8  2 <nil>"},
		{name: "none", body: func() fetch.Body { return nil }, want: "0   0 <nil>"},
		{name: "empty", body: func() fetch.Body { return fetch.Bytes(nil) }, want: "0 application/octet-stream  0 <nil>"},
		{name: "stream", body: func() fetch.Body { return fetch.Reader(bytes.NewReader(large), -1) }, want: "-1 application/octet-stream  100000 <nil>"},
		{name: "asked", body: func() fetch.Body { return fetch.Bytes(large) }, ask: true, want: "100000 application/octet-stream 100-continue 100000 <nil>"},
		{name: "broken", body: func() fetch.Body { return fetch.Reader(io.MultiReader(bytes.NewReader(large), broken{}), -1) }},
	} {
		for proto, url := range map[string]string{"HTTP/2.0": server.URL, "HTTP/1.1": plain.URL} {
			_, got, err := read(t.Context(), c, &fetch.Request{URL: url, Method: "POST", Body: tt.body(), Expect: tt.ask})
			if tt.want == "" {
				if fetch.ClassOf(err) != fetch.ClassDisk {
					t.Errorf("%s %s: %v", tt.name, proto, err)
				}
				continue
			}
			if err != nil || got != proto+" "+tt.want {
				t.Errorf("%s: %q, want %q: %v", tt.name, got, proto+" "+tt.want, err)
			}
		}
	}
}

// asked is the Expect field, which HTTP/2 servers of net/http hide.
func asked(r *http.Request) string {
	if r.ProtoMajor == 2 && r.ContentLength == 100_000 {
		return "100-continue"
	}
	return r.Header.Get("Expect")
}

type broken struct{}

func (broken) Read([]byte) (int, error) { return 0, errors.New("broken") }

func TestProxy(t *testing.T) {
	server, opt := secure(t, func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.Proto) })
	var seen []string
	var mu sync.Mutex
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		seen = append(seen, r.Method+" "+r.RequestURI+" "+r.Header.Get("Proxy-Authorization"))
		mu.Unlock()
		if r.Method != http.MethodConnect {
			io.WriteString(w, "forwarded")
			return
		}
		there, err := new(net.Dialer).DialContext(r.Context(), "tcp", r.RequestURI)
		if err != nil {
			t.Error(err)
			return
		}
		defer there.Close()
		here, _, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		defer here.Close()
		io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		go io.Copy(there, here)
		io.Copy(here, there)
	}))
	defer proxy.Close()
	u, err := url.Parse(strings.Replace(proxy.URL, "://", "://me:pw@", 1))
	if err != nil {
		t.Fatal(err)
	}
	opt.Proxy = func(*url.URL) (*url.URL, error) { return u, nil }
	c := New(opt)
	for target, want := range map[string]string{server.URL + "/x": "HTTP/2.0", "http://example.com/a|b": "forwarded"} {
		if _, body, err := read(t.Context(), c, &fetch.Request{URL: target}); body != want {
			t.Errorf("%s: %q, %v", target, body, err)
		}
	}
	c.Close()
	slices.Sort(seen)
	want := []string{"CONNECT " + server.Listener.Addr().String() + " Basic bWU6cHc=", "GET http://example.com/a|b Basic bWU6cHc="}
	if !slices.Equal(seen, want) {
		t.Errorf("the proxy saw %q, want %q", seen, want)
	}
}

func TestTrace(t *testing.T) {
	server, opt := secure(t, func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		io.WriteString(w, "hello")
	})
	var starts, heads, sent, received, ends, opened, reused, failed atomic.Int64
	opt.Trace = &fetch.Trace{
		RequestStart:     func(context.Context, *fetch.Request) { starts.Add(1) },
		HeadersSent:      func(context.Context, *fetch.Request) { heads.Add(1) },
		ChunkSent:        func(_ context.Context, n int) { sent.Add(int64(n)) },
		ChunkReceived:    func(_ context.Context, n int) { received.Add(int64(n)) },
		RequestEnd:       func(context.Context, *fetch.Request, *fetch.Record) { ends.Add(1) },
		RequestException: func(context.Context, *fetch.Request, error) { failed.Add(1) },
		CreateEnd:        func(context.Context, string, fetch.Timing, error) { opened.Add(1) },
		Reuse: func(_ context.Context, host string) {
			if host == server.Listener.Addr().String() {
				reused.Add(1)
			}
		},
	}
	c := newClient(t, opt)
	for range 2 {
		if _, _, err := read(t.Context(), c, &fetch.Request{URL: server.URL, Method: "PUT", Body: fetch.Text("hi")}); err != nil {
			t.Fatal(err)
		}
	}
	read(t.Context(), c, &fetch.Request{URL: "x"})
	got := []int64{starts.Load(), heads.Load(), sent.Load(), received.Load(), ends.Load(), opened.Load(), reused.Load(), failed.Load()}
	if want := []int64{3, 2, 4, 10, 2, 1, 1, 1}; !slices.Equal(got, want) {
		t.Errorf("told %v, want %v", got, want)
	}
}
