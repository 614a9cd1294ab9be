package cookies

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch"
	"crawl/fetch/urls"
)

// set puts Set-Cookie fields into j as url answered with them.
func set(j *Jar, url string, fields ...string) {
	var h fetch.Header
	h.Add("Content-Type", "text/html")
	for _, f := range fields {
		h.Add("set-cookie", f)
	}
	j.SetCookies(url, h)
}

// step is an answer that sets cookies, or a request.
type step struct {
	url  string
	sets []string // nil for a request
	want string   // what it is sent with
}

func answer(url string, sets ...string) step { return step{url: url, sets: sets} }
func request(url, want string) step          { return step{url: url, want: want} }

func TestJar(t *testing.T) {
	trusted, _ := urls.Parse("http://intra.example:8080/whatever")
	tests := []struct {
		name  string
		opt   Options
		steps []step
	}{
		{"host only", Options{}, []step{
			answer("http://a.org/", "k=v"),
			request("http://a.org/", "k=v"), request("https://a.org:8443/x?y", "k=v"),
			request("http://www.a.org/", ""), request("http://b.org/", ""), request("http://aa.org/", ""),
		}},
		{"domain", Options{}, []step{
			answer("http://www.a.org/", "k=v; domain=A.org"),
			request("http://a.org/", "k=v"), request("http://www.a.org/", "k=v"), request("http://x.y.a.org/", "k=v"),
			request("http://ba.org/", ""), request("http://org/", ""),
		}},
		{"domain of others", Options{}, []step{
			answer("http://a.org/", "k=v; domain=b.org", "k=v; domain=www.a.org", "k=v; domain=.org", "k=v; domain=rg", "k=v; domain=a.org:80", "k=v; domain=a.org/", "k=v; domain=a.org.", "k=v; domain=..a.org"),
			request("http://a.org/", ""), request("http://b.org/", ""), request("http://www.a.org/", ""),
		}},
		{"public suffix", Options{}, []step{
			answer("http://a.co.uk/", "k=v; domain=co.uk", "k=v; domain=uk"),
			answer("http://me.github.io/", "k=v; domain=github.io"),
			request("http://a.co.uk/", ""), request("http://b.co.uk/", ""), request("http://you.github.io/", ""),
		}},
		{"public suffix itself", Options{}, []step{
			answer("http://github.io/", "k=v; domain=github.io"),
			request("http://github.io/", "k=v"), request("http://me.github.io/", ""),
		}},
		{"IDN", Options{}, []step{
			answer("http://www.bücher.example/", "k=v; domain=BÜCHER.example"),
			request("http://xn--bcher-kva.example/", "k=v"),
		}},
		{"final dot", Options{}, []step{
			answer("http://a.co.uk./", "k=v; domain=co.uk", "l=w"),
			request("http://a.co.uk/", "l=w"), request("http://b.co.uk./", ""),
		}},
		{"IP hosts have none", Options{}, []step{
			answer("http://127.0.0.1/", "k=v"), answer("http://[::1]/", "k=v"),
			request("http://127.0.0.1/", ""), request("http://[::1]/", ""),
		}},
		{"unsafe", Options{Unsafe: true}, []step{
			answer("http://127.0.0.1/", "k=v", "l=w; domain=127.0.0.1", "m=x; domain=0.0.1"), answer("http://[::1]/", "n=y", "o=z; domain=::1"),
			request("http://127.1/", "k=v; l=w"), request("http://[::1]/", "n=y; o=z"), request("http://0.0.0.1/", ""),
		}},
		{"default path", Options{}, []step{
			answer("http://a.org/x/y?z", "k=v"), answer("http://a.org/x", "l=w"),
			request("http://a.org/x/", "k=v; l=w"), request("http://a.org/x", "k=v; l=w"), request("http://a.org/xy", "l=w"), request("http://a.org/", "l=w"),
		}},
		{"path", Options{}, []step{
			answer("http://a.org/", "k=v; path=/x", "l=w; path=/x/", "m=n; path=y"),
			request("http://a.org/x", "k=v; m=n"), request("http://a.org/x/", "l=w; k=v; m=n"), request("http://a.org/x/y", "l=w; k=v; m=n"), request("http://a.org/xx", "m=n"),
		}},
		{"endless path", Options{}, []step{
			answer("http://a.org/"+strings.Repeat("x", 2000)+"/y", "k=v"),
			request("http://a.org/"+strings.Repeat("x", 2000)+"/y", ""),
		}},
		{"longest path, then oldest", Options{}, []step{
			answer("http://www.a.org/", "a=1", "b=2; path=/x", "c=3; domain=a.org", "d=4; path=/x", "a=5"),
			request("http://www.a.org/x", "b=2; d=4; a=5; c=3"),
		}},
		{"same name, other path and domain", Options{}, []step{
			answer("http://www.a.org/", "a=1", "a=2; path=/x", "a=3; domain=a.org"),
			request("http://www.a.org/x", "a=2; a=1; a=3"), request("http://a.org/", "a=3"),
		}},
		{"deleted", Options{}, []step{
			answer("http://a.org/", "a=1", "b=2", "c=3; path=/x"),
			answer("http://a.org/", "a=; max-age=0", "b=; expires=Thu, 01 Jan 1970 00:00:00 GMT", "c=; max-age=0"),
			request("http://a.org/x", "c=3"),
		}},
		{"deleted, set again", Options{}, []step{
			answer("http://a.org/", "a=1", "b=2", "a=; max-age=0", "a=3"),
			request("http://a.org/", "b=2; a=3"),
		}},
		{"Secure", Options{}, []step{
			answer("https://a.org/", "k=v; secure"),
			request("https://a.org/", "k=v"), request("http://a.org/", ""),
		}},
		{"Secure from http", Options{}, []step{
			answer("http://a.org/", "k=v; secure"),
			request("https://a.org/", ""),
		}},
		{"Secure from loopback", Options{Unsafe: true}, []step{
			answer("http://localhost:8080/", "k=v; secure"), answer("http://x.localhost/", "k=v; secure"), answer("http://127.0.0.2/", "k=v; secure"),
			request("http://localhost/", "k=v"), request("http://x.localhost/", "k=v"), request("http://127.0.0.2/", "k=v"),
		}},
		{"Secure from a trusted origin", Options{SecureOrigins: []urls.URL{trusted}}, []step{
			answer("http://intra.example:8080/", "k=v; secure"),
			request("http://intra.example:8080/x", "k=v"), request("https://intra.example/", "k=v"), request("http://intra.example/", ""),
		}},
		{"http leaves Secure cookies alone", Options{}, []step{
			answer("https://www.a.org/", "k=v; secure; domain=a.org", "l=w; secure; path=/x"),
			answer("http://www.a.org/", "k=forged", "k=forged; domain=a.org", "k=forged; path=/y", "l=fine", "l=forged; path=/x/y"),
			request("https://www.a.org/x/y", "l=w; k=v; l=fine"),
			answer("https://www.a.org/", "k=new; domain=a.org"),
			request("http://www.a.org/", "k=new; l=fine"),
		}},
		{"prefixes", Options{}, []step{
			answer("https://www.a.org/x/y", "__Secure-a=1; secure", "__Secure-b=2", "__Host-c=3; secure; path=/", "__Host-d=4; secure; path=/; domain=www.a.org",
				"__Host-e=5; secure; path=/x", "__host-f=6; path=/", "__HOST-g=7; secure"),
			answer("https://www.a.org/", "__Host-h=8; secure"),
			request("https://www.a.org/x", "__Secure-a=1; __Host-c=3"),
		}},
		{"malformed", Options{}, []step{
			answer("http://a.org/", "", "a", "=b", "a\tb=c", "a=b\x00", "ok=1"),
			request("http://a.org/", "ok=1"),
		}},
		{"no URL", Options{}, []step{
			answer("ftp://a.org/", "k=v"), answer("", "k=v"), answer("http://a.org/", "l=w"),
			request("", ""), request("ftp://a.org/", ""), request("http://a.org/", "l=w"),
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			j := New(tt.opt)
			for _, s := range tt.steps {
				if s.sets != nil {
					set(j, s.url, s.sets...)
				} else if got := j.Cookies(s.url); got != s.want {
					t.Errorf("%s is sent %q, want %q", s.url, got, s.want)
				}
			}
		})
	}
}

