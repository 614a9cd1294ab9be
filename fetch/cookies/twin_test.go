package cookies

import (
	"math/rand/v2"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/publicsuffix"
)

// TestAsNetHTTP has net/http's jar judge the same answers. Left out is where the two
// differ by intent: Secure from http, prefixes, addresses, and what only net/http
// refuses, such as spaces in a name.
func TestAsNetHTTP(t *testing.T) {
	hosts := []string{"a.org", "www.a.org", "x.www.a.org", "b.org", "a.co.uk", "b.co.uk", "me.github.io", "github.io", "localhost", "intra"}
	paths := []string{"/", "/x", "/x/", "/x/y", "/xy", "/x/y/z?q=/x"}
	domains := []string{"", "", "", "a.org", ".a.org", "WWW.a.org", "org", "co.uk", "a.co.uk", "github.io", "b.org", "localhost", "intra", "rg"}
	attributes := []string{"", "", "; path=/", "; path=/x", "; path=/x/", "; path=x", "; max-age=1000", "; max-age=0", "; httponly", "; expires=Fri, 01 Jan 2100 00:00:00 GMT", "; expires=Thu, 01 Jan 1970 00:00:00 GMT"}
	pick := func(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }

	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 0))
		ours := New(Options{})
		theirs, err := cookiejar.New(&cookiejar.Options{PublicSuffixList: publicsuffix.List})
		if err != nil {
			t.Fatal(err)
		}
		var story []string
		for range 20 {
			from := "http://" + pick(r, hosts) + pick(r, paths)
			field := string(rune('a'+r.IntN(4))) + "=" + string(rune('0'+r.IntN(10))) + pick(r, attributes) + pick(r, attributes)
			if d := pick(r, domains); d != "" {
				field += "; domain=" + d
			}
			if r.IntN(4) == 0 {
				from = strings.Replace(from, "http:", "https:", 1)
				field = "s" + field + "; secure" // names that http does not set: ours would not let it
			}
			story = append(story, from+" sets "+field)
			set(ours, from, field)
			if c, err := http.ParseSetCookie(field); err == nil {
				theirs.SetCookies(address(t, from), []*http.Cookie{c})
			}
		}
		for _, host := range hosts {
			for _, path := range paths {
				for _, scheme := range []string{"http://", "https://"} {
					to := scheme + host + path
					var want []string
					for _, c := range theirs.Cookies(address(t, to)) {
						want = append(want, c.Name+"="+c.Value)
					}
					if want, got := strings.Join(want, "; "), ours.Cookies(to); got != want {
						t.Fatalf("seed %d: %s is sent %q by us and %q by net/http after\n%s", seed, to, got, want, strings.Join(story, "\n"))
					}
				}
			}
		}
	}
}

func address(t *testing.T, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}
