package fetch

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"sync"
	"testing"
)

// spills are files in memory.
type spills struct {
	mu   sync.Mutex // guards what follows
	open int
	all  int
	err  error
	full int64 // bytes that a file takes, when not 0
}

func (s *spills) new() (Spill, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	s.open++
	s.all++
	return &spilled{spills: s}, nil
}

type spilled struct {
	spills *spills
	data   []byte
}

func (f *spilled) WriteAt(p []byte, off int64) (int, error) {
	if most := f.spills.full; most > 0 && off+int64(len(p)) > most {
		return 0, errFull
	}
	f.data = append(f.data[:off], p...)
	return len(p), nil
}

func (f *spilled) ReadAt(p []byte, off int64) (int, error) {
	return bytes.NewReader(f.data).ReadAt(p, off)
}

func (f *spilled) Close() error {
	f.spills.mu.Lock()
	defer f.spills.mu.Unlock()
	f.spills.open--
	return nil
}

var errFull = errors.New("no space left")

func messageOf(t testing.TB, r *Recording) string {
	t.Helper()
	b, err := io.ReadAll(io.NewSectionReader(r, 0, r.Size()))
	if err != nil {
		t.Fatal(err)
	}
	if m := r.Memory(); m != nil && string(m) != string(b) {
		t.Errorf("in memory %q, read %q", m, b)
	}
	return string(b)
}

