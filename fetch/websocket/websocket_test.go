package websocket

import (
	"bytes"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"crawl/fetch"

	server "github.com/coder/websocket"
)

// echo answers every message with itself until the client closes; each path is an
// other kind of server.
func echo(t testing.TB) http.Handler {
	mux := http.NewServeMux()
	serve := func(path string, talk func(ctx context.Context, c *server.Conn, r *http.Request)) {
		mux.HandleFunc(path, func(w http.ResponseWriter, r *http.Request) {
			c, err := server.Accept(w, r, &server.AcceptOptions{
				Subprotocols: []string{"v2", "v1"}, InsecureSkipVerify: true, CompressionMode: server.CompressionContextTakeover,
			})
			if err != nil {
				t.Error(err)
				return
			}
			defer c.CloseNow()
			c.SetReadLimit(-1)
			talk(r.Context(), c, r)
		})
	}
	serve("/echo", func(ctx context.Context, c *server.Conn, _ *http.Request) {
		for {
			kind, data, err := c.Read(ctx)
			if err != nil || c.Write(ctx, kind, data) != nil {
				return
			}
		}
	})
	serve("/header", func(ctx context.Context, c *server.Conn, r *http.Request) {
		said := fmt.Sprint(r.Header.Get("X-Own"), " ", r.Header.Get("Origin"), " ", r.UserAgent(), " ", r.Header.Get("Authorization"), r.Header.Get("Proxy-Authorization"))
		c.Write(ctx, server.MessageText, []byte(said))
		c.Close(server.StatusNormalClosure, "")
	})
	serve("/count", func(ctx context.Context, c *server.Conn, _ *http.Request) {
		for i := range 3 {
			c.Write(ctx, server.MessageBinary, []byte{byte(i)})
		}
		c.Close(server.StatusGoingAway, "enough")
	})
	serve("/broken", func(_ context.Context, c *server.Conn, _ *http.Request) {
		c.Close(server.StatusPolicyViolation, "no \x1b")
	})
	serve("/mute", func(context.Context, *server.Conn, *http.Request) { <-t.Context().Done() }) // ends with the test
	mux.HandleFunc("/missing", http.NotFound)
	mux.Handle("/moved", http.RedirectHandler("/echo", http.StatusFound))
	mux.HandleFunc("/error", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	mux.HandleFunc("/hang", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	return mux
}

func start(t testing.TB) string {
	s := httptest.NewServer(echo(t))
	t.Cleanup(s.Close)
	return strings.Replace(s.URL, "http", "ws", 1)
}

func newClient(t testing.TB, opt fetch.Options) *fetch.Client {
	c := fetch.NewClient(opt)
	t.Cleanup(func() { c.Close() })
	return c
}

func mustDial(t testing.TB, client *fetch.Client, url string, opt Options) *Conn {
	t.Helper()
	c, err := Dial(t.Context(), client, url, opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(NormalClosure, "") })
	return c
}

// exchange sends m and wants it back.
func exchange(t testing.TB, c *Conn, m Message) {
	t.Helper()
	if err := c.Write(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got, err := c.Read(t.Context())
	if err != nil || got.Text != m.Text || !bytes.Equal(got.Data, m.Data) {
		t.Errorf("%d bytes came back as %d: %v", len(m.Data), len(got.Data), err)
	}
}

func TestMessages(t *testing.T) {
	base := start(t)
	client := newClient(t, fetch.Options{})
	for _, compression := range []bool{false, true} {
		c := mustDial(t, client, base+"/echo", Options{Compression: compression, Protocols: []string{"v1", "other"}})
		if c.Protocol() != "v1" {
			t.Errorf("protocol %q", c.Protocol())
		}
		exchange(t, c, Message{Text: true, Data: []byte("häl-lo")})
		exchange(t, c, Message{Data: bytes.Repeat([]byte("x"), 1<<20)})
		exchange(t, c, Message{})
		type point struct{ X, Y int }
		var got point
		if err := c.WriteJSON(t.Context(), point{1, 2}); err != nil {
			t.Error(err)
		}
		if err := c.ReadJSON(t.Context(), &got); err != nil || got != (point{1, 2}) {
			t.Errorf("%+v: %v", got, err)
		}
		exchange(t, c, Message{Text: true, Data: []byte("no JSON")})
		if err := c.WriteJSON(t.Context(), make(chan int)); err == nil {
			t.Error("a channel became JSON")
		}
		for range 2 {
			if err := c.Close(NormalClosure, "bye"); err != nil {
				t.Error(err)
			}
		}
		_, err := c.Read(t.Context())
		wantClass(t, err, fetch.ClassCancelled)
	}
}

func TestReadJSONOfOtherText(t *testing.T) {
	c := mustDial(t, newClient(t, fetch.Options{}), start(t)+"/echo", Options{})
	if err := c.Write(t.Context(), Message{Text: true, Data: []byte("{")}); err != nil {
		t.Fatal(err)
	}
	wantClass(t, c.ReadJSON(t.Context(), new(any)), fetch.ClassEncoding)
}

func TestIterate(t *testing.T) {
	c := mustDial(t, newClient(t, fetch.Options{}), start(t)+"/count", Options{})
	var got []byte
	for m, err := range c.Messages(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, m.Data...)
	}
	if !slices.Equal(got, []byte{0, 1, 2}) {
		t.Errorf("messages %v", got)
	}
	broken := mustDial(t, newClient(t, fetch.Options{}), start(t)+"/broken", Options{})
	for _, err := range broken.Messages(t.Context()) {
		e, ok := errors.AsType[*CloseError](err)
		if !ok || e.Code != PolicyViolation || e.Reason != "no \x1b" || strings.Contains(e.Error(), "\x1b") {
			t.Errorf("%v", err)
		}
		wantClass(t, err, fetch.ClassReset)
	}
}

// wantClass checks that err is of a class and says which URL it is about.
func wantClass(t *testing.T, err error, class fetch.Class) {
	t.Helper()
	e, ok := errors.AsType[*fetch.Error](err)
	if !ok || e.Class != class || !strings.HasPrefix(e.URL, "ws://") || e.Reason == "" {
		t.Errorf("%T %v, want class %s", err, err, class)
	}
}

func TestHeader(t *testing.T) {
	base := strings.Replace(start(t), "://", "://me:pw@", 1)
	c := mustDial(t, newClient(t, fetch.Options{UserAgent: "me/1"}), base+"/header", Options{
		Header: fetch.Header{{Name: "X-Own", Value: "mine"}}, Origin: "https://example.com",
	})
	m, err := c.Read(t.Context())
	if want := "mine https://example.com me/1 Basic bWU6cHc="; string(m.Data) != want {
		t.Errorf("the server saw %q, want %q: %v", m.Data, want, err)
	}
}

func TestMaxMessage(t *testing.T) {
	base := start(t)
	client := newClient(t, fetch.Options{})
	for _, tt := range []struct {
		limit int64
		size  int
		fits  bool
	}{{0, 1 << 20, true}, {0, DefaultMaxMessage + 1, false}, {10, 10, true}, {10, 11, false}, {-1, DefaultMaxMessage + 1, true}} {
		c := mustDial(t, client, base+"/echo", Options{MaxMessage: tt.limit, Compression: true})
		if err := c.Write(t.Context(), Message{Data: make([]byte, tt.size)}); err != nil {
			t.Fatal(err)
		}
		_, err := c.Read(t.Context())
		if (err == nil) != tt.fits {
			t.Errorf("%d bytes, limit %d: %v", tt.size, tt.limit, err)
		}
		if !tt.fits {
			wantClass(t, err, fetch.ClassTooLarge)
		}
	}
}

func TestHandshakeFails(t *testing.T) {
	base := start(t)
	client := newClient(t, fetch.Options{IdleTimeout: 50 * time.Millisecond})
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		url    string
		ctx    context.Context
		opt    Options
		class  fetch.Class
		status int
	}{
		{url: base + "/missing", class: fetch.ClassHTTP4xx, status: 404},
		{url: base + "/error", class: fetch.ClassHTTP5xx, status: 502},
		{url: base + "/moved", class: fetch.ClassProtocol, status: 302},
		{url: base + "/hang", class: fetch.ClassTimeoutIdle},
		{url: base + "/echo", ctx: cancelled, class: fetch.ClassCancelled},
		{url: base + "/echo", opt: Options{Discovered: true}, class: fetch.ClassPrivateAddress},
		{url: base + "/echo", opt: Options{Origin: "\r\n"}, class: fetch.ClassBadURL},
		{url: "wss" + strings.TrimPrefix(base, "ws"), class: fetch.ClassTLS},
		{url: "http" + strings.TrimPrefix(base, "ws"), class: fetch.ClassBadURL},
		{url: "ws://", class: fetch.ClassBadURL},
	} {
		if tt.ctx == nil {
			tt.ctx = t.Context()
		}
		_, err := Dial(tt.ctx, client, tt.url, tt.opt)
		e, ok := errors.AsType[*fetch.Error](err)
		if !ok || e.Class != tt.class || e.URL != tt.url || e.Reason == "" {
			t.Errorf("%s: %T %v, want class %s", tt.url, err, err, tt.class)
		}
		if h, ok := errors.AsType[*HandshakeError](err); ok != (tt.status != 0) || ok && h.Status != tt.status {
			t.Errorf("%s: %+v, want status %d", tt.url, h, tt.status)
		}
	}
}

