package standard

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"crawl/fetch"
)

// counted counts what goes through a Fetcher.
type counted struct {
	fetch.Fetcher
	n int
}

func (c *counted) Fetch(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	c.n++
	return c.Fetcher.Fetch(ctx, req)
}

func TestFallback(t *testing.T) {
	for _, tt := range []struct {
		name   string
		only   string // protocol, if not both
		answer func(w http.ResponseWriter, r *http.Request)
		status int
		proto  string
		h1, h2 int // fetches of two
	}{
		{"HTTP/1.1 is enough", "", nil, 200, "HTTP/1.1", 2, 0},
		{"refused in the handshake", "h2", nil, 200, "HTTP/2.0", 1, 2},
		{"505", "", func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor < 2 {
				w.WriteHeader(505)
			}
		}, 200, "HTTP/2.0", 1, 2},
		{"426 to h2", "", func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor < 2 {
				w.Header().Set("Upgrade", "x, h2")
				w.WriteHeader(426)
			}
		}, 200, "HTTP/2.0", 1, 2},
		{"426 to something else", "", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Upgrade", "TLS/1.3")
			w.WriteHeader(426)
		}, 426, "HTTP/1.1", 2, 0},
		{"505 and no HTTP/2", "http/1.1", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(505) }, 505, "HTTP/1.1", 2, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			server, opt := secureOnly(t, tt.only, func(w http.ResponseWriter, r *http.Request) {
				if tt.answer != nil {
					tt.answer(w, r)
				}
			})
			plain := fetch.NewClient(opt)
			defer plain.Close()
			h1, h2 := &counted{Fetcher: plain}, &counted{Fetcher: newClient(t, opt)}
			f := Fallback(h1, h2)
			for range 2 {
				rec, _, err := read(t.Context(), f, &fetch.Request{URL: server.URL + "/x", Method: "POST", Body: fetch.Text("hi")})
				if err != nil {
					t.Fatal(err)
				}
				if rec.Status != tt.status || rec.Proto != tt.proto {
					t.Errorf("%d %s, want %d %s", rec.Status, rec.Proto, tt.status, tt.proto)
				}
			}
			if h1.n != tt.h1 || h2.n != tt.h2 {
				t.Errorf("%d and %d fetches, want %d and %d", h1.n, h2.n, tt.h1, tt.h2)
			}
		})
	}
}

func TestFallbackKeepsErrorsThatAreNoRefusal(t *testing.T) {
	server := httptest.NewTLSServer(http.NotFoundHandler())
	defer server.Close()
	h1, h2 := &counted{Fetcher: fetch.NewClient(fetch.Options{})}, &counted{Fetcher: newClient(t, fetch.Options{})}
	if _, err := Fallback(h1, h2).Fetch(t.Context(), &fetch.Request{URL: server.URL}); fetch.ClassOf(err) != fetch.ClassTLS || h2.n != 0 {
		t.Errorf("%v, %d fetches over HTTP/2", err, h2.n)
	}
}

func TestFallbackRemembersSome(t *testing.T) {
	f := Fallback(nil, nil).(*fallback)
	for i := range 2 * maxRefusing {
		f.remember(fmt.Sprint("https://", i))
	}
	if len(f.refusing) != maxRefusing || !f.refuses(fmt.Sprint("https://", 2*maxRefusing-1, "/x")) {
		t.Errorf("%d remembered", len(f.refusing))
	}
}

func TestSecureOrigin(t *testing.T) {
	for url, want := range map[string]string{
		"https://h":        "https://h",
		"https://h:1/a/b":  "https://h:1",
		"https://h?q=/":    "https://h",
		"https://u:p@h#/?": "https://u:p@h",
		"http://h/":        "",
		"":                 "",
	} {
		if got := secureOrigin(url); got != want {
			t.Errorf("%s: %q, want %q", url, got, want)
		}
	}
}

func BenchmarkFallback(b *testing.B) {
	answer := &fetch.Record{Status: 200, Body: io.NopCloser(http.NoBody)}
	f := Fallback(fetch.FetcherFunc(func(context.Context, *fetch.Request) (*fetch.Record, error) { return answer, nil }), nil)
	req := &fetch.Request{URL: "https://example.com/some/page"}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := f.Fetch(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
}