func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := New(Options{})
		set(j, "http://a.org/", "a=1; max-age=10", "b=2; expires=Sat, 01 Jan 2000 00:00:20 GMT", "c=3")
		for _, want := range []string{"a=1; b=2; c=3", "b=2; c=3", "c=3"} {
			if got := j.Cookies("http://a.org/"); got != want || j.Len() != strings.Count(want, "=") {
				t.Errorf("%s: %q of %d, want %q", time.Now(), got, j.Len(), want)
			}
			time.Sleep(10 * time.Second)
		}
	})
}

// TestLimits has a domain and then the whole jar overflow.
func TestLimits(t *testing.T) {
	j := New(Options{})
	for i := range maxPerDomain {
		set(j, "http://a.org/", fmt.Sprintf("k%d=v; path=/%d", i, i))
	}
	j.Cookies("http://a.org/0") // so that it is not the one to go
	set(j, "http://a.org/", "new=v")
	if j.Len() != maxPerDomain || j.Cookies("http://a.org/0") != "k0=v; new=v" || j.Cookies("http://a.org/1") != "new=v" {
		t.Errorf("%d cookies, %q, %q", j.Len(), j.Cookies("http://a.org/0"), j.Cookies("http://a.org/1"))
	}
	for i := range 3 * maxCookies {
		set(j, fmt.Sprintf("http://h%d.org/", i), "k=v")
		j.Cookies("http://a.org/0")
		if n := j.Len(); n > maxCookies || i > maxCookies && n < maxCookies*9/10 {
			t.Fatalf("%d cookies after %d hosts", n, i)
		}
	}
	if j.Cookies("http://a.org/0") != "k0=v; new=v" || j.Cookies("http://h0.org/") != "" || j.Cookies(fmt.Sprintf("http://h%d.org/", 3*maxCookies-1)) != "k=v" {
		t.Error("what is in use went, or what is not stayed")
	}
	if int64(j.Len()) != j.size.Load() {
		t.Errorf("%d cookies are counted as %d", j.Len(), j.size.Load())
	}
}

