package gate

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"crawl/fetch"
	"crawl/fetch/robots"
)

// What real servers do wrong, over real connections.
func TestFaults(t *testing.T) {
	const rules = "User-agent: *\nDisallow: /page\n"
	tests := []struct {
		name  string
		serve http.HandlerFunc
		class fetch.Class // ClassDenied: the rules were read; "": all is allowed
	}{
		{"plain", func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, rules) }, ClassDenied},
		{"no content", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(204) }, ""},
		{"compressed", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, rules)
			z.Close()
		}, ClassDenied},
		{"a bomb", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			io.WriteString(z, rules)
			io.CopyN(z, zeros{}, 4*robots.MaxSize)
			z.Close()
		}, ClassDenied},
		{"wrongly coded", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			io.WriteString(w, rules)
		}, fetch.ClassEncoding},
		{"endless", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, rules)
			for {
				if _, err := w.Write(bytes.Repeat([]byte("Disallow: /other\n"), 1000)); err != nil {
					return
				}
			}
		}, ClassDenied},
		{"a rule behind 500 KiB", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "User-agent: *\n"+strings.Repeat("#", robots.MaxSize)+"\nDisallow: /page\n")
		}, ""},
		{"huge by its length", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "99999999999")
			io.WriteString(w, rules)
			io.CopyN(w, zeros{}, 2*robots.MaxSize)
		}, ClassDenied},
		{"binary", func(w http.ResponseWriter, r *http.Request) {
			var b []byte
			for i := range 1 << 16 {
				b = append(b, byte(i), byte(i>>8), 0, 0xff, '\n')
			}
			w.Write(b)
		}, ""},
		{"HTML", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "text/html")
			io.WriteString(w, "<!doctype html><title>Not here</title><p>Disallow: /page</p>")
		}, ""},
		{"cut", func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Length", "1000")
			io.WriteString(w, rules)
		}, fetch.ClassTruncated},
		{"broken off", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, rules)
			w.(http.Flusher).Flush()
			panic(http.ErrAbortHandler)
		}, fetch.ClassTruncated},
		{"slow", func(w http.ResponseWriter, r *http.Request) {
			io.WriteString(w, "User-agent: *\n")
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		}, fetch.ClassTimeoutTotal},
		{"a fault", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(500) }, fetch.ClassHTTP5xx},
		{"overloaded", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(429) }, fetch.ClassHTTP4xx},
		{"forbidden", func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(403) }, ""},
		{"a loop", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/robots.txt", http.StatusFound) }, ""},
		{"hops without end", func(w http.ResponseWriter, r *http.Request) {
			http.Redirect(w, r, "/robots.txt?"+r.URL.RawQuery+"x", http.StatusTemporaryRedirect)
		}, ""},
		{"a hop away", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.RawQuery == "" {
				http.Redirect(w, r, "http://localhost:"+r.Host[strings.LastIndex(r.Host, ":")+1:]+"/robots.txt?1", http.StatusMovedPermanently)
				return
			}
			io.WriteString(w, rules)
		}, fetch.ClassPrivateAddress}, // to a name that nobody listed, and that is of this machine
	}
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			server := httptest.NewServer(test.serve)
			defer server.Close()
			timeout := time.Minute
			if test.class == fetch.ClassTimeoutTotal {
				timeout = 200 * time.Millisecond
			}
			g := New(client, Options{Timeout: timeout})
			err := check(t, g, server.URL+"/page")
			if fetch.ClassOf(err) != test.class {
				t.Fatalf("err = %v", err)
			}
			if _, deferred := errors.AsType[*Deferred](err); deferred != (test.class != "" && test.class != ClassDenied) {
				t.Errorf("deferred: %v, %v", deferred, err)
			}
		})
	}
}

// zeros reads as so many of them.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) {
	clear(p)
	return len(p), nil
}

// A server that is not there is no reason to fetch everything.
func TestNoServer(t *testing.T) {
	server := httptest.NewServer(http.NotFoundHandler())
	server.Close()
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()
	err := check(t, New(client, Options{}), server.URL+"/page")
	d, ok := errors.AsType[*Deferred](err)
	if !ok || fetch.ClassOf(err) != fetch.ClassRefused || fetch.ClassOf(d.Err) != fetch.ClassRefused {
		t.Errorf("err = %v", err)
	}
	if _, retry := fetch.Retryable(&fetch.Request{}, nil, err); !retry {
		t.Error("a crawl would not try again")
	}
}
