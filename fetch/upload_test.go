package fetch

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"
)

// body reads what follows a request's head, as net/http understands that head.
func (p *peer) body(head string) ([]byte, error) {
	req, err := http.ReadRequest(bufio.NewReader(io.MultiReader(strings.NewReader(head), p.br)))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(req.Body)
}

// TestUpload has a server read bodies of every framing, several on a connection.
func TestUpload(t *testing.T) {
	large := bytes.Repeat([]byte("0123456789abcdef"), 20_000)
	path := filepath.Join(t.TempDir(), "body.txt")
	if err := os.WriteFile(path, large, 0o600); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		body Body
		want string // of the body
		head string // must be in the head
	}{
		{"small", Bytes([]byte("hello")), "hello", "Content-Type: application/octet-stream\r\nContent-Length: 5\r\n"},
		{"empty", Bytes(nil), "", "Content-Length: 0\r\n"},
		{"large", Bytes(large), string(large), "Content-Length: 320000\r\n"},
		{"text", Text("grün"), "grün", "Content-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n"},
		{"JSON", JSON(map[string]int{"a": 1}), `{"a":1}`, "Content-Type: application/json\r\nContent-Length: 7\r\n"},
		{"form", Form(Field{"b", "1 2"}, Field{"a", "ü&="}, Field{"b", ""}), "b=1+2&a=%C3%BC%26%3D&b=", "Content-Type: application/x-www-form-urlencoded\r\n"},
		{"file", File(path), string(large), "Content-Length: 320000\r\n"},
		{"reader of known size", Reader(bytes.NewReader(large), int64(len(large))), string(large), "Content-Length: 320000\r\n"},
		{"reader of unknown size", Reader(bytes.NewReader(large), -1), string(large), "Transfer-Encoding: chunked\r\n"},
		{"empty reader", Reader(strings.NewReader(""), -1), "", "Transfer-Encoding: chunked\r\n"},
	}
	for _, secured := range []bool{false, true} {
		talk := func(p *peer) {
			for {
				head := p.request()
				if head == "" {
					return
				}
				body, err := p.body(head)
				if err != nil {
					body = []byte(err.Error())
				}
				p.send(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(head)+len(body), head+string(body)))
			}
		}
		scheme := "http"
		if secured {
			talk, scheme = secure(&tls.Config{Certificates: []tls.Certificate{newCA(t).sign(t, nil)}}, talk), "https"
		}
		o := serve(t, talk)
		c := newClient(t, Options{Insecure: true})
		for _, tt := range tests {
			if secured && !Replayable(tt.body) {
				continue
			}
			t.Run(scheme+"/"+tt.name, func(t *testing.T) {
				_, got, err := read(soon(t), c, &Request{Method: "POST", URL: scheme + "://" + o.Addr + "/", Body: tt.body})
				if err != nil {
					t.Fatal(err)
				}
				head, body, _ := strings.Cut(got, "\r\n\r\n")
				if !strings.Contains(head+"\r\n", tt.head) {
					t.Errorf("head %q, want %q in it", head, tt.head)
				}
				if body != tt.want {
					t.Errorf("body of %d bytes, want %d", len(body), len(tt.want))
				}
			})
		}
		if n := o.conns.Load(); n != 1 {
			t.Errorf("%s: %d connections for bodies that were sent whole", scheme, n)
		}
	}
}

// TestNoBody pins what a request without a body says about it (RFC 9110 section 8.6).
func TestNoBody(t *testing.T) {
	for method, want := range map[string]bool{"POST": true, "PUT": true, "PATCH": true, "GET": false, "DELETE": false, "HEAD": false} {
		got := make(chan string, 1)
		o := serve(t, func(p *peer) { got <- p.request(); p.send("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n") })
		if _, _, err := read(soon(t), newClient(t, Options{}), &Request{Method: method, URL: o.URL}); err != nil {
			t.Fatal(err)
		}
		if said := strings.Contains(<-got, "Content-Length: 0\r\n"); said != want {
			t.Errorf("%s: Content-Length %v, want %v", method, said, want)
		}
	}
}

// endlessBody is a body that never ends, and tells when it was closed.
type endlessBody struct{ closed chan struct{} }

func (endlessBody) Size() int64                    { return 1 << 40 }
func (endlessBody) ContentType() string            { return "" }
func (b endlessBody) Open() (io.ReadCloser, error) { return b, nil }
func (endlessBody) Read(p []byte) (int, error)     { return len(p), nil }
func (b endlessBody) Close() error                 { close(b.closed); return nil }