// TestLimitsEndedGoFirst keeps a cookie that was never used over one that has ended.
func TestLimitsEndedGoFirst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := New(Options{})
		set(j, "http://a.org/", "old=v")
		for i := range maxPerDomain - 1 {
			set(j, "http://a.org/", fmt.Sprintf("k%d=v; max-age=1", i))
		}
		for i := range maxCookies - maxPerDomain {
			set(j, fmt.Sprintf("http://h%d.org/", i), "k=v; max-age=1")
		}
		time.Sleep(time.Second)
		set(j, "http://b.org/", "k=v") // one more than the jar holds
		if j.Len() != 2 || j.size.Load() != 2 {
			t.Errorf("%d cookies stay, counted as %d", j.Len(), j.size.Load())
		}
	})
	synctest.Test(t, func(t *testing.T) {
		j := New(Options{})
		set(j, "http://a.org/", "old=v")
		for i := range maxPerDomain - 1 {
			set(j, "http://a.org/", fmt.Sprintf("k%d=v; max-age=1", i))
		}
		time.Sleep(time.Second)
		set(j, "http://a.org/", "new=v")
		if got := j.Cookies("http://a.org/"); got != "old=v; new=v" || j.size.Load() != 2 {
			t.Errorf("%q stay of %d", got, j.size.Load())
		}
	})
}