func TestReadHearsItsContext(t *testing.T) {
	c := mustDial(t, newClient(t, fetch.Options{}), start(t)+"/mute", Options{})
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(time.Millisecond, cancel)
	_, err := c.Read(ctx)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("read: %v", err)
	}
	wantClass(t, err, fetch.ClassCancelled)
}

func TestPing(t *testing.T) {
	c := mustDial(t, newClient(t, fetch.Options{}), start(t)+"/echo", Options{})
	reading := make(chan error)
	go func() {
		_, err := c.Read(t.Context())
		reading <- err
	}()
	if err := c.Ping(t.Context()); err != nil {
		t.Error(err)
	}
	c.Close(NormalClosure, "")
	wantClass(t, <-reading, fetch.ClassCancelled)
}

// A server that reads nothing answers no ping: the heartbeat ends the connection.
func TestHeartbeat(t *testing.T) {
	base := start(t)
	client := newClient(t, fetch.Options{})
	c := mustDial(t, client, base+"/mute", Options{Heartbeat: 10 * time.Millisecond})
	_, err := c.Read(t.Context())
	wantClass(t, err, fetch.ClassTimeoutIdle)
	alive := mustDial(t, client, base+"/echo", Options{Heartbeat: time.Hour})
	exchange(t, alive, Message{Data: []byte("x")})
}

