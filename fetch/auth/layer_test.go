package auth

import (
	"context"
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"

	"crawl/fetch"
	"crawl/fetch/urls"
)

// body is an answer's, and knows whether it was closed.
type body struct {
	io.Reader
	closed bool
}

func (b *body) Close() error { b.closed = true; return nil }

// origin is a server that wants what script says, and notes what it got.
type origin struct {
	script func(n int, req *fetch.Request) (status int, h fetch.Header) // n counts requests from 1

	mu     sync.Mutex
	got    []string // Authorization fields, "-" for none
	bodies []*body
}

func (o *origin) Fetch(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	sent := strings.Join(req.Header.Values("Authorization"), "|")
	if sent == "" {
		sent = "-"
	}
	o.got = append(o.got, sent)
	status, h := o.script(len(o.got), req)
	b := &body{Reader: strings.NewReader("")}
	o.bodies = append(o.bodies, b)
	return &fetch.Record{URL: req.URL, Status: status, Header: h, Body: b}, nil
}

func always(status int, h ...fetch.Field) func(int, *fetch.Request) (int, fetch.Header) {
	return func(int, *fetch.Request) (int, fetch.Header) { return status, h }
}

func asks(value string) fetch.Field { return fetch.Field{Name: "WWW-Authenticate", Value: value} }

// digestServer checks answers by its own means. It takes each nonce that is in
// fresh, with each count once.
type digestServer struct {
	fresh map[string]bool
	next  int
	used  map[string]bool
	more  string // parameters of the challenge
}

func (d *digestServer) serve(_ int, req *fetch.Request) (int, fetch.Header) {
	said := map[string]string{}
	for _, c := range parseChallenges(req.Header.Values("Authorization")) {
		for _, p := range c.params {
			said[p.name] = p.value
		}
	}
	u, err := urls.Parse(req.URL)
	if err != nil {
		return 400, nil
	}
	hash := func(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }
	proof := hash(hash("me:r:secret") + ":" + said["nonce"] + ":" + said["nc"] + ":" + said["cnonce"] + ":auth:" + hash(method(req)+":"+u.RequestURI()))
	good := said["nonce"] != "" && said["response"] == proof
	stale := ""
	if good {
		ticket := said["nonce"] + " " + said["nc"]
		if d.fresh[said["nonce"]] && !d.used[ticket] {
			d.used[ticket] = true
			return 200, nil
		}
		stale = ", stale=true"
	}
	d.next++
	nonce := fmt.Sprint("nonce", d.next)
	d.fresh[nonce] = true
	return 401, fetch.Header{asks(`Basic realm="r"`), asks(`Digest realm="r", qop="auth", nonce="` + nonce + `"` + stale + d.more)}
}

func newDigestServer(more string) *digestServer {
	return &digestServer{fresh: map[string]bool{}, used: map[string]bool{}, more: more}
}

