package cache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"crawl/fetch"
	"crawl/files/errfs"
)

// stored reports whether the layer answers url without asking anybody.
func stored(t *testing.T, s Store, url string) (body string, ok bool) {
	t.Helper()
	nobody := &origin{next: func(*fetch.Request) (*fetch.Record, error) { return nil, errors.New("asked") }}
	rec, body := get(t, Layer(s, strict(t))(nobody), &fetch.Request{URL: url, Header: h("Cache-Control", "only-if-cached")})
	return body, rec.Status != 504
}

var fresh = h("Cache-Control", "max-age=100")

func TestOnlyWholeBodiesAreStored(t *testing.T) {
	cut := &fetch.Error{Class: fetch.ClassTruncated, Reason: "cut"}
	cases := map[string]struct {
		body   func() io.Reader
		length string // Content-Length
		read   int64  // by the client, before it closes; -1: all
		stored bool
	}{
		"read to its end":                 {func() io.Reader { return strings.NewReader("hello") }, "", -1, true},
		"empty":                           {func() io.Reader { return strings.NewReader("") }, "", -1, true},
		"empty, and nobody reads":         {func() io.Reader { return strings.NewReader("") }, "0", 0, true},
		"read to its length":              {func() io.Reader { return strings.NewReader("hello") }, "5", 5, true},
		"in single bytes":                 {func() io.Reader { return iotest.OneByteReader(strings.NewReader("hello")) }, "", -1, true},
		"data with the end":               {func() io.Reader { return iotest.DataErrReader(strings.NewReader("hello")) }, "", -1, true},
		"abandoned":                       {func() io.Reader { return strings.NewReader("hello") }, "5", 4, false},
		"abandoned before":                {func() io.Reader { return strings.NewReader("hello") }, "", 0, false},
		"without a length, not to an end": {func() io.Reader { return strings.NewReader("hello") }, "", 5, false},
		"longer than declared":            {func() io.Reader { return strings.NewReader("hello") }, "4", 4, false}, // as decoded bodies may be
		"truncated":                       {func() io.Reader { return io.MultiReader(strings.NewReader("hel"), iotest.ErrReader(cut)) }, "5", -1, false},
		"broken at its length":            {func() io.Reader { return io.MultiReader(strings.NewReader("hello"), iotest.ErrReader(cut)) }, "5", 5, false},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			stores(t, func(t *testing.T, s Store) {
				server := &origin{next: func(req *fetch.Request) (*fetch.Record, error) {
					rec := answer(req, 200, h("Cache-Control", "max-age=9", "Content-Length", c.length), "")
					rec.Body = io.NopCloser(c.body())
					return rec, nil
				}}
				rec, err := Layer(s, strict(t))(server).Fetch(t.Context(), &fetch.Request{URL: url})
				if err != nil {
					t.Fatal(err)
				}
				if c.read < 0 {
					_, err = io.Copy(io.Discard, rec.Body)
				} else {
					_, err = io.CopyN(io.Discard, rec.Body, c.read)
				}
				if err != nil && !errors.Is(err, cut) {
					t.Fatal(err)
				}
				if err := rec.Body.Close(); err != nil {
					t.Error(err)
				}
				if _, ok := stored(t, s, url); ok != c.stored {
					t.Errorf("stored: %v", ok)
				}
				if m, ok := s.(*Memory); ok && !c.stored && len(m.content) > 0 {
					t.Error("something of it stays")
				}
			})
		})
	}
}

// A client reads what has come, while more is still on the way.
func TestBodiesStream(t *testing.T) {
	stores(t, func(t *testing.T, s Store) {
		r, w := io.Pipe()
		server := &origin{next: func(req *fetch.Request) (*fetch.Record, error) {
			rec := answer(req, 200, fresh, "")
			rec.Body = r
			return rec, nil
		}}
		rec, err := Layer(s, strict(t))(server).Fetch(t.Context(), &fetch.Request{URL: url})
		if err != nil {
			t.Fatal(err)
		}
		var sender sync.WaitGroup
		more := make(chan bool)
		sender.Go(func() {
			io.WriteString(w, "one")
			<-more
			io.WriteString(w, "two")
			w.Close()
		})
		var buf [3]byte
		if _, err := io.ReadFull(rec.Body, buf[:]); err != nil || string(buf[:]) != "one" {
			t.Fatalf("%q, %v", buf, err)
		}
		if _, ok := stored(t, s, url); ok {
			t.Error("stored before its end")
		}
		close(more)
		rest, err := io.ReadAll(rec.Body)
		sender.Wait()
		if string(rest) != "two" || err != nil {
			t.Errorf("%q, %v", rest, err)
		}
		if body, ok := stored(t, s, url); !ok || body != "onetwo" {
			t.Errorf("stored %q, %v", body, ok)
		}
	})
}