// TestCapture pins which bytes are an exchange's.
func TestCapture(t *testing.T) {
	const length = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"
	const chunks = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\nA: b\r\n\r\n"
	const odd = "HTTP/1.1 200 OK\nX-Folded: a\n b\nContent-Length: 5\nContent-Length: 5\n\nhello"
	tests := []struct {
		name, sent, want string
		cut              Class
	}{
		{"a length", length, length, ""},
		{"chunks with a trailer", chunks, chunks, ""},
		{"until the end", "HTTP/1.0 200 OK\r\n\r\nhello", "HTTP/1.0 200 OK\r\n\r\nhello", ""},
		{"no body", "HTTP/1.1 204 No Content\r\n\r\n", "HTTP/1.1 204 No Content\r\n\r\n", ""},
		{"as odd as it came", odd, odd, ""},
		{"what came before", "\r\nHTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + length, length, ""},
		{"what came behind", length + "HTTP/1.1 200 OK\r\n\r\n", length, ""},
		{"behind chunks", chunks + "more", chunks, ""},
		{"cut", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello", ClassTruncated},
		{"cut chunks", chunks[:60], chunks[:60], ClassTruncated},
		{"broken chunks", chunks[:48] + "zz\r\nhe", chunks[:48] + "zz\r\nhe", ClassProtocol},
		{"a head of 60 KiB", "HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 60<<10) + "\r\nContent-Length: 5\r\n\r\nhello",
			"HTTP/1.1 200 OK\r\nX: " + strings.Repeat("x", 60<<10) + "\r\nContent-Length: 5\r\n\r\nhello", ""},
	}
	for _, test := range tests {
		for _, memory := range []int64{0, 1} { // of 1 byte all goes to files
			t.Run(test.name, func(t *testing.T) {
				o := serve(t, once(test.sent))
				files := &spills{}
				r := &Recorder{Spill: files.new, Memory: memory}
				got := r.Capture()
				rec, _, err := read(soon(t), newClient(t, Options{}), &Request{URL: o.URL, Capture: got})
				if ClassOf(err) != test.cut {
					t.Fatal(err)
				}
				if len(got.Exchanges()) != 1 {
					t.Fatalf("%d exchanges", len(got.Exchanges()))
				}
				x := got.Exchanges()[0]
				if a := messageOf(t, &x.Answer); a != test.want {
					t.Errorf("answer %q, want %q", a, test.want)
				}
				if ClassOf(x.Cut) != test.cut || x.Err() != nil {
					t.Errorf("cut: %v, err: %v", x.Cut, x.Err())
				}
				if rec != nil && test.want[:x.HeadSize] != rec.RawHead {
					t.Errorf("a head of %d bytes", x.HeadSize)
				}
				if q := messageOf(t, &x.Request); q != "GET / HTTP/1.1\r\nHost: "+o.Addr+"\r\nUser-Agent: crawl\r\n\r\n" {
					t.Errorf("request %q", q)
				}
				if x.URL != o.URL || x.Method != "GET" || x.Status/100 != 2 || x.RemoteAddr.String() != o.Addr || x.Started.IsZero() {
					t.Errorf("%+v", x)
				}
				if (files.all > 0) != (memory == 1) {
					t.Errorf("%d files", files.all)
				}
				got.Close()
				if files.open != 0 || r.used.Load() != 0 {
					t.Errorf("%d files and %d bytes are left", files.open, r.used.Load())
				}
			})
		}
	}
}

// A message outgrows its buffers, then memory, and comes out the same.
func TestCaptureGrows(t *testing.T) {
	body := strings.Repeat("0123456789abcdef", 200<<10/16)
	for _, size := range []int{4 << 10, 16<<10 + 1, len(body)} {
		for _, memory := range []int64{0, 100 << 10} {
			o := serve(t, func(p *peer) {
				head := p.request()
				if body, err := p.body(head); err != nil || len(body) != size {
					t.Errorf("received %d bytes, %v", len(body), err)
				}
				p.send("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + body[:size])
			})
			files := &spills{}
			r := &Recorder{Spill: files.new, Memory: memory}
			got := r.Capture()
			for _, source := range []Body{Bytes([]byte(body[:size])), Reader(strings.NewReader(body[:size]), -1)} {
				if _, _, err := read(soon(t), newClient(t, Options{}), &Request{Method: "POST", URL: o.URL, Body: source, Capture: got}); err != nil {
					t.Fatal(err)
				}
			}
			xs := got.Exchanges()
			if len(xs) != 2 {
				t.Fatalf("%d exchanges", len(xs))
			}
			for _, x := range xs {
				if a := messageOf(t, &x.Answer); a[x.HeadSize:] != body[:size] {
					t.Errorf("%d bytes of answer", len(a))
				}
			}
			if q := messageOf(t, &xs[0].Request); !strings.HasSuffix(q, "\r\n\r\n"+body[:size]) {
				t.Errorf("%d bytes of request", len(q))
			}
			if q := messageOf(t, &xs[1].Request); !strings.HasSuffix(q, "\r\n0\r\n\r\n") || len(q) < size {
				t.Errorf("%d bytes of chunked request", len(q))
			}
			got.Close()
			if files.open != 0 || r.used.Load() != 0 {
				t.Errorf("%d files and %d bytes are left", files.open, r.used.Load())
			}
		}
	}
}

func TestCaptureOfHops(t *testing.T) {
	o := serve(t, func(p *peer) {
		for {
			head := p.request()
			switch line, _, _ := strings.Cut(head, " HTTP"); line {
			case "GET /a":
				p.send("HTTP/1.1 302 Found\r\nLocation: /b\r\nContent-Length: 4\r\n\r\nmove")
			case "GET /b":
				p.send("HTTP/1.1 301 Moved\r\nLocation: /c\r\nContent-Length: 100000\r\n\r\nmuch more")
			case "GET /c":
				p.send(ok200)
			default:
				return
			}
		}
	})
	got := (&Recorder{Spill: (&spills{}).new}).Capture()
	defer got.Close()
	if _, _, err := read(soon(t), Stack(newClient(t, Options{}), Redirect(0)), &Request{URL: o.URL + "a", Capture: got}); err != nil {
		t.Fatal(err)
	}
	want := []struct {
		url    string
		status int
		cut    Class
	}{{"a", 302, ""}, {"b", 301, ClassCancelled}, {"c", 200, ""}}
	if len(got.Exchanges()) != len(want) {
		t.Fatalf("%d exchanges", len(got.Exchanges()))
	}
	for i, x := range got.Exchanges() {
		if x.URL != o.URL+want[i].url || x.Status != want[i].status || ClassOf(x.Cut) != want[i].cut {
			t.Errorf("hop %d: %s, %d, %v", i, x.URL, x.Status, x.Cut)
		}
	}
}

// What has no answer is no exchange, also where it is asked for once more.
func TestCaptureWithoutAnAnswer(t *testing.T) {
	var mu sync.Mutex
	asked := 0
	o := serve(t, func(p *peer) {
		for p.request() != "" {
			mu.Lock()
			asked++
			gone := asked == 2 // on a connection that was kept
			mu.Unlock()
			if gone {
				return
			}
			p.send(ok200)
		}
	})
	r := &Recorder{Spill: (&spills{}).new}
	c := newClient(t, Options{})
	mustGet(t, c, o.URL)
	got := r.Capture()
	if _, _, err := read(soon(t), c, &Request{URL: o.URL, Capture: got}); err != nil || len(got.Exchanges()) != 1 {
		t.Errorf("%v, %d exchanges", err, len(got.Exchanges()))
	}
	got.Close()
	mute := serve(t, func(p *peer) { p.request(); p.send("HTTP/1.1 2") })
	got = r.Capture()
	if _, _, err := read(soon(t), c, &Request{URL: mute.URL, Capture: got}); err == nil || len(got.Exchanges()) != 0 {
		t.Errorf("%v, %d exchanges", err, len(got.Exchanges()))
	}
	if r.used.Load() != 0 {
		t.Errorf("%d bytes are left", r.used.Load())
	}
}

// A disk that fails harms the capture and not the fetch.
func TestCaptureOnBrokenDisk(t *testing.T) {
	body := strings.Repeat("x", 100<<10)
	for name, files := range map[string]*spills{"no file": {err: os.ErrPermission}, "full": {full: 50 << 10}, "full at once": {full: 1}} {
		o := serve(t, once("HTTP/1.1 200 OK\r\n\r\n"+body))
		r := &Recorder{Spill: files.new, Memory: 20 << 10}
		got := r.Capture()
		if _, b, err := read(soon(t), newClient(t, Options{}), &Request{URL: o.URL, Capture: got}); err != nil || b != body {
			t.Errorf("%s: %d bytes, %v", name, len(b), err)
		}
		want := errFull
		if files.err != nil {
			want = files.err
		}
		if err := got.Exchanges()[0].Err(); !errors.Is(err, want) {
			t.Errorf("%s: %v", name, err)
		}
		got.Close()
		if files.open != 0 || r.used.Load() != 0 {
			t.Errorf("%s: %d files and %d bytes are left", name, files.open, r.used.Load())
		}
	}
}
