package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"crawl/fetch/urls"
)

// site answers by URL: "301 LOCATION" redirects, anything else is a page. It notes
// what it is asked.
type site struct {
	pages map[string]string
	asked []string
	last  *Request
	open  int // bodies that nobody has closed yet
}

func (s *site) Fetch(_ context.Context, req *Request) (*Record, error) {
	s.asked = append(s.asked, method(req)+" "+req.URL)
	s.last = req
	page, ok := s.pages[req.URL]
	if !ok {
		return nil, &Error{Class: ClassDNS, URL: req.URL, Reason: "no such page"}
	}
	rec := &Record{URL: req.URL, Status: 200}
	if _, err := fmt.Sscanf(page, "%d", &rec.Status); err == nil {
		if _, location, ok := strings.Cut(page, " "); ok {
			rec.Header.Add("Location", location)
		}
	}
	s.open++
	rec.Body = closing{strings.NewReader(page), func() { s.open-- }}
	return rec, nil
}

type closing struct {
	io.Reader
	closed func()
}

func (c closing) Close() error { c.closed(); return nil }

func TestRedirect(t *testing.T) {
	chain := map[string]string{}
	for i := range 20 {
		chain[fmt.Sprintf("http://a/%d", i)] = fmt.Sprintf("302 /%d", i+1)
	}
	chain["http://a/20"] = "end"
	tests := []struct {
		name   string
		pages  map[string]string
		method string
		start  string
		limit  int
		asked  string // comma-separated
		class  Class  // "" is success
	}{
		{"none", map[string]string{"http://a/": "x"}, "", "http://a/", 0, "GET http://a/", ""},
		{"301", map[string]string{"http://a/": "301 http://b/", "http://b/": "x"}, "", "http://a/", 0, "GET http://a/, GET http://b/", ""},
		{"303 of HEAD", map[string]string{"http://a/": "303 /b", "http://a/b": "x"}, "HEAD", "http://a/", 0, "HEAD http://a/, HEAD http://a/b", ""},
		{"301 of POST", map[string]string{"http://a/": "301 /b", "http://a/b": "x"}, "POST", "http://a/", 0, "POST http://a/, GET http://a/b", ""},
		{"302 of PUT", map[string]string{"http://a/": "302 /b", "http://a/b": "x"}, "PUT", "http://a/", 0, "PUT http://a/, PUT http://a/b", ""},
		{"303 of PUT", map[string]string{"http://a/": "303 /b", "http://a/b": "x"}, "PUT", "http://a/", 0, "PUT http://a/, GET http://a/b", ""},
		{"307 of POST", map[string]string{"http://a/": "307 /b", "http://a/b": "x"}, "POST", "http://a/", 0, "POST http://a/, POST http://a/b", ""},
		{"308 of POST", map[string]string{"http://a/": "308 /b", "http://a/b": "x"}, "POST", "http://a/", 0, "POST http://a/, POST http://a/b", ""},
		{"300 is none", map[string]string{"http://a/": "300 /b"}, "", "http://a/", 0, "GET http://a/", ""},
		{"304 is none", map[string]string{"http://a/": "304 /b"}, "", "http://a/", 0, "GET http://a/", ""},
		{"201 is none", map[string]string{"http://a/": "201 /b"}, "", "http://a/", 0, "GET http://a/", ""},
		{"no Location", map[string]string{"http://a/": "301"}, "", "http://a/", 0, "GET http://a/", ""},
		{"empty Location", map[string]string{"http://a/": "301 "}, "", "http://a/", 0, "GET http://a/", ""},
		{"relative", map[string]string{"http://a/x/y": "301 ../z?q", "http://a/z?q": "x"}, "", "http://a/x/y", 0, "GET http://a/x/y, GET http://a/z?q", ""},
		{"query only", map[string]string{"http://a/x": "301 ?q", "http://a/x?q": "x"}, "", "http://a/x", 0, "GET http://a/x, GET http://a/x?q", ""},
		{"protocol-relative", map[string]string{"https://a/": "301 //b/c", "https://b/c": "x"}, "", "https://a/", 0, "GET https://a/, GET https://b/c", ""},
		{"spaces and umlauts", map[string]string{"http://a/": "301 /ä b", "http://a/%C3%A4%20b": "x"}, "", "http://a/", 0, "GET http://a/, GET http://a/%C3%A4%20b", ""},
		{"IDN", map[string]string{"http://a/": "301 http://bücher.example/", "http://xn--bcher-kva.example/": "x"}, "", "http://a/", 0, "GET http://a/, GET http://xn--bcher-kva.example/", ""},
		{"fragment", map[string]string{"http://a/": "301 /b#c", "http://a/b": "x"}, "", "http://a/", 0, "GET http://a/, GET http://a/b", ""},
		{"https to http", map[string]string{"https://a/": "301 http://a/", "http://a/": "x"}, "", "https://a/", 0, "GET https://a/, GET http://a/", ""},
		{"back to the same page after POST", map[string]string{"http://a/": "303 http://a/"}, "POST", "http://a/", 0, "POST http://a/, GET http://a/", ClassRedirectLoop},
		{"POST, then its page", map[string]string{"http://a/": "303 /b", "http://a/b": "x"}, "POST", "http://a/", 0, "POST http://a/, GET http://a/b", ""},
		{"javascript:", map[string]string{"http://a/": "301 javascript:alert(1)"}, "", "http://a/", 0, "GET http://a/", ClassProtocol},
		{"data:", map[string]string{"http://a/": "301 data:,x"}, "", "http://a/", 0, "GET http://a/", ClassProtocol},
		{"file:", map[string]string{"http://a/": "301 file:///etc/passwd"}, "", "http://a/", 0, "GET http://a/", ClassProtocol},
		{"bad port", map[string]string{"http://a/": "301 http://b:99999/"}, "", "http://a/", 0, "GET http://a/", ClassProtocol},
		{"to itself", map[string]string{"http://a/": "301 /"}, "", "http://a/", 0, "GET http://a/", ClassRedirectLoop},
		{"loop of two", map[string]string{"http://a/": "301 /b", "http://a/b": "301 /"}, "", "http://a/", 0, "GET http://a/, GET http://a/b", ClassRedirectLoop},
		{"loop by an absolute Location without the login", map[string]string{"http://u:p@a/": "301 http://a/"}, "", "http://u:p@a/", 0, "GET http://u:p@a/", ClassRedirectLoop},
		{"loop that differs in the fragment", map[string]string{"http://a/": "301 /#x"}, "", "http://a/", 0, "GET http://a/", ClassRedirectLoop},
		{"target fails", map[string]string{"http://a/": "301 http://b/"}, "", "http://a/", 0, "GET http://a/, GET http://b/", ClassDNS},
		{"as many as allowed", chain, "", "http://a/10", 10, "*11", ""},
		{"one too many", chain, "", "http://a/10", 9, "*10", ClassRedirectLimit},
		{"more than the default", chain, "", "http://a/9", 0, "*11", ClassRedirectLimit},
		{"none wanted", chain, "", "http://a/9", -1, "*1", ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := &site{pages: tt.pages}
			rec, _, err := read(t.Context(), Stack(s, Redirect(tt.limit)), &Request{Method: tt.method, URL: tt.start})
			asked := strings.Join(s.asked, ", ")
			if n := 0; strings.HasPrefix(tt.asked, "*") {
				fmt.Sscanf(tt.asked, "*%d", &n)
				if len(s.asked) != n {
					t.Errorf("%d requests, want %d", len(s.asked), n)
				}
			} else if asked != tt.asked {
				t.Errorf("asked %s, want %s", asked, tt.asked)
			}
			if s.open != 0 {
				t.Errorf("%d bodies left open", s.open)
			}
			var hops []Hop
			if tt.class != "" {
				wantClass(t, err, tt.class)
				e, _ := errors.AsType[*Error](err)
				hops = e.Redirects
			} else if err != nil {
				t.Fatal(err)
			} else {
				hops = rec.Redirects
				if want := method(s.last) + " " + rec.URL; s.asked[len(s.asked)-1] != want {
					t.Errorf("answer of %s, want %s", want, s.asked[len(s.asked)-1])
				}
			}
			for i, hop := range hops {
				if !strings.HasSuffix(s.asked[i], " "+hop.URL) || !redirects(hop.Status) {
					t.Errorf("hop %d is %+v", i, hop)
				}
			}
		})
	}
}