func TestConfirmedAnswerHasNewFields(t *testing.T) {
	stores(t, func(t *testing.T, s Store) {
		server := always(200, h("ETag", `"1"`, "Age", "7", "X-Old", "old", "X-Both", "old", "Content-Type", "text/plain",
			"Content-Length", "4", "Connection", "x-hop", "X-Hop", "1", "Keep-Alive", "timeout=5", "Caf\xe9", "\xe9"), "body")
		f := Layer(s, strict(t))(server)
		get(t, f, &fetch.Request{URL: url + "#fragment"})
		server.next = func(req *fetch.Request) (*fetch.Record, error) {
			return answer(req, 304, h("ETag", `"1"`, "x-both", "new", "X-New", "new", "Content-Length", "0", "Content-Type", "x/y"), ""), nil
		}
		for range 2 { // the second time from what the first one stored
			rec, body := get(t, f, &fetch.Request{URL: url})
			want := "X-Old: old; Content-Type: text/plain; Content-Length: 4; Caf\xe9: \xe9; ETag: \"1\"; x-both: new; X-New: new; Age: 0"
			var got []string
			for _, f := range rec.Header {
				got = append(got, f.Name+": "+f.Value)
			}
			if body != "body" || strings.Join(got, "; ") != want {
				t.Errorf("got  %s\nwant %s", strings.Join(got, "; "), want)
			}
		}
	})
}

// A 304 about another version than the stored one confirms nothing (section 4.3.4).
func TestConfirmationOfAnother(t *testing.T) {
	stores(t, func(t *testing.T, s Store) {
		server := always(200, h("ETag", `"1"`), "old")
		f := Layer(s, strict(t))(server)
		get(t, f, &fetch.Request{URL: url})
		server.next = func(req *fetch.Request) (*fetch.Record, error) {
			if req.Header.Has("If-None-Match") {
				return answer(req, 304, h("ETag", `"2"`), ""), nil
			}
			return answer(req, 200, h("ETag", `"2"`), "new"), nil
		}
		if _, body := get(t, f, &fetch.Request{URL: url}); body != "new" {
			t.Errorf("got %q", body)
		}
	})
}

func TestUnsafeRequestsForgetWhatTheyPointAt(t *testing.T) {
	stores(t, func(t *testing.T, s Store) {
		server := always(200, fresh, "x")
		f := Layer(s, strict(t))(server)
		all := []string{"http://a.test/x", "http://a.test/y", "http://a.test/z", "http://b.test/w"}
		for _, url := range all {
			get(t, f, &fetch.Request{URL: url})
		}
		server.next = func(req *fetch.Request) (*fetch.Record, error) {
			return answer(req, 201, h("Location", "/y", "Content-Location", "http://b.test/w"), ""), nil
		}
		get(t, f, &fetch.Request{Method: "PUT", URL: all[0]})
		for i, url := range all {
			if _, ok := stored(t, s, url); ok != (i >= 2) { // another host's is not its to say
				t.Errorf("%s stored: %v", url, ok)
			}
		}
	})
}

func TestUnstoredFieldsAreNotKept(t *testing.T) {
	s := NewMemory(0)
	server := always(200, h("Cache-Control", `max-age=100, no-cache="Set-Cookie, X-Once"`, "Set-Cookie", "a=b", "x-once", "1", "X-Ever", "1"), "x")
	f := Layer(s, strict(t))(server)
	if rec, _ := get(t, f, &fetch.Request{URL: url}); !rec.Header.Has("Set-Cookie") {
		t.Error("missing from the first answer")
	}
	rec, _ := get(t, f, &fetch.Request{URL: url})
	if !rec.Cached || rec.Header.Has("Set-Cookie") || rec.Header.Has("X-Once") || !rec.Header.Has("X-Ever") {
		t.Errorf("cached %v: %v", rec.Cached, rec.Header)
	}
}

func TestCallersHeadersStayAsTheyAre(t *testing.T) {
	s := NewMemory(0)
	header := make(fetch.Header, 0, 8)
	f := Layer(s, strict(t))(always(200, h("ETag", `"1"`, "Cache-Control", "max-age=100"), "x"))
	get(t, f, &fetch.Request{URL: url, Header: header})
	first, _ := get(t, f, &fetch.Request{URL: url, Header: header})
	first.Header.Set("X-Mine", "1")
	second, _ := get(t, f, &fetch.Request{URL: url, Header: header})
	if second.Header.Has("X-Mine") {
		t.Error("what a caller adds is stored")
	}
	if all := header[:cap(header)]; all[0].Name != "" {
		t.Errorf("request has grown: %v", all)
	}
}

func TestManyAtOnce(t *testing.T) {
	stores(t, func(t *testing.T, s Store) {
		server := &origin{next: func(req *fetch.Request) (*fetch.Record, error) {
			if req.Header.Has("If-None-Match") && len(req.URL)%2 == 0 {
				return answer(req, 304, nil, ""), nil
			}
			return answer(req, 200, h("ETag", `"1"`, "Vary", "X"), req.URL+req.Header.Get("X")), nil
		}}
		f := Layer(s, strict(t))(server)
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				for j := range 20 {
					req := &fetch.Request{URL: fmt.Sprintf("http://a.test/%d", j*7%11), Header: h("X", fmt.Sprint(i%3))}
					if j%9 == 8 {
						req.Method = "DELETE"
					}
					rec, err := f.Fetch(t.Context(), req)
					if err != nil {
						t.Error(err)
						return
					}
					body, err := io.ReadAll(rec.Body)
					rec.Body.Close()
					if err != nil || string(body) != req.URL+req.Header.Get("X") {
						t.Errorf("%s %s: %q, %v", req.Method, req.URL, body, err)
					}
				}
			})
		}
		group.Wait()
	})
}