// TestEarlyAnswer has a server refuse a body while it is sent: its answer comes, the
// rest of the body does not.
func TestEarlyAnswer(t *testing.T) {
	for _, status := range []int{302, 401, 413, 503} {
		t.Run(fmt.Sprint(status), func(t *testing.T) {
			o := serve(t, func(p *peer) {
				p.request()
				io.CopyN(io.Discard, p.br, 100_000)
				p.send(fmt.Sprintf("HTTP/1.1 %d X\r\nContent-Length: 2\r\n\r\nno", status))
				p.hang()
			})
			b := endlessBody{make(chan struct{})}
			rec, body, err := read(soon(t), newClient(t, Options{}), &Request{Method: "POST", URL: o.URL, Body: b})
			if err != nil || rec.Status != status || body != "no" {
				t.Fatalf("%+v, %q, %v", rec, body, err)
			}
			<-b.closed
			if err := o.gone(t); err != nil {
				t.Error(err)
			}
		})
	}
}

// gone waits until the client has left every connection.
func (o *origin) gone(t testing.TB) error {
	ctx := soon(t)
	for {
		o.mu.Lock()
		n := len(o.open)
		o.mu.Unlock()
		if n == 0 {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("%d connections are still open", n)
		}
		runtime.Gosched()
	}
}

// TestAnswerWhileSending has a server answer with the body as it comes.
func TestAnswerWhileSending(t *testing.T) {
	o := serve(t, func(p *peer) {
		p.request()
		p.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
		io.Copy(p, p.br) // chunks are good for both ways
	})
	pr, pw := io.Pipe()
	rec, err := newClient(t, Options{}).Fetch(soon(t), &Request{Method: "POST", URL: o.URL, Body: Reader(pr, -1)})
	if err != nil {
		t.Fatal(err)
	}
	buf := make([]byte, 5)
	for _, word := range []string{"hello", "world"} {
		io.WriteString(pw, word)
		if _, err := io.ReadFull(rec.Body, buf); err != nil || string(buf) != word {
			t.Fatalf("%q, %v", buf, err)
		}
	}
	pw.Close()
	if rest, err := io.ReadAll(rec.Body); err != nil || len(rest) > 0 {
		t.Errorf("%q, %v", rest, err)
	}
	rec.Body.Close()
}

func TestExpect(t *testing.T) {
	const head = "Expect: 100-continue\r\n"
	tests := []struct {
		name   string
		talk   func(p *peer, head string)
		status int
		sent   bool
	}{
		{"asks for it", func(p *peer, head string) {
			p.send("HTTP/1.1 100 Continue\r\n\r\n")
			body, err := p.body(head)
			p.send(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: %s %v\r\n\r\n", body, err))
		}, 200, true},
		{"says nothing", func(p *peer, head string) {
			body, err := p.body(head)
			p.send(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX: %s %v\r\n\r\n", body, err))
		}, 200, true},
		{"does not want it", func(p *peer, _ string) { p.send("HTTP/1.1 413 No\r\nContent-Length: 0\r\n\r\n"); p.hang() }, 413, false},
		{"does not know Expect", func(p *peer, _ string) { p.send("HTTP/1.1 417 No\r\nContent-Length: 0\r\n\r\n"); p.hang() }, 417, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			heads := make(chan string, 1)
			o := serve(t, func(p *peer) {
				h := p.request()
				heads <- h
				tt.talk(p, h)
			})
			body := Reader(strings.NewReader("hello"), 5)
			rec, _, err := read(soon(t), newClient(t, Options{}), &Request{Method: "POST", URL: o.URL, Body: body, Expect: true})
			if err != nil || rec.Status != tt.status {
				t.Fatalf("%+v, %v", rec, err)
			}
			if h := <-heads; strings.Count(h, head) != 1 {
				t.Errorf("head %q", h)
			}
			if tt.sent && rec.Header.Get("X") != "hello <nil>" || Replayable(body) == tt.sent {
				t.Errorf("body %q, replayable %v", rec.Header.Get("X"), Replayable(body))
			}
		})
	}
}

// faulty is a body that is not what it says.
type faulty struct {
	size int64
	r    io.Reader
	err  error // of Open
}

func (f faulty) Size() int64                  { return f.size }
func (f faulty) ContentType() string          { return "" }
func (f faulty) Open() (io.ReadCloser, error) { return io.NopCloser(f.r), f.err }

func TestFaultyBody(t *testing.T) {
	broken := errors.New("broken")
	spent := Reader(strings.NewReader("x"), 1)
	spent.Open()
	tests := []struct {
		name  string
		body  Body
		class Class
		cause error
	}{
		{"too short", faulty{size: 10, r: strings.NewReader("hello")}, ClassProtocol, io.ErrUnexpectedEOF},
		{"too long", faulty{size: 3, r: strings.NewReader("hello")}, ClassProtocol, nil},
		{"breaks", faulty{size: 10, r: failing{broken}}, ClassDisk, broken},
		{"breaks in chunks", faulty{size: -1, r: failing{broken}}, ClassDisk, broken},
		{"does not open", faulty{size: 10, err: broken}, ClassBadURL, broken},
		{"spent", spent, ClassBadURL, ErrOnce},
		{"no such file", File(filepath.Join(t.TempDir(), "none")), ClassDisk, os.ErrNotExist},
		{"no JSON", JSON(func() {}), ClassBadURL, nil},
		{"unknown coding", Compressed(Text("x"), "lzw"), ClassBadURL, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			whole := make(chan bool, 1)
			o := serve(t, func(p *peer) {
				head := p.request()
				_, err := p.body(head)
				whole <- head != "" && err == nil
			})
			_, _, err := read(soon(t), newClient(t, Options{}), &Request{Method: "POST", URL: o.URL, Body: tt.body})
			wantClass(t, err, tt.class)
			if tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("%v is no %v", err, tt.cause)
			}
			if <-whole {
				t.Error("the server took the request for whole")
			}
		})
	}
}

