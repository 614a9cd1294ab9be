package fetch_test

import (
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"crawl/fetch"
	"crawl/fetch/urls"
)

// maze answers everything with a redirect to one of two Locations in turn.
type maze struct {
	locations [2]string
	status    int
	cookies   bool
	asked     []fetch.Request
	open      int // bodies that nobody has closed yet
}

func (m *maze) Fetch(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
	rec := &fetch.Record{URL: req.URL, Status: m.status, Body: m}
	rec.Header.Add("Location", m.locations[len(m.asked)%2])
	if m.cookies {
		rec.Header.Add("Set-Cookie", "seen=1")
	}
	m.asked = append(m.asked, *req)
	m.open++
	return rec, nil
}

func (m *maze) Read([]byte) (int, error) { return 0, io.EOF }

func (m *maze) Close() error { m.open--; return nil }

// FuzzLocation has any Location lead on from any URL: to no other scheme, without
// a way to slip something into the next request, without credentials or trust for
// another origin, and to an end.
func FuzzLocation(f *testing.F) {
	for _, location := range []string{
		"", "/", "/b", "?q", "#f", "b/", "../..//b", "//b", "//b:80/c", `\\b\c`, "/\\b", "http:b", "http:///b", "HTTPS://A/", "http://u:p@a/", "http://b@a/", "http://a@b/",
		"javascript:alert(1)", "data:,x", "file:///etc/passwd", "ftp://a/", "http://a:99999/", "http://[::1]/", "http://0x7f.1/", "http://169.254.169.254/latest",
		"/b\r\nX: y", "/b HTTP/1.1\r\n\r\nGET /c", "/\x00", "/ä b", "//bücher.example", "/%0d%0a", "/\xff\xfe", " /b ", "http://a\x00.b/", "//a%40b/", "//a%2eb", "http://a:80@b:80/",
	} {
		f.Add("http://a/", location, "/", uint8(1), uint8(0), false)
		f.Add("https://u:p@a:8443/x/y?z", "//b/", location, uint8(3), uint8(9), true)
	}
	statuses := []int{301, 302, 303, 307, 308, 200, 300, 304} // the first five redirect
	f.Fuzz(func(t *testing.T, base, first, second string, status, limit uint8, cookies bool) {
		m := &maze{locations: [2]string{first, second}, status: statuses[int(status)%len(statuses)], cookies: cookies}
		most := 1 + int(limit)%fetch.DefaultMaxRedirects
		req := &fetch.Request{URL: base, Header: fetch.Header{
			{Name: "Accept", Value: "*/*"}, {Name: "authorization", Value: "s"}, {Name: "Cookie", Value: "s"}, {Name: "Proxy-Authorization", Value: "s"}, {Name: "HOST", Value: "s"},
		}}
		rec, err := fetch.Stack(m, fetch.Redirect(most)).Fetch(t.Context(), req)

		hops := len(m.asked) - 1
		if err != nil {
			e, ok := errors.AsType[*fetch.Error](err)
			if !ok || !slices.Contains([]fetch.Class{fetch.ClassBadURL, fetch.ClassProtocol, fetch.ClassRedirectLoop, fetch.ClassRedirectLimit}, e.Class) {
				t.Fatalf("error %v of class %q", err, fetch.ClassOf(err))
			}
			if _, bad := urls.Parse(base); (e.Class == fetch.ClassBadURL) != (bad != nil) {
				t.Errorf("class %q of base %q: %v", e.Class, base, e.Reason)
			}
			if !printable(e.Reason) {
				t.Errorf("reason %q", e.Reason)
			}
			if len(e.Redirects) != hops+1 || e.Class == fetch.ClassRedirectLimit && hops != most {
				t.Errorf("after %d of at most %d hops: %v, with %d in the error", hops, most, err, len(e.Redirects))
			}
		} else {
			if len(rec.Redirects) != hops || slices.Contains(statuses[:5], m.status) && m.locations[hops%2] != "" {
				t.Errorf("after %d hops: status %d, Location %q", hops, rec.Status, m.locations[hops%2])
			}
			rec.Body.Close()
		}
		if hops > most || m.open != 0 || req.URL != base || len(req.Header) != 5 {
			t.Errorf("%d of at most %d hops, %d bodies open, request %+v", hops, most, m.open, req)
		}

		start, err := urls.Parse(base)
		if err != nil && hops > 0 {
			t.Fatalf("%q led to %q", base, m.asked[1].URL)
		}
		visits := map[string]int{base: 1}
		from, secrets := start.String(), 4
		for i, hop := range m.asked[1:] {
			checkHop(t, from, m.locations[i%2], &hop)
			if origin(from) != origin(hop.URL) {
				secrets = 0
			}
			if len(hop.Header) != 1+secrets {
				t.Errorf("from %q to %q with %v", from, hop.URL, hop.Header)
			}
			if visits[hop.URL]++; visits[hop.URL] > 2 || visits[hop.URL] > 1 && !cookies {
				t.Errorf("%q was asked for %d times", hop.URL, visits[hop.URL])
			}
			from = hop.URL
		}
	})
}

// checkHop looks at a request that came from a redirect.
func checkHop(t *testing.T, from, location string, hop *fetch.Request) {
	to, err := urls.Parse(hop.URL)
	if err != nil || to.String() != hop.URL || !strings.HasPrefix(hop.URL, "http") || !printable(hop.URL) || strings.Contains(hop.URL, " ") {
		t.Errorf("%q at %q led to %q", location, from, hop.URL)
	}
	_, _, login := to.Userinfo()
	if login && origin(from) != origin(hop.URL) && !strings.Contains(location, "@") {
		t.Errorf("%q at %q took a login to %q", location, from, hop.URL)
	}
	if was, _ := urls.Parse(from); was.Hostname() != to.Hostname() && !hop.Discovered {
		t.Errorf("%q at %q led to %q as if the user had named it", location, from, hop.URL)
	}
}

// origin is what stands before the path of a canonical URL, without its userinfo.
func origin(url string) string {
	scheme, rest, _ := strings.Cut(url, "://")
	authority, _, _ := strings.Cut(rest, "/")
	return scheme + "://" + authority[strings.LastIndexByte(authority, '@')+1:]
}

func printable(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r < ' ' || r > '~' }) < 0
}