func must(t testing.TB, make func(string, string) (Credentials, error), user, password string) Credentials {
	t.Helper()
	c, err := make(user, password)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func at(t testing.TB, origin string, c Credentials) Lookup {
	t.Helper()
	lookup, err := Static(origin, c)
	if err != nil {
		t.Fatal(err)
	}
	return lookup
}

func ask(t testing.TB, f fetch.Fetcher, url string) *fetch.Record {
	t.Helper()
	rec, err := f.Fetch(t.Context(), &fetch.Request{URL: url})
	if err != nil {
		t.Fatal(err)
	}
	rec.Body.Close()
	return rec
}

func TestWhoGetsWhat(t *testing.T) {
	bearer, err := Bearer("tok|en")
	if err != nil {
		t.Fatal(err)
	}
	layer := Layer(
		at(t, "https://a.example/ignored?path", must(t, Basic, "Aladdin", "open sesame")), // RFC 7617 section 2
		at(t, "https://a.example", must(t, Basic, "second", "x")),
		at(t, "http://b.example:8080", bearer),
		at(t, "http://c.example", must(t, Digest, "me", "secret")),
		at(t, "http://utf8.example", must(t, Basic, "test", "123£")), // RFC 7617 section 2.1
		at(t, "http://latin1.example", must(t, Basic, "test", "123\xa3")),
	)
	for _, test := range []struct {
		url    string
		header fetch.Header
		want   string
	}{
		{"https://a.example/x", nil, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
		{"https://A.EXAMPLE:443/", nil, "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="},
		{"http://a.example/", nil, "-"},
		{"https://a.example:8443/", nil, "-"},
		{"https://www.a.example/", nil, "-"},
		{"https://a.example.evil.example/", nil, "-"},
		{"http://b.example:8080/", nil, "Bearer tok|en"},
		{"http://b.example/", nil, "-"},
		{"http://c.example/", nil, "-"},
		{"http://utf8.example/", nil, "Basic dGVzdDoxMjPCow=="},
		{"http://latin1.example/", nil, "Basic dGVzdDoxMjOj"},
		{"http://d.example/", fetch.Header{{Name: "authorization", Value: "own"}}, "own"},
		{"https://a.example/", fetch.Header{{Name: "AUTHORIZATION", Value: "own"}}, "own"},
		{"https://u:p%40w@a.example/", nil, "Basic dTpwQHc="},
		{"https://u@d.example/", nil, "Basic dTo="},
	} {
		o := &origin{script: always(200)}
		header := append(fetch.Header{{Name: "Accept", Value: "*/*"}}, test.header...)
		req := &fetch.Request{URL: test.url, Header: header[:len(header):len(header)]}
		rec, err := layer(o).Fetch(t.Context(), req)
		if err != nil || rec.Status != 200 || rec.URL != test.url {
			t.Fatalf("%s: %v, %v", test.url, rec, err)
		}
		if o.got[0] != test.want {
			t.Errorf("%s gets %s, want %s", test.url, o.got[0], test.want)
		}
		if len(req.Header) != 1+len(test.header) {
			t.Errorf("%s: the request was changed", test.url)
		}
	}
}

func TestUnusableRequests(t *testing.T) {
	o := &origin{script: always(200)}
	f := Layer()(o)
	for _, test := range []struct {
		url    string
		header fetch.Header
		reason string
	}{
		{"http://me:secret@a.example/", fetch.Header{{Name: "Authorization", Value: "x"}}, "the URL names a user, and so does the Authorization field"},
		{"http://m%3Ae:secret@a.example/", nil, "a user name must not contain a colon"},
		{"http://me:secret%0a@a.example/", nil, "user name and password must not contain control characters"},
	} {
		_, err := f.Fetch(t.Context(), &fetch.Request{URL: test.url, Header: test.header})
		e, ok := errors.AsType[*fetch.Error](err)
		if !ok || e.Class != fetch.ClassBadURL || e.Reason != test.reason {
			t.Errorf("%s: %v", test.url, err)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("the error shows the password: %v", err)
		}
	}
	if len(o.got) != 0 {
		t.Errorf("requests were sent: %v", o.got)
	}
}

func TestUnreadableURLIsForTheClient(t *testing.T) {
	o := &origin{script: always(200)}
	if ask(t, Layer()(o), "::"); len(o.got) != 1 {
		t.Error("it was not asked")
	}
}

func TestDigestIsAnswered(t *testing.T) {
	for _, test := range []struct {
		name  string
		c     Credentials
		first string
	}{
		{"Digest", must(t, Digest, "me", "secret"), "-"},
		{"Login", must(t, Login, "me", "secret"), "Basic bWU6c2VjcmV0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			server := newDigestServer("")
			o := &origin{script: server.serve}
			f := Layer(at(t, "http://a.example", test.c))(o)
			for i := range 3 {
				if rec := ask(t, f, fmt.Sprint("http://a.example/", i, "?x=\\")); rec.Status != 200 {
					t.Fatalf("request %d: %d, %v", i, rec.Status, o.got)
				}
			}
			if len(o.got) != 4 || o.got[0] != test.first {
				t.Fatalf("the server got %q", o.got)
			}
			for i, nc := range []string{"nc=00000001", "nc=00000002", "nc=00000003"} {
				if !strings.Contains(o.got[i+1], nc) {
					t.Errorf("no %s in %s", nc, o.got[i+1])
				}
			}
			if !o.bodies[0].closed {
				t.Error("the 401 was not closed")
			}
		})
	}
}

func TestStaleNonce(t *testing.T) {
	server := newDigestServer("")
	o := &origin{script: server.serve}
	f := Layer(at(t, "http://a.example", must(t, Digest, "me", "secret")))(o)
	ask(t, f, "http://a.example/")
	clear(server.fresh)
	if rec := ask(t, f, "http://a.example/"); rec.Status != 200 || len(o.got) != 4 {
		t.Fatalf("%d after %q", rec.Status, o.got)
	}

	// The server forgets each nonce at once: in the end it is believed.
	o.script = func(n int, req *fetch.Request) (int, fetch.Header) {
		clear(server.fresh)
		return server.serve(n, req)
	}
	o.got = nil
	if rec := ask(t, f, "http://a.example/"); rec.Status != 401 || len(o.got) != 1+maxAnswers {
		t.Errorf("%d after %q", rec.Status, o.got)
	}
}

// A server that forgot a nonce need not say "stale".
func TestForgottenNonce(t *testing.T) {
	o := &origin{}
	f := Layer(at(t, "http://a.example", must(t, Digest, "me", "secret")))(o)
	nonce := "old"
	o.script = func(_ int, req *fetch.Request) (int, fetch.Header) {
		if strings.Contains(req.Header.Get("Authorization"), `nonce="`+nonce+`"`) {
			return 200, nil
		}
		return 401, fetch.Header{asks(`Digest realm="r", qop="auth", nonce="` + nonce + `"`)}
	}
	ask(t, f, "http://a.example/")
	nonce = "new"
	if rec := ask(t, f, "http://a.example/"); rec.Status != 200 || len(o.got) != 4 {
		t.Errorf("%d after %q", rec.Status, o.got)
	}
}

func TestWrongPasswordIsTriedOnce(t *testing.T) {
	server := newDigestServer("")
	o := &origin{script: server.serve}
	f := Layer(at(t, "http://a.example", must(t, Digest, "me", "wrong")))(o)
	for range 2 {
		o.got = nil
		rec, err := f.Fetch(t.Context(), &fetch.Request{URL: "http://a.example/"})
		if err != nil || rec.Status != 401 || len(o.got) != 2 {
			t.Fatalf("%v, %v after %q", rec, err, o.got)
		}
		if o.got[0] != "-" {
			t.Errorf("a session that failed is used again: %s", o.got[0])
		}
		if rec.Body.(*body).closed {
			t.Error("the body of the answer is closed")
		}
	}
}

func TestUnansweredChallenges(t *testing.T) {
	digest := must(t, Digest, "me", "secret")
	for _, test := range []struct {
		name  string
		c     Credentials
		h     []fetch.Field
		tries int
	}{
		{"Basic is not enough for Digest", digest, []fetch.Field{asks("Basic realm=r")}, 1},
		{"wrong Basic", must(t, Basic, "me", "x"), []fetch.Field{asks("Basic realm=r"), asks("Digest realm=r, nonce=n")}, 1},
		{"wrong Login", must(t, Login, "me", "x"), []fetch.Field{asks("Basic realm=r")}, 1},
		{"no challenge", digest, nil, 1},
		{"unknown hash", digest, []fetch.Field{asks("Digest nonce=n, algorithm=ROT13")}, 1},
		{"always the same", digest, []fetch.Field{asks("Digest nonce=n")}, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := &origin{script: always(401, test.h...)}
			rec := ask(t, Layer(at(t, "http://a.example", test.c))(o), "http://a.example/")
			if rec.Status != 401 || len(o.got) != test.tries {
				t.Errorf("%d after %q", rec.Status, o.got)
			}
		})
	}
}