func TestAdd(t *testing.T) {
	j := New(Options{})
	good := []Cookie{
		{Name: "a", Value: "1", Domain: "a.org"},
		{Name: "b", Value: "2", Domain: ".WWW.a.org", Path: "/x", HostOnly: true},
		{Name: "c", Value: "3", Domain: "localhost"},
		{Name: "d", Value: "4", Domain: "bücher.example", Secure: true},
	}
	if err := j.Add(good...); err != nil {
		t.Fatal(err)
	}
	for url, want := range map[string]string{
		"http://a.org/": "a=1", "http://www.a.org/x": "b=2; a=1", "http://www.www.a.org/x": "a=1", "http://localhost/": "c=3",
		"http://x.localhost/": "", "https://xn--bcher-kva.example/": "d=4", "http://bücher.example/": "",
	} {
		if got := j.Cookies(url); got != want {
			t.Errorf("%s is sent %q, want %q", url, got, want)
		}
	}
	for _, bad := range []Cookie{
		{Name: "", Domain: "a.org"}, {Name: "a"}, {Name: "a=b", Domain: "a.org"}, {Name: "a", Value: "b;c", Domain: "a.org"}, {Name: "a", Value: "b\n", Domain: "a.org"},
		{Name: "a", Value: " b", Domain: "a.org"}, {Name: "a", Domain: "a.org", Path: "x"}, {Name: "a", Domain: "a.org", Path: "/\t"}, {Name: "a", Domain: "co.uk"},
		{Name: "a", Domain: "127.0.0.1"}, {Name: "a", Domain: "::1"}, {Name: "a", Domain: "a.org:80"}, {Name: "a", Domain: "a.org/x"}, {Name: "a", Domain: "u@a.org"},
		{Name: "a", Domain: "a.org", Value: strings.Repeat("x", maxCookie)}, {Name: "a", Domain: "..a.org"}, {Name: "a", Domain: "a.org."}, {Name: "a", Domain: "a.org", Path: "/" + strings.Repeat("x", maxAttribute)},
	} {
		if err := j.Add(bad); err == nil {
			t.Errorf("%+v was taken", bad)
		}
	}
	if err := New(Options{Unsafe: true}).Add(Cookie{Name: "a", Domain: "::1"}, Cookie{Name: "a", Domain: "127.0.0.1"}); err != nil {
		t.Error(err)
	}
}

func TestAllAndClear(t *testing.T) {
	j := New(Options{})
	set(j, "http://www.a.org/", "a=1", "b=2; domain=a.org")
	set(j, "http://b.org/", "c=3", "d=4")
	set(j, "http://ba.org/", "e=5; max-age=100; httponly; samesite=strict")
	names := func() string {
		var all []string
		for c := range j.All() {
			all = append(all, c.Name)
		}
		return strings.Join(all, " ")
	}
	if names() != "a b c d e" || j.Len() != 5 {
		t.Errorf("%s of %d", names(), j.Len())
	}
	for c := range j.All() { // may change the jar, and be left
		if c.Name == "e" && (!c.HTTPOnly || c.SameSite != "Strict" || !c.HostOnly || c.Domain != "ba.org" || c.Path != "/") {
			t.Errorf("%+v", c)
		}
		if c.Name == "d" {
			j.Clear(func(c Cookie) bool { return c.Name == "d" })
			break
		}
	}
	if names() != "a b c e" {
		t.Error(names())
	}
	j.ClearDomain("..")
	j.ClearDomain(".A.org")
	if names() != "c e" {
		t.Error(names())
	}
	j.Clear(nil)
	if names() != "" || j.Len() != 0 || j.size.Load() != 0 || j.Cookies("http://b.org/") != "" {
		t.Errorf("%q of %d", names(), j.Len())
	}
}

func TestConcurrent(t *testing.T) {
	j := New(Options{})
	var wg sync.WaitGroup
	for w := range 8 {
		wg.Go(func() {
			for i := range 300 {
				url := fmt.Sprintf("http://h%d.org/", i%20)
				set(j, url, fmt.Sprintf("k%d-%d=v", w, i))
				j.Cookies(url)
				switch i % 50 {
				case 1:
					for c := range j.All() {
						if c.Value != "v" {
							t.Errorf("%+v", c)
						}
					}
				case 2:
					j.ClearDomain("h1.org")
				case 3:
					j.Len()
				}
			}
		})
	}
	wg.Wait()
	if int64(j.Len()) != j.size.Load() {
		t.Errorf("%d cookies are counted as %d", j.Len(), j.size.Load())
	}
}