func TestRedirectCredentials(t *testing.T) {
	const secret = "Accept: x, Authorization: s, cookie: s, Proxy-Authorization: s, Host: h"
	tests := []struct{ from, location, kept string }{
		{"http://a/", "/b", secret},
		{"http://a/", "http://a:80/b", secret},
		{"http://a/", "http://A/b", secret},
		{"http://a/", "http://b/b", "Accept: x"},
		{"http://a/", "http://sub.a/b", "Accept: x"},
		{"http://a/", "http://a:81/b", "Accept: x"},
		{"http://a/", "https://a/b", "Accept: x"},
		{"https://a/", "http://a/b", "Accept: x"},
		{"https://a/", "http://a:443/b", "Accept: x"},
	}
	for _, tt := range tests {
		t.Run(tt.from+" to "+tt.location, func(t *testing.T) {
			s := &site{pages: map[string]string{tt.from: "307 " + tt.location}}
			req := &Request{URL: tt.from, Header: Header{{"Accept", "x"}, {"Authorization", "s"}, {"cookie", "s"}, {"Proxy-Authorization", "s"}, {"Host", "h"}}}
			read(t.Context(), Stack(s, Redirect(0)), req)
			var got []string
			for _, f := range s.last.Header {
				got = append(got, f.Name+": "+f.Value)
			}
			if len(s.asked) != 2 || strings.Join(got, ", ") != tt.kept {
				t.Errorf("%v asked with %v, want %s", s.asked, got, tt.kept)
			}
			if len(req.Header) != 5 {
				t.Error("the caller's request was changed")
			}
		})
	}
}