func TestOverTLSAndProxy(t *testing.T) {
	secure := httptest.NewTLSServer(echo(t))
	defer secure.Close()
	plain := httptest.NewServer(echo(t))
	defer plain.Close()
	var tunnels atomic.Int64
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect || r.Header.Get("Proxy-Authorization") != "Basic bWU6cHc=" {
			t.Errorf("the proxy got %s %v", r.Method, r.Header)
		}
		tunnels.Add(1)
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
		go func() {
			io.Copy(there, here)
			there.Close()
		}()
		io.Copy(here, there)
	}))
	defer proxy.Close()
	u, err := url.Parse(strings.Replace(proxy.URL, "://", "://me:pw@", 1))
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(secure.Certificate())
	for i, opt := range []fetch.Options{{RootCAs: roots}, {RootCAs: roots, Proxy: func(*url.URL) (*url.URL, error) { return u, nil }}} {
		client := fetch.NewClient(opt)
		for _, base := range []string{plain.URL, secure.URL} {
			c, err := Dial(t.Context(), client, strings.Replace(base, "http", "ws", 1)+"/echo", Options{})
			if err != nil {
				t.Fatal(err)
			}
			exchange(t, c, Message{Text: true, Data: []byte("hi")})
			if err := c.Close(NormalClosure, ""); err != nil {
				t.Error(err)
			}
		}
		client.Close()
		if got := tunnels.Load(); got != int64(2*i) {
			t.Errorf("%d tunnels, want %d", got, 2*i)
		}
	}
}
