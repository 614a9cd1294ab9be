package fetch

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"
)

func newSession(t testing.TB, opt SessionOptions) *Session {
	t.Helper()
	s, err := NewSession(opt)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestSessionBaseURL(t *testing.T) {
	for _, base := range []string{"http://x/a", "http://x/a/?q", "/a/", "ftp://x/"} {
		if _, err := NewSession(SessionOptions{BaseURL: base}); ClassOf(err) != ClassBadURL {
			t.Errorf("%s: %v", base, err)
		}
	}
	got := make(chan string, 1)
	o := serve(t, func(p *peer) {
		for {
			head := p.request()
			if head == "" {
				return
			}
			line, _, _ := strings.Cut(head, "\r\n")
			got <- line
			p.send(ok200)
		}
	})
	s := newSession(t, SessionOptions{BaseURL: o.URL + "api/v1/"})
	for ref, want := range map[string]string{
		"items?q=ä b": "GET /api/v1/items?q=%C3%A4%20b HTTP/1.1", "/top": "GET /top HTTP/1.1", "../v2": "GET /api/v2 HTTP/1.1",
		"": "GET /api/v1/ HTTP/1.1", "?q": "GET /api/v1/?q HTTP/1.1", o.URL + "abs#f": "GET /abs HTTP/1.1",
	} {
		rec, err := s.Get(soon(t), ref)
		if err != nil {
			t.Fatal(err)
		}
		rec.Body.Close()
		if line := <-got; line != want {
			t.Errorf("%q: %q, want %q", ref, line, want)
		}
	}
	_, err := newSession(t, SessionOptions{}).Get(t.Context(), "items")
	wantClass(t, err, ClassBadURL)
}

// TestSessionHeader pins which fields a session sends.
func TestSessionHeader(t *testing.T) {
	tests := []struct {
		name    string
		session Header
		req     Request
		want    string
	}{
		{"unasked", nil, Request{}, "GET / HTTP/1.1\r\nHost: {}\r\nUser-Agent: crawl\r\nAccept: */*\r\nAccept-Encoding: " + AcceptEncoding + "\r\n\r\n"},
		{"defaults, one of them replaced", Header{{"X-a", "1"}, {"X-B", "2"}, {"accept", "text/html"}}, Request{Header: Header{{"x-b", "3"}, {"X-c", "4"}}},
			"GET / HTTP/1.1\r\nHost: {}\r\nUser-Agent: crawl\r\nx-b: 3\r\nX-c: 4\r\nX-a: 1\r\naccept: text/html\r\nAccept-Encoding: " + AcceptEncoding + "\r\n\r\n"},
		{"nothing unasked", nil, Request{Header: Header{{"User-Agent", ""}, {"Accept", ""}, {"Accept-Encoding", ""}, {"X", ""}}}, "GET / HTTP/1.1\r\nHost: {}\r\nX: \r\n\r\n"},
		{"no type", nil, Request{Method: "post", Body: Text(""), Header: Header{{"User-Agent", ""}, {"Accept", ""}, {"Accept-Encoding", ""}, {"Content-Type", ""}}},
			"POST / HTTP/1.1\r\nHost: {}\r\nContent-Length: 0\r\n\r\n"},
		{"another type", nil, Request{Method: "Put", Body: Text(""), Header: Header{{"User-Agent", ""}, {"Accept", ""}, {"Accept-Encoding", ""}, {"content-type", "a/b"}}},
			"PUT / HTTP/1.1\r\nHost: {}\r\ncontent-type: a/b\r\nContent-Length: 0\r\n\r\n"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := make(chan string, 1)
			o := serve(t, func(p *peer) { got <- p.request(); p.send(ok200) })
			req := tt.req
			req.URL = o.URL
			rec, err := newSession(t, SessionOptions{Header: tt.session}).Do(soon(t), &req)
			if err != nil {
				t.Fatal(err)
			}
			rec.Body.Close()
			if wire, want := <-got, strings.ReplaceAll(tt.want, "{}", o.Addr); wire != want {
				t.Errorf("sent\n%q, want\n%q", wire, want)
			}
			if len(req.Header) != len(tt.req.Header) {
				t.Errorf("the caller's header became %v", req.Header)
			}
		})
	}
}