// text is the body of a request. The first Open of one that can be opened but once
// spends it.
type text string

func (b text) Size() int64                  { return int64(len(b)) }
func (b text) Open() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(string(b))), nil }
func (b text) ContentType() string          { return "text/plain" }

type onceText struct {
	text
	spent bool
}

func (b *onceText) Spent() bool { return b.spent }

func (b *onceText) Open() (io.ReadCloser, error) {
	if b.spent {
		return nil, fetch.ErrOnce
	}
	b.spent = true
	return b.text.Open()
}

type brokenText struct{ text }

func (b brokenText) Open() (io.ReadCloser, error) { return nil, io.ErrClosedPipe }

func TestRequestBodies(t *testing.T) {
	for _, test := range []struct {
		name   string
		qop    string
		body   fetch.Body
		status int
		tries  int
		again  int // requests for the same once more
	}{
		{"auth", "auth", text("hello"), 200, 2, 1},
		{"auth-int", "auth-int", text("hello"), 200, 2, 1},
		{"auth-int without a body", "auth-int", nil, 200, 2, 1},
		{"auth of a body that is spent", "auth", &onceText{text: "hello"}, 401, 1, 1},
		{"auth-int of a body that is spent", "auth-int", &onceText{text: "hello"}, 401, 1, 1},
		{"auth-int of a body that can't be read", "auth-int", brokenText{"hello"}, 401, 2, 2},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := &origin{}
			hash := func(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }
			o.script = func(_ int, req *fetch.Request) (int, fetch.Header) {
				content := ""
				if req.Body != nil {
					if r, err := req.Body.Open(); err == nil {
						data, _ := io.ReadAll(r)
						content = string(data)
					}
				}
				a2 := method(req) + ":/x"
				if test.qop == "auth-int" {
					a2 += ":" + hash(content)
				}
				all := parseChallenges(req.Header.Values("Authorization"))
				if len(all) == 1 && all[0].get("response") == hash(hash("me:r:secret")+":n:"+all[0].get("nc")+":"+all[0].get("cnonce")+":"+test.qop+":"+hash(a2)) && content != "" == (req.Body != nil) {
					return 200, nil
				}
				return 401, fetch.Header{asks(`Digest realm=r, nonce=n, qop="` + test.qop + `"`)}
			}
			f := Layer(at(t, "http://a.example", must(t, Digest, "me", "secret")))(o)
			req := &fetch.Request{Method: "POST", URL: "http://a.example/x", Body: test.body}
			for _, tries := range []int{test.tries, test.again} {
				o.got = nil
				rec, err := f.Fetch(t.Context(), req)
				if err != nil || rec.Status != test.status || len(o.got) != tries {
					t.Fatalf("%v, %v after %q", rec, err, o.got)
				}
			}
		})
	}
}