func TestOnlySoManyVariants(t *testing.T) {
	stores(t, func(t *testing.T, s Store) {
		f := Layer(s, strict(t))(always(200, h("Cache-Control", "max-age=100", "Vary", "X"), "x"))
		for i := range 3 * maxVariants {
			get(t, f, &fetch.Request{URL: url, Header: h("X", fmt.Sprint(i))})
		}
		if answers, err := s.Load(t.Context(), url); err != nil || len(answers) != maxVariants {
			t.Errorf("%d variants, %v", len(answers), err)
		}
	})
}

// Whatever the disk refuses, a client gets its answers.
func TestFaultsOfTheStoreAreNotTheClients(t *testing.T) {
	for _, op := range []errfs.Op{errfs.ReadFile, errfs.WriteFile, errfs.Open, errfs.Rename, errfs.Remove, errfs.Stat, errfs.FileWrite, errfs.FileClose} {
		t.Run(string(op), func(t *testing.T) {
			d := openDisk(t, newEngine(t), 0)
			defer d.Close(t.Context())
			var failures []error
			server := always(200, fresh, "hello")
			f := Layer(d, Options{Failed: func(_ string, err error) { failures = append(failures, err) }})(server)
			get(t, f, &fetch.Request{URL: url})
			broken := errfs.New(d.eng, errfs.Rule{Op: op})
			d.eng = broken
			for _, method := range []string{"GET", "POST", "GET"} {
				for _, url := range []string{url, "http://a.test/other"} {
					if rec, body := get(t, f, &fetch.Request{Method: method, URL: url}); rec.Status != 200 || body != "hello" {
						t.Errorf("%s %s: %d %q", method, url, rec.Status, body)
					}
				}
			}
			if len(broken.Injected()) == 0 || len(failures) == 0 {
				t.Errorf("injected %v, heard %v", broken.Injected(), failures)
			}
		})
	}
}

func TestErrorsOfTheServerPass(t *testing.T) {
	refused := &fetch.Error{Class: fetch.ClassRefused, Reason: "refused"}
	server := always(200, h("ETag", `"1"`), "x")
	f := Layer(NewMemory(0), strict(t))(server)
	get(t, f, &fetch.Request{URL: url})
	server.next = func(*fetch.Request) (*fetch.Record, error) { return nil, refused }
	for _, method := range []string{"GET", "HEAD", "POST"} {
		if _, err := f.Fetch(t.Context(), &fetch.Request{Method: method, URL: url}); !errors.Is(err, refused) {
			t.Errorf("%s: %v", method, err)
		}
	}
}

// TestLayersWithin has layers inside of the cache say who asks: that must not be
// stored for others, though the cache's own request says nothing.
func TestLayersWithin(t *testing.T) {
	adds := func(name, value string) fetch.Layer {
		return func(next fetch.Fetcher) fetch.Fetcher {
			return fetch.FetcherFunc(func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
				asked := *req
				asked.Header = append(h(name, value), req.Header...)
				rec, err := next.Fetch(ctx, &asked)
				if rec != nil {
					rec.Request = &asked
				}
				return rec, err
			})
		}
	}
	cases := map[string]struct {
		url    string
		layer  fetch.Layer
		header fetch.Header
		stored bool
	}{
		"login":                      {url, adds("Authorization", "Basic x"), fresh, false},
		"login, public":              {url, adds("Authorization", "Basic x"), h("Cache-Control", "public, max-age=100"), true},
		"user in the URL":            {"http://me:secret@a.test/page", adds("X", "y"), fresh, false},
		"cookie that is varied with": {url, adds("Cookie", "a=b"), append(h("Vary", "Accept-Encoding, cookie"), fresh...), false},
		"cookie of no account":       {url, adds("Cookie", "a=b"), fresh, true},
		"coding":                     {url, adds("Accept-Encoding", "gzip"), append(h("Vary", "Accept-Encoding"), fresh...), true},
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			stores(t, func(t *testing.T, s Store) {
				f := fetch.Stack(always(200, c.header, "hello"), Layer(s, strict(t)), c.layer)
				if rec, _ := get(t, f, &fetch.Request{URL: c.url}); rec.Request == nil {
					t.Error("nobody asked")
				}
				if _, ok := stored(t, s, key(c.url)); ok != c.stored {
					t.Errorf("stored: %v", ok)
				}
			})
		})
	}
}

func TestKeyHasNoPassword(t *testing.T) {
	for url, want := range map[string]string{
		"http://me:secret@a.test/page#top": "http://a.test/page",
		"http://a.test/@me":                "http://a.test/@me",
		"http://a.test/#x@y":               "http://a.test/",
	} {
		if got := key(url); got != want {
			t.Errorf("%s: %s", url, got)
		}
	}
}