// TestRedirectLogin has user and password of a URL go on within its origin, and to
// no other.
func TestRedirectLogin(t *testing.T) {
	tests := []struct{ from, location, want string }{
		{"http://u:p@h/a", "/b", "http://u:p@h/b"},
		{"http://u:p@h/a", "http://h/b", "http://u:p@h/b"},
		{"http://u:p@h/a", "http://h:80//b?c#d", "http://u:p@h//b?c"},
		{"http://u:p@h/a", "HTTP://H", "http://u:p@h/"},
		{"http://u:p@h/a", "http://@h/b", "http://u:p@h/b"},
		{"http://u@h/a", "//h/b", "http://u@h/b"},
		{"http://:p%40@[::1]:81/a", "http://[0::1]:81/b", "http://:p%40@[::1]:81/b"},
		{"http://u:p@h/a", "http://v@h/b", "http://v@h/b"},
		{"http://u:p@h/a", "http://v:q@h/b", "http://v:q@h/b"},
		{"http://u:p@h/a", "http://h:81/b", "http://h:81/b"},
		{"http://u:p@h/a", "http://i/b", "http://i/b"},
		{"http://u:p@h/a", "http://sub.h/b", "http://sub.h/b"},
		{"http://u:p@h/a", "https://h/b", "https://h/b"},
		{"https://u:p@h/a", "http://h/b", "http://h/b"},
		{"https://u:p@h/a", "http://h:443/b", "http://h:443/b"},
		{"http://h/a", "http://h/b", "http://h/b"},
	}
	for _, tt := range tests {
		t.Run(tt.from+" to "+tt.location, func(t *testing.T) {
			s := &site{pages: map[string]string{tt.from: "301 " + tt.location, tt.want: "x"}}
			rec, _, err := read(t.Context(), Stack(s, Redirect(0)), &Request{URL: tt.from})
			if err != nil || rec.URL != tt.want {
				t.Errorf("asked %v, %v, want %s", s.asked, err, tt.want)
			}
		})
	}
	t.Run("not back from another origin", func(t *testing.T) {
		s := &site{pages: map[string]string{"http://u:p@h/": "301 http://i/", "http://i/": "301 http://h/", "http://h/": "x"}}
		rec, _, err := read(t.Context(), Stack(s, Redirect(0)), &Request{URL: "http://u:p@h/"})
		if err != nil || rec.URL != "http://h/" {
			t.Errorf("asked %v, %v", s.asked, err)
		}
	})
	t.Run("too long with it", func(t *testing.T) {
		location := "http://h/" + strings.Repeat("x", urls.MaxLength-len("http://h/"))
		s := &site{pages: map[string]string{"http://u:p@h/": "301 " + location}}
		_, _, err := read(t.Context(), Stack(s, Redirect(0)), &Request{URL: "http://u:p@h/"})
		wantClass(t, err, ClassProtocol)
	})
}