// A body that can be read but once goes with the nonce that is known already.
func TestKnownNonceSparesTheBody(t *testing.T) {
	server := newDigestServer("")
	o := &origin{script: server.serve}
	f := Layer(at(t, "http://a.example", must(t, Digest, "me", "secret")))(o)
	ask(t, f, "http://a.example/")
	rec, err := f.Fetch(t.Context(), &fetch.Request{Method: "POST", URL: "http://a.example/", Body: &onceText{text: "hello"}})
	if err != nil || rec.Status != 200 {
		t.Errorf("%v, %v after %q", rec, err, o.got)
	}
}

func TestDigestStaysInItsSpace(t *testing.T) {
	server := newDigestServer(`, domain="/in http://b.example/"`)
	o := &origin{script: server.serve}
	c := must(t, Digest, "me", "secret")
	f := Layer(at(t, "http://a.example", c), at(t, "http://b.example", c))(o)
	for _, test := range []struct {
		url   string
		first bool // whether the first request shows the session
	}{
		{"http://a.example/in/1", false},
		{"http://a.example/in/2", true},
		{"http://a.example/out", false},
		{"http://a.example/in/3", true},
		{"http://b.example/in/1", false}, // whatever the other origin says about it
		{"http://c.example/in/1", false},
	} {
		o.got = nil
		ask(t, f, test.url)
		if got := o.got[0] != "-"; got != test.first {
			t.Errorf("%s: first %s", test.url, o.got[0])
		}
	}
}

func TestNextNonce(t *testing.T) {
	o := &origin{}
	o.script = func(n int, req *fetch.Request) (int, fetch.Header) {
		if n == 1 {
			return 401, fetch.Header{asks(`Digest realm="r", qop="auth", algorithm=MD5-sess, nonce="one"`)}
		}
		return 200, fetch.Header{{Name: "authentication-info", Value: `nextnonce="two", qop=auth`}}
	}
	f := Layer(at(t, "http://a.example", must(t, Digest, "me", "secret")))(o)
	for range 3 {
		ask(t, f, "http://a.example/")
	}
	for i, want := range []string{"-", `nonce="one"`, `nonce="two"`, `nonce="two"`} {
		if !strings.Contains(o.got[i], want) {
			t.Errorf("request %d: no %s in %s", i, want, o.got[i])
		}
	}
	if !strings.Contains(o.got[2], "nc=00000001") || !strings.Contains(o.got[3], "nc=00000002") {
		t.Errorf("the count of the next nonce is wrong: %q", o.got[2:])
	}
}

