package cookies

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"crawl/fetch"
)

// server is a Fetcher that notes the Cookie fields it is sent and answers with one
// Set-Cookie field for each of sets.
type server struct {
	sets []string
	got  []string
	err  error
}

func (s *server) Fetch(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
	s.got = req.Header.Values("cookie")
	if s.err != nil {
		return nil, s.err
	}
	rec := &fetch.Record{URL: req.URL, Status: 200, Body: http.NoBody}
	for _, one := range s.sets {
		rec.Header.Add("Set-Cookie", one)
	}
	return rec, nil
}

func TestLayer(t *testing.T) {
	tests := []struct {
		name string
		own  fetch.Header
		want []string
	}{
		{"no field", nil, []string{"a=1; b=2"}},
		{"other fields", fetch.Header{{Name: "X", Value: "y"}}, []string{"a=1; b=2"}},
		{"own names win", fetch.Header{{Name: "cookie", Value: "a=own"}}, []string{"a=own; b=2"}},
		{"own names only", fetch.Header{{Name: "Cookie", Value: "b=x;a"}}, []string{"b=x;a"}},
		{"several fields become one", fetch.Header{{Name: "Cookie", Value: "c=3"}, {Name: "X", Value: "y"}, {Name: "cookie", Value: "d=4"}}, []string{"c=3; d=4; a=1; b=2"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &server{sets: []string{"a=1", "b=2"}}
			jar := New(Options{})
			fetcher := fetch.Stack(s, Layer(jar))
			fields := slices.Grow(slices.Clone(tt.own), 4) // room that is not the layer's to use
			req := &fetch.Request{URL: "http://a.org/", Header: fields}
			for range 2 {
				rec, err := fetcher.Fetch(t.Context(), req)
				if err != nil {
					t.Fatal(err)
				}
				rec.Body.Close()
			}
			if !slices.Equal(s.got, tt.want) {
				t.Errorf("sent %q, want %q", s.got, tt.want)
			}
			if !slices.Equal(fields, tt.own) || len(fields[:cap(fields)][len(tt.own)].Name) > 0 {
				t.Error("the caller's header was changed")
			}
		})
	}
}

func TestLayerPassesOn(t *testing.T) {
	s := &server{err: &fetch.Error{Class: fetch.ClassRefused}}
	jar := New(Options{})
	set(jar, "http://a.org/", "a=1")
	for _, url := range []string{"http://a.org/", "http://b.org/", "mailto:x"} {
		if _, err := fetch.Stack(s, Layer(jar)).Fetch(t.Context(), &fetch.Request{URL: url}); !errors.Is(err, s.err) {
			t.Error(err)
		}
	}
	if jar.Len() != 1 {
		t.Error("an error changed the jar")
	}
}

// TestLayerRedirect logs in over a redirect and goes to another origin and back.
func TestLayerRedirect(t *testing.T) {
	var asked []string
	note := func(r *http.Request) { asked = append(asked, r.URL.Path+" "+r.Header.Get("Cookie")) }
	var one, two *httptest.Server
	one = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		note(r)
		switch r.URL.Path {
		case "/login":
			w.Header().Add("Set-Cookie", "session=1; Path=/one; Secure; HttpOnly")
			w.Header().Add("Set-Cookie", "seen=1")
			http.Redirect(w, r, two.URL+"/two", http.StatusFound)
		default:
			io.WriteString(w, "welcome")
		}
	}))
	defer one.Close()
	two = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		note(r)
		w.Header().Add("Set-Cookie", "other=2")
		http.Redirect(w, r, strings.Replace(one.URL, "127.0.0.1", "localhost", 1)+"/one/x", http.StatusFound)
	}))
	defer two.Close()
	one.URL = strings.Replace(one.URL, "127.0.0.1", "localhost", 1)

	client := fetch.NewClient(fetch.Options{AllowPrivate: true})
	defer client.Close()
	jar := New(Options{Unsafe: true})
	fetcher := fetch.Stack(client, fetch.Redirect(0), Layer(jar), fetch.Decode(0))
	rec, err := fetcher.Fetch(t.Context(), &fetch.Request{URL: one.URL + "/login", Header: fetch.Header{{Name: "Cookie", Value: "mine=0"}}})
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Body.Close()
	want := []string{"/login mine=0", "/two ", "/one/x session=1; seen=1"}
	if !slices.Equal(asked, want) || rec.Status != 200 {
		t.Errorf("asked %q, want %q", asked, want)
	}
	if got := jar.Cookies(two.URL); got != "other=2" {
		t.Errorf("two has %q", got)
	}
}