// TestRedirectBroken has the user's line fine and the server's Location not.
func TestRedirectBroken(t *testing.T) {
	s := &site{pages: map[string]string{"http://u:secret@a/": "301 http://v:hidden@b:99999/"}}
	_, _, err := read(t.Context(), Stack(s, Redirect(0)), &Request{URL: "http://u:secret@a/"})
	wantClass(t, err, ClassProtocol)
	const want = `http://u:xxxxx@a/: redirect to an unusable address: bad URL "http://v:xxxxx@b:99999/": port "99999" is not from 1 to 65535`
	if err.Error() != want {
		t.Errorf("got  %v\nwant %s", err, want)
	}
}

// TestRedirectHidesPassword has a password lead into a loop: no error text tells it.
func TestRedirectHidesPassword(t *testing.T) {
	s := &site{pages: map[string]string{"http://u:secret@a/": "301 /"}}
	_, _, err := read(t.Context(), Stack(s, Redirect(0)), &Request{URL: "http://u:secret@a/"})
	e, ok := errors.AsType[*Error](err)
	if !ok || strings.Contains(e.Reason, "secret") {
		t.Errorf("%v", err)
	}
}

// TestRedirectHugeBody does not read the body of a redirect.
func TestRedirectHugeBody(t *testing.T) {
	o := serve(t, func(p *peer) {
		for head := p.request(); head != ""; head = p.request() {
			if strings.HasPrefix(head, "GET /end ") {
				p.send(ok200)
				continue
			}
			p.send("HTTP/1.1 302 Found\r\nLocation: /end\r\nContent-Length: 10000000000\r\n\r\n")
			for p.send(strings.Repeat("x", 1<<16)) {
			}
		}
	})
	rec, body, err := read(soon(t), Stack(newClient(t, Options{}), Redirect(0), Decode(0)), &Request{URL: o.URL})
	if err != nil || body != "hello" || len(rec.Redirects) != 1 || rec.URL != o.URL+"end" {
		t.Errorf("%q, %v, %+v", body, err, rec)
	}
}

// TestRedirectCookie has sites set a cookie and ask to come again: that is no loop,
// unless it goes on.
func TestRedirectCookie(t *testing.T) {
	tests := []struct {
		name  string
		hops  []string // Locations, with a * in front when a cookie is set; then comes the page
		asked int
		class Class
	}{
		{"to itself", []string{"*/"}, 2, ""},
		{"over another page", []string{"/b", "*/"}, 3, ""},
		{"over another origin", []string{"http://b/", "*http://a/", "http://b/"}, 4, ""},
		{"no cookie", []string{"/"}, 1, ClassRedirectLoop},
		{"no cookie since", []string{"*/b", "/c", "/b"}, 3, ClassRedirectLoop},
		{"cookies for ever", []string{"*/", "*/", "*/"}, 2, ClassRedirectLoop},
		{"cookies for ever over another page", []string{"*/b", "*/", "*/b", "*/"}, 4, ClassRedirectLoop},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			asked := 0
			site := FetcherFunc(func(_ context.Context, req *Request) (*Record, error) {
				rec := &Record{URL: req.URL, Status: 200, Body: io.NopCloser(strings.NewReader(""))}
				if asked++; asked <= len(tt.hops) {
					location, sets := strings.CutPrefix(tt.hops[asked-1], "*")
					if sets {
						rec.Header.Add("Set-Cookie", "seen=1")
					}
					rec.Status = 302
					rec.Header.Add("Location", location)
				}
				return rec, nil
			})
			_, err := Stack(site, Redirect(0)).Fetch(t.Context(), &Request{URL: "http://a/"})
			if asked != tt.asked || ClassOf(err) != tt.class {
				t.Errorf("asked %d times, %v; want %d, %q", asked, err, tt.asked, tt.class)
			}
		})
	}
}

// TestRedirectDropsBody leaves nothing of a body behind where the method becomes GET.
func TestRedirectDropsBody(t *testing.T) {
	s := &site{pages: map[string]string{"http://a/": "303 /b", "http://a/b": "x"}}
	req := &Request{Method: "POST", URL: "http://a/", Body: Text("x"), Expect: true, Header: Header{
		{"Content-Type", "text/x"}, {"content-language", "en"}, {"Expect", "100-continue"}, {"X-Other", "stays"},
	}}
	if _, _, err := read(t.Context(), Stack(s, Redirect(0)), req); err != nil {
		t.Fatal(err)
	}
	if s.last.Body != nil || s.last.Expect || len(s.last.Header) != 1 || !s.last.Header.Has("X-Other") {
		t.Errorf("asked for the target with %+v", s.last)
	}
}