// Redirects lead through origins; each gets its own credentials and no others.
func TestRedirectsLeakNothing(t *testing.T) {
	o := &origin{}
	o.script = func(n int, _ *fetch.Request) (int, fetch.Header) {
		if hops := []string{"http://a.example/2", "https://a.example/", "http://b.example/", "http://evil.example/", "http://u:p@a.example/", "http://a.example/3"}; n <= len(hops) {
			return 302, fetch.Header{{Name: "Location", Value: hops[n-1]}}
		}
		return 200, nil
	}
	f := fetch.Stack(o, fetch.Redirect(0), Layer(
		at(t, "http://a.example", must(t, Basic, "a", "")),
		at(t, "http://b.example", must(t, Login, "b", "")),
	))
	ask(t, f, "http://a.example/1")
	want := []string{"Basic YTo=", "Basic YTo=", "-", "Basic Yjo=", "-", "Basic dTpw", "Basic dTpw"} // those of a URL go on within its origin
	if fmt.Sprint(o.got) != fmt.Sprint(want) {
		t.Errorf("%q, want %q", o.got, want)
	}
}

func TestManyAtOnce(t *testing.T) {
	server := newDigestServer("")
	o := &origin{script: server.serve}
	f := Layer(at(t, "http://a.example", must(t, Digest, "me", "secret")))(o)
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				rec, err := f.Fetch(t.Context(), &fetch.Request{URL: "http://a.example/x"})
				if err != nil || rec.Status != 200 {
					t.Errorf("%v, %v", rec, err)
				}
			}
		})
	}
	all.Wait()
	if len(o.got) > 400+8 { // each may find no session, once
		t.Errorf("%d requests", len(o.got))
	}
}

func TestMemoryOfOriginsIsBounded(t *testing.T) {
	o := &origin{script: newDigestServer("").serve}
	c := must(t, Digest, "me", "secret")
	l := &layer{next: o, lookups: []Lookup{func(urls.URL) (Credentials, bool) { return c, true }}}
	for i := range maxSessions + 10 {
		ask(t, fetch.FetcherFunc(l.fetch), fmt.Sprint("http://host", i, ".example/"))
	}
	if n := len(l.sessions.of); n != maxSessions {
		t.Errorf("%d sessions", n)
	}
}

func TestSecretsAreNotPrinted(t *testing.T) {
	bearer, err := Bearer("secret")
	if err != nil {
		t.Fatal(err)
	}
	for want, c := range map[string]Credentials{
		"Basic":     must(t, Basic, "me", "secret"),
		"Digest me": must(t, Digest, "me", "secret"),
		"Login me":  must(t, Login, "me", "secret"),
		"Bearer":    bearer,
		"":          {},
	} {
		if got := fmt.Sprintf("%v|%s|%+v|%#v", c, c, c, c); got != strings.Join([]string{want, want, want, want}, "|") {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

func TestInvalidTokens(t *testing.T) {
	for _, token := range []string{"", "a b", "a\r\nb", "ä"} {
		if _, err := Bearer(token); err == nil {
			t.Errorf("%q is taken", token)
		}
	}
}

func TestStaticWantsAURL(t *testing.T) {
	if _, err := Static("example.com", Credentials{}); err == nil {
		t.Error("no error")
	}
}

func BenchmarkLayer(b *testing.B) {
	o := fetch.FetcherFunc(func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		return &fetch.Record{Status: 200}, nil
	})
	f := Layer(at(b, "http://a.example", must(b, Basic, "me", "secret")))(o)
	for name, url := range map[string]string{"basic": "http://a.example/x", "other": "http://b.example/x"} {
		b.Run(name, func(b *testing.B) {
			req := &fetch.Request{URL: url, Header: fetch.Header{{Name: "Accept", Value: "*/*"}}}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := f.Fetch(b.Context(), req); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