func TestSessionMethods(t *testing.T) {
	asked := make(chan string, 2)
	o := serve(t, func(p *peer) {
		head := p.request()
		if head == "" {
			return
		}
		word, _, _ := strings.Cut(head, " ")
		asked <- word
		p.body(head)
		p.send("HTTP/1.1 302 Found\r\nLocation: /next\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	})
	s := newSession(t, SessionOptions{MaxRedirects: -1})
	ctx := soon(t)
	for method, ask := range map[string]func() (*Record, error){
		"GET":      func() (*Record, error) { return s.Get(ctx, o.URL) },
		"HEAD":     func() (*Record, error) { return s.Head(ctx, o.URL) },
		"OPTIONS":  func() (*Record, error) { return s.Options(ctx, o.URL) },
		"DELETE":   func() (*Record, error) { return s.Delete(ctx, o.URL) },
		"POST":     func() (*Record, error) { return s.Post(ctx, o.URL, Text("x")) },
		"PUT":      func() (*Record, error) { return s.Put(ctx, o.URL, Text("x")) },
		"PATCH":    func() (*Record, error) { return s.Patch(ctx, o.URL, nil) },
		"PROPFIND": func() (*Record, error) { return s.Do(ctx, &Request{Method: "propfind", URL: o.URL}) },
	} {
		rec, err := ask()
		if err != nil {
			t.Fatal(method, err)
		}
		rec.Body.Close()
		if got := <-asked; got != method || rec.Status != 302 {
			t.Errorf("%s: asked %s, status %d", method, got, rec.Status)
		}
	}
}

// TestSessionHead has HEAD not follow, as against GET.
func TestSessionHead(t *testing.T) {
	o := serve(t, func(p *peer) {
		for {
			switch head := p.request(); {
			case head == "":
				return
			case strings.Contains(head, " / "):
				p.send("HTTP/1.1 301 Moved\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n")
			case strings.HasPrefix(head, "HEAD"):
				p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n")
			default:
				p.send(ok200)
			}
		}
	})
	s := newSession(t, SessionOptions{})
	rec, err := s.Head(soon(t), o.URL)
	if err != nil || rec.Status != 301 {
		t.Fatalf("%+v, %v", rec, err)
	}
	rec.Body.Close()
	rec, err = s.Do(soon(t), &Request{Method: "HEAD", URL: o.URL})
	if err != nil || rec.Status != 200 || len(rec.Redirects) != 1 {
		t.Fatalf("%+v, %v", rec, err)
	}
	rec.Body.Close()
}

// TestSessionLayers pins what each layer sees.
func TestSessionLayers(t *testing.T) {
	o := serve(t, func(p *peer) {
		for {
			switch head := p.request(); {
			case head == "":
				return
			case strings.Contains(head, " / "):
				p.send("HTTP/1.1 301 Moved\r\nLocation: /next\r\nContent-Length: 0\r\n\r\n")
			default:
				p.send(ok200)
			}
		}
	})
	var seen []string
	named := func(name string) Layer {
		return func(next Fetcher) Fetcher {
			return FetcherFunc(func(ctx context.Context, req *Request) (*Record, error) {
				seen = append(seen, name)
				return next.Fetch(ctx, req)
			})
		}
	}
	s := newSession(t, SessionOptions{Outer: []Layer{named("outer1"), named("outer2")}, Inner: []Layer{named("inner1"), named("inner2")}, Jar: named("jar"), Auth: named("auth")})
	mustGet(t, FetcherFunc(s.Do), o.URL)
	if got, want := strings.Join(seen, " "), "outer1 outer2 auth jar inner1 inner2 auth jar inner1 inner2"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestSessionCheck(t *testing.T) {
	o := serve(t, keep("HTTP/1.1 404 Nope\r\nX: y\r\nContent-Length: 2\r\n\r\nno"))
	s := newSession(t, SessionOptions{Check: (*Record).Err})
	for range 2 {
		_, err := s.Get(soon(t), o.URL)
		wantClass(t, err, ClassHTTP4xx)
		e, _ := errors.AsType[*Error](err)
		if e.Answer == nil || e.Answer.Status != 404 || e.Answer.Header.Get("X") != "y" || e.Reason != "status 404 Not Found" {
			t.Errorf("%+v", e)
		}
	}
	if n := o.conns.Load(); n != 1 {
		t.Errorf("%d connections", n)
	}
}

// TestSessionClose ends a session with a request that has no answer yet and a body
// that is being read.
func TestSessionClose(t *testing.T) {
	asked := make(chan bool)
	o := serve(t, func(p *peer) {
		if head := p.request(); strings.Contains(head, "/body") {
			p.send("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel")
		}
		asked <- true
		p.hang()
	})
	s := newSession(t, SessionOptions{})
	rec, err := s.Get(soon(t), o.URL+"body")
	if err != nil {
		t.Fatal(err)
	}
	<-asked
	ended := make(chan error, 1)
	go func() {
		_, err := s.Get(soon(t), o.URL)
		ended <- err
	}()
	<-asked
	s.Close()
	wantClass(t, <-ended, ClassCancelled)
	_, err = rec.Bytes()
	wantClass(t, err, ClassCancelled)
	_, err = s.Get(t.Context(), o.URL)
	wantClass(t, err, ClassCancelled)
	if !errors.Is(err, net.ErrClosed) {
		t.Errorf("%v is no net.ErrClosed", err)
	}
	if err := o.gone(t); err != nil {
		t.Error(err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestSessionTimeout(t *testing.T) {
	o := serve(t, func(p *peer) { p.request(); p.hang() })
	_, err := newSession(t, SessionOptions{Timeout: 1}).Get(soon(t), o.URL)
	wantClass(t, err, ClassTimeoutTotal)
	wantDeadline(t, err)
}

func TestQuery(t *testing.T) {
	q := Query{{"a", "1"}, {"b", "ä &"}, {"a", "2"}, {"c", ""}}
	const want = "a=1&b=%C3%A4+%26&a=2&c="
	for url, full := range map[string]string{
		"http://x/": "http://x/?" + want, "http://x/#top": "http://x/?" + want, "http://x/?": "http://x/?" + want,
		"http://x/?z=1": "http://x/?z=1&" + want, "http://x/?z=1&": "http://x/?z=1&" + want, "items": "items?" + want,
	} {
		if got := q.AppendTo(url); got != full {
			t.Errorf("%s: %s, want %s", url, got, full)
		}
	}
	if got := (Query)(nil).AppendTo("/x#y"); got != "/x" {
		t.Error(got)
	}
}