// TestUploadCancelled ends an upload that the server does not read, one whose source
// says nothing, and one whose server was asked first.
func TestUploadCancelled(t *testing.T) {
	pr, pw := io.Pipe()
	defer pw.Close()
	for name, req := range map[string]Request{
		"server reads nothing": {Body: endlessBody{make(chan struct{})}},
		"source says nothing":  {Body: Reader(pr, -1)},
		"waiting for 100":      {Body: endlessBody{make(chan struct{})}, Expect: true},
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(soon(t))
			o := serve(t, func(p *peer) {
				p.request()
				cancel()
				<-ctx.Done()
				p.hang()
			})
			req.Method, req.URL = "PUT", o.URL
			_, _, err := read(ctx, newClient(t, Options{}), &req)
			wantClass(t, err, ClassCancelled)
			if err := o.gone(t); err != nil {
				t.Error(err)
			}
		})
	}
}

// TestUploadSentOnceMore has a server drop a reused connection: a body is sent again
// where that does no harm and it can be opened again.
func TestUploadSentOnceMore(t *testing.T) {
	for _, tt := range []struct {
		name, method string
		body         Body
		again        bool
	}{
		{"PUT", "PUT", Bytes(make([]byte, 100_000)), true},
		{"small PUT", "PUT", Text("x"), true},
		{"POST", "POST", Text("x"), false},
		{"PUT that can't", "PUT", Reader(bytes.NewReader(make([]byte, 100_000)), 100_000), false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			first := make(chan bool, 1)
			first <- true
			o := serve(t, func(p *peer) {
				p.request()
				select {
				case <-first:
					p.send(ok200)
					p.request() // and not a word more
				default:
					p.br.Discard(1)
					p.send(ok200)
				}
			})
			c := newClient(t, Options{})
			mustGet(t, c, o.URL)
			_, _, err := read(soon(t), c, &Request{Method: tt.method, URL: o.URL, Body: tt.body})
			if tt.again != (err == nil) {
				t.Errorf("%v", err)
			}
			if !tt.again {
				wantClass(t, err, ClassReset)
			}
		})
	}
}

func TestRedirectBody(t *testing.T) {
	tests := []struct {
		method string
		status int
		want   string // method and body of the second request
		fields bool   // keeps Content-*
	}{
		{"POST", 301, "GET ", false},
		{"POST", 302, "GET ", false},
		{"POST", 303, "GET ", false},
		{"PUT", 303, "GET ", false},
		{"POST", 307, "POST hello", true},
		{"POST", 308, "POST hello", true},
		{"PUT", 301, "PUT hello", true},
		{"PUT", 302, "PUT hello", true},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.method, tt.status), func(t *testing.T) {
			var second *Request
			f := Stack(FetcherFunc(func(_ context.Context, req *Request) (*Record, error) {
				if req.URL == "http://x/from" {
					return &Record{Status: tt.status, Header: Header{{"Location", "/to"}}, Body: http.NoBody}, nil
				}
				second = req
				return &Record{Status: 200, Body: http.NoBody}, nil
			}), Redirect(0))
			req := &Request{Method: tt.method, URL: "http://x/from", Body: Text("hello"), Header: Header{{"content-language", "en"}, {"X", "y"}}}
			if _, err := f.Fetch(t.Context(), req); err != nil {
				t.Fatal(err)
			}
			got := second.Method + " "
			if second.Body != nil {
				src, _ := second.Body.Open()
				text, _ := io.ReadAll(src)
				got += string(text)
			}
			if got != tt.want || second.Header.Has("Content-Language") != tt.fields || !second.Header.Has("X") {
				t.Errorf("%q, %v", got, second.Header)
			}
			if req.Body == nil || len(req.Header) != 2 {
				t.Error("the caller's request was changed")
			}
		})
	}
	f := Stack(FetcherFunc(func(_ context.Context, req *Request) (*Record, error) {
		req.Body.Open()
		return &Record{Status: 307, Header: Header{{"Location", "/to"}}, Body: http.NoBody}, nil
	}), Redirect(0))
	_, err := f.Fetch(t.Context(), &Request{Method: "POST", URL: "http://x/from", Body: Reader(strings.NewReader("x"), 1)})
	wantClass(t, err, ClassBadURL)
	if !errors.Is(err, ErrOnce) {
		t.Errorf("%v is no ErrOnce", err)
	}
}

// TestSlowUpload sends for longer than the idle limit allows to be silent.
func TestSlowUpload(t *testing.T) {
	o := serve(t, func(p *peer) {
		body, _ := p.body(p.request())
		p.send(fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nX: %s\r\n\r\nx", body))
	})
	pr, pw := io.Pipe()
	go func() {
		defer pw.Close()
		for range 15 {
			<-time.After(100 * time.Millisecond)
			io.WriteString(pw, "x")
		}
	}()
	rec, _, err := read(soon(t), newClient(t, Options{IdleTimeout: time.Second}), &Request{Method: "POST", URL: o.URL, Body: Reader(pr, -1)})
	if err != nil || rec.Header.Get("X") != strings.Repeat("x", 15) {
		t.Errorf("%+v, %v", rec, err)
	}
}

// TestChunksReadPast has the connection of an answer that nobody read used again.
func TestChunksReadPast(t *testing.T) {
	for _, raw := range []string{chunkedHead + "5\r\nhello\r\n0\r\n\r\n", chunkedHead + "5\r\nhello\r\n0\r\nX: y\r\n\r\n", chunkedHead + "0\r\n\r\n"} {
		o := serve(t, keep(raw))
		c := newClient(t, Options{})
		for range 3 {
			rec, err := c.Fetch(soon(t), &Request{URL: o.URL})
			if err != nil {
				t.Fatal(err)
			}
			rec.Body.Close()
		}
		if n := o.conns.Load(); n != 1 {
			t.Errorf("%q: %d connections", raw, n)
		}
	}
	o := serve(t, keep(chunkedHead+"5\r\nhel"))
	rec, err := newClient(t, Options{}).Fetch(soon(t), &Request{URL: o.URL})
	if err != nil {
		t.Fatal(err)
	}
	rec.Body.Close()
	if err := o.gone(t); err != nil {
		t.Error(err)
	}
}

// TestBodyTraced has a trace count what goes out of bodies.
func TestBodyTraced(t *testing.T) {
	o := serve(t, func(p *peer) { p.body(p.request()); p.send(ok200) })
	for _, tt := range []struct {
		body Body
		want int
	}{{Text("hello"), 5}, {Bytes(make([]byte, 100_000)), 100_000}, {Reader(strings.NewReader("hello"), -1), 5}} {
		sent := 0
		ctx := WithTrace(soon(t), &Trace{ChunkSent: func(_ context.Context, n int) { sent += n }})
		if _, _, err := read(ctx, newClient(t, Options{}), &Request{Method: "POST", URL: o.URL, Body: tt.body}); err != nil {
			t.Fatal(err)
		}
		if sent != tt.want {
			t.Errorf("%d bytes, want %d", sent, tt.want)
		}
	}
}

// TestFaultyBodyNotSentAgain has bodies fail on a reused connection, which is no
// reason to send them once more.
func TestFaultyBodyNotSentAgain(t *testing.T) {
	for _, b := range []Body{
		faulty{size: 100_000, r: strings.NewReader("hello")},
		faulty{size: 100_000, r: failing{errors.New("broken")}},
		File(filepath.Join(t.TempDir(), "none")),
	} {
		o := serve(t, func(p *peer) {
			p.request()
			p.send(ok200)
			p.request()
			p.hang()
		})
		c := newClient(t, Options{})
		mustGet(t, c, o.URL)
		if _, _, err := read(soon(t), c, &Request{Method: "PUT", URL: o.URL, Body: b}); err == nil {
			t.Error("no error")
		}
		if n := o.conns.Load(); n != 1 {
			t.Errorf("%d connections", n)
		}
	}
}
