package urls

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
)

// vector is one case of testdata/urls.json: without Want the input is refused.
type vector struct {
	Input, Base, Want string
}

func vectors(t testing.TB) []vector {
	data, err := os.ReadFile("testdata/urls.json")
	if err != nil {
		t.Fatal(err)
	}
	var all []vector
	if err := json.Unmarshal(data, &all); err != nil {
		t.Fatal(err)
	}
	return all
}

func resolve(base, ref string) (URL, error) {
	if base == "" {
		return Parse(ref)
	}
	u, err := Parse(base)
	if err != nil {
		return URL{}, err
	}
	return u.Resolve(ref)
}

func withFragment(u URL) string {
	if u.fragment == "" {
		return u.s
	}
	return u.s + "#" + u.fragment
}

func TestVectors(t *testing.T) {
	for _, v := range vectors(t) {
		u, err := resolve(v.Base, v.Input)
		if got := withFragment(u); got != v.Want {
			t.Errorf("%q at %q: got %q and %v, want %q", v.Input, v.Base, got, err, v.Want)
		}
		if _, typed := errors.AsType[*Error](err); (err != nil) != typed || typed != (v.Want == "") {
			t.Errorf("%q at %q: error %v", v.Input, v.Base, err)
		}
	}
}

func TestParts(t *testing.T) {
	type parts struct {
		scheme, hostname, port, host, requestURI, path, query, fragment, redacted, bare string
	}
	for in, want := range map[string]parts{
		"http://shop.test": {"http", "shop.test", "80", "shop.test:80", "/", "/", "", "", "http://shop.test/", "http://shop.test/"},
		"https://shop.test/a?b=c#d": {"https", "shop.test", "443", "shop.test:443", "/a?b=c", "/a", "b=c", "d",
			"https://shop.test/a?b=c", "https://shop.test/a?b=c"},
		"https://ann:pw@shop.test:8443/a?": {"https", "shop.test", "8443", "shop.test:8443", "/a?", "/a", "", "",
			"https://ann:xxxxx@shop.test:8443/a?", "https://shop.test:8443/a?"},
		"http://ann@[::1]:81/?q": {"http", "::1", "81", "[::1]:81", "/?q", "/", "q", "", "http://ann@[::1]:81/?q", "http://[::1]:81/?q"},
		"HTTP://:pw@[::1]":       {"http", "::1", "80", "[::1]:80", "/", "/", "", "", "http://:xxxxx@[::1]/", "http://[::1]/"},
	} {
		u, err := Parse(in)
		if err != nil {
			t.Error(err)
			continue
		}
		check := func(u URL, redacted string) {
			got := parts{u.Scheme(), u.Hostname(), u.Port(), u.Host(), u.RequestURI(), u.Path(), u.RawQuery(), u.Fragment(), u.Redacted(), u.WithoutUserinfo().String()}
			want.redacted = redacted
			if got != want {
				t.Errorf("%s: got %q, want %q", in, got, want)
			}
		}
		check(u, want.redacted)
		check(u.WithoutUserinfo(), want.bare)
	}
}

func TestUserinfo(t *testing.T) {
	for in, want := range map[string][2]string{
		"http://ann:p%40w%3a@shop.test/": {"ann", "p@w:"},
		"http://ann@shop.test/":          {"ann", ""},
		"http://:pw@shop.test/":          {"", "pw"},
		"http://50%:a%zz@shop.test/":     {"50%", "a%zz"},
		"http://é:a b@shop.test/":        {"é", "a b"},
	} {
		u, err := Parse(in)
		name, password, ok := u.Userinfo()
		if err != nil || !ok || [2]string{name, password} != want {
			t.Errorf("%s: got %q, %q, %v and %v", in, name, password, ok, err)
		}
	}
	u, _ := Parse("http://@shop.test/a@b")
	if name, password, ok := u.Userinfo(); ok {
		t.Errorf("got %q and %q where no user is", name, password)
	}
}

func TestZeroURL(t *testing.T) {
	var u URL
	_, _, ok := u.Userinfo()
	if ok || u.String() != "" || u.Hostname() != "" || u.Path() != "" || u.Redacted() != "" || u.WithoutUserinfo() != u {
		t.Error("the zero URL is not empty")
	}
	if _, err := u.Resolve("/x"); err == nil {
		t.Error("a relative reference resolved at the zero URL")
	}
}

// Bytes that are not UTF-8 stay what they are, percent-encoded.
func TestNotUTF8(t *testing.T) {
	u, err := Parse("http://shop.test/caf\xe9?\xff#\xfe")
	if got := withFragment(u); err != nil || got != "http://shop.test/caf%E9?%FF#%FE" {
		t.Errorf("got %q and %v", got, err)
	}
	if _, err := Parse("http://caf\xe9.test/"); err == nil {
		t.Error("a host that is not UTF-8 was taken")
	}
}

func TestErrors(t *testing.T) {
	long := strings.Repeat("a", MaxLength)
	for in, want := range map[string]string{
		"ftp://shop.test/":                 `bad URL "ftp://shop.test/": scheme "ftp" is not http or https`,
		"shop.test/a":                      `bad URL "shop.test/a": no scheme: did you mean https://shop.test/a?`,
		"shop.test:8080/a":                 `bad URL "shop.test:8080/a": no scheme: did you mean https://shop.test:8080/a?`,
		"localhost:8080":                   `bad URL "localhost:8080": no scheme: did you mean https://localhost:8080/?`,
		"tel:123":                          `bad URL "tel:123": scheme "tel" is not http or https`,
		"/a":                               `bad URL "/a": no scheme`,
		"":                                 `bad URL "": no scheme`,
		"hello":                            `bad URL "hello": no scheme`,
		"ann:pw@shop.test":                 `bad URL "ann:xxxxx@shop.test": scheme "ann" is not http or https`,
		"http://":                          `bad URL "http://": no host`,
		"http://shop.test:0/":              `bad URL "http://shop.test:0/": port 0: nothing listens there`,
		"http://shop.test:99999/":          `bad URL "http://shop.test:99999/": port "99999" is not from 1 to 65535`,
		"http://shop.test:http/":           `bad URL "http://shop.test:http/": port "http" is not a number`,
		"http://a b/":                      `bad URL "http://a b/": host holds ' '`,
		"http://a\x1b[31m/":                `bad URL "http://a\x1b[31m/": host holds '\x1b'`,
		"http://1.2.3.256/":                `bad URL "http://1.2.3.256/": invalid IPv4 address "1.2.3.256"`,
		"http://[::g]/":                    `bad URL "http://[::g]/": invalid IPv6 address "[::g]"`,
		"http://\u200dx.test/":             `bad URL "http://\u200dx.test/": host "\u200dx.test" is no valid name`,
		"http://ann:pw@shop.test:0/a@b":    `bad URL "http://ann:xxxxx@shop.test:0/a@b": port 0: nothing listens there`,
		" \\\\ann:p\tw@shop.test\\a@b\r\n": `bad URL "\\\\ann:xxxxx@shop.test\\a@b": no scheme`,
		"http://shop.test/" + long:         `bad URL "http://shop.test/` + long[:183] + `...": longer than 64 KiB`,
		"http://" + long[:2000]:            `bad URL "http://` + long[:193] + `...": host longer than 1 KiB`,
	} {
		_, err := Parse(in)
		if err == nil || err.Error() != want {
			t.Errorf("%.60q: got\n%v, want\n%s", in, err, want)
		}
	}
	u, err := Parse("http://shop.test/" + strings.Repeat(" ", MaxLength/3) + "x")
	if err == nil {
		t.Errorf("took a URL of %d bytes", len(u.s))
	}
}

func TestMask(t *testing.T) {
	for in, want := range map[string]string{
		"":                                  "",
		"http://ann:pw@shop.test:99999/":    "http://ann:xxxxx@shop.test:99999/",
		"http://ann:pw@bad host/":           "http://ann:xxxxx@bad host/",
		"http://ann:pw@bad host":            "http://ann:xxxxx@bad host",
		"http://ann:p@w:@bad host?q#f":      "http://ann:xxxxx@bad host?q#f",
		"http://ann@x:pw@bad host/":         "http://ann@x:xxxxx@bad host/",
		"http://:pw@bad host/":              "http://:xxxxx@bad host/",
		"http://ann:@bad host/":             "http://ann:xxxxx@bad host/",
		"http://ann@bad host:80/":           "http://ann@bad host:80/",
		"http://bad host:80/a:b@c?d:e@f#@g": "http://bad host:80/a:b@c?d:e@f#@g",
		"HTTP:\\\\ann:pw@bad host\\":        "HTTP:\\\\ann:xxxxx@bad host\\",
		"http:ann:pw@bad host":              "http:ann:xxxxx@bad host",
		"http:/ann:pw@bad host":             "http:/ann:xxxxx@bad host",
		"http:////ann:pw@bad host":          "http:////ann:xxxxx@bad host",
		"ftp://ann:pw@shop.test/":           "ftp://ann:xxxxx@shop.test/",
		"//ann:pw@shop.test/":               "//ann:xxxxx@shop.test/",
		"ann:pw@shop.test":                  "ann:xxxxx@shop.test",
		"see http://ann:pw@shop.test/":      "see http://ann:xxxxx@shop.test/",
		"http://a:b@c/,http://d:e@f/":       "http://a:xxxxx@c/,http://d:xxxxx@f/",
		"ht\ttp:/\t/ann:p\nw@bad host/":     "http://ann:xxxxx@bad host/",
		" \x00ann@bad host ":                " \x00ann@bad host ",
		"http://ann:p\xffw@bad\xff host/":   "http://ann:xxxxx@bad\xff host/",
		"http://ann:xxxxx@bad host/":        "http://ann:xxxxx@bad host/",
	} {
		if got := Mask(in); got != want {
			t.Errorf("%q: got %q, want %q", in, got, want)
		}
	}
}

// FuzzMask holds what Mask hides against what Parse takes for a password.
func FuzzMask(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Input)
	}
	f.Add("\\\\ann:p\tw@x//y:z@b")
	f.Fuzz(func(t *testing.T, text string) {
		masked := Mask(text)
		if again := Mask(masked); again != masked {
			t.Fatalf("%q gives %q, which gives %q", text, masked, again)
		}
		u, err := Parse(text)
		if _, password, _ := u.Userinfo(); err != nil || password == "" {
			return
		}
		m, err := Parse(masked)
		if _, password, _ := m.Userinfo(); err != nil || password != "xxxxx" || m.Host() != u.Host() {
			t.Fatalf("%q with a password gives %q", text, masked)
		}
	})
}

func TestWithUserinfoOf(t *testing.T) {
	for _, c := range []struct{ url, other, want string }{
		{"http://shop.test/a#b", "http://ann:p%40w@x.test/", "http://ann:p%40w@shop.test/a#b"},
		{"http://bob:x@shop.test:81/a", "http://ann@x.test/", "http://ann@shop.test:81/a"},
		{"http://[::1]//x.test/a?b", "http://:pw@x.test/", "http://:pw@[::1]//x.test/a?b"},
		{"http://shop.test/a", "http://x.test/", "http://shop.test/a"},
		{"http://bob:x@shop.test/a", "http://x.test/", "http://bob:x@shop.test/a"},
	} {
		u, _ := Parse(c.url)
		other, _ := Parse(c.other)
		got, err := u.WithUserinfoOf(other)
		want, _ := Parse(c.want)
		if err != nil || got != want {
			t.Errorf("%s with that of %s: got %q and %v", c.url, c.other, withFragment(got), err)
		}
	}
	long, _ := Parse("http://shop.test/" + strings.Repeat("a", MaxLength-len("http://shop.test/")))
	other, _ := Parse("http://ann@x.test/")
	if _, err := long.WithUserinfoOf(other); err == nil {
		t.Error("a URL over the limit was made")
	}
}

// FuzzParse holds the fast path to the whole parser and every URL to its promises.
func FuzzParse(f *testing.F) {
	for _, v := range vectors(f) {
		f.Add(v.Input, v.Base)
	}
	f.Fuzz(func(t *testing.T, ref, base string) {
		u, err := resolve(base, ref)
		if err != nil {
			return
		}
		if base == "" {
			if slow, err := parse(ref, URL{}); err != nil || slow != u {
				t.Fatalf("%q: fast %+v, slow %+v and %v", ref, u, slow, err)
			}
		} else if b, _ := Parse(base); true {
			if slow, err := parse(ref, b); err != nil || slow != u {
				t.Fatalf("%q at %q: fast %+v, slow %+v and %v", ref, b, u, slow, err)
			}
		}
		again, err := Parse(u.String())
		u.fragment = ""
		if err != nil || again != u {
			t.Fatalf("%q at %q gives %q, which gives %+v and %v", ref, base, u, again, err)
		}
		for _, c := range []byte(withFragment(u)) {
			if c <= ' ' || c > '~' {
				t.Fatalf("%q gives %q", ref, u)
			}
		}
		if u.Hostname() == "" || u.Path()[0] != '/' || u.Port() == "0" {
			t.Fatalf("%q at %q gives %q", ref, base, u)
		}
	})
}

func TestCanonicalAllocatesNothing(t *testing.T) {
	for _, in := range []string{"https://www.shop.test/a/b.html?c=d#e", "http://127.0.0.17:8080/delay/100?size=16384"} {
		if n := testing.AllocsPerRun(100, func() { Parse(in) }); n != 0 {
			t.Errorf("%s: %v allocations", in, n)
		}
	}
}

func BenchmarkParse(b *testing.B) {
	for _, bench := range []struct{ name, in string }{
		{"canonical", "https://www.example.com/some/folder/page-12345.html?id=1&lang=en"},
		{"lab", "http://127.0.0.17:8080/delay/100?size=16384&n=1234"},
		{"no path", "https://www.example.com"},
		{"upper case", "HTTPS://WWW.Example.com/some/folder/page-12345.html?id=1&lang=en"},
		{"dots", "https://www.example.com/some/../folder/./page-12345.html"},
		{"IDN", "https://www.bücher.example/größe?ä"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := Parse(bench.in); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkResolve(b *testing.B) {
	base, err := Parse("https://www.example.com/some/folder/page-12345.html?id=1")
	if err != nil {
		b.Fatal(err)
	}
	for _, ref := range []string{"page-2.html", "/other/folder/", "../up.html", "?id=2", "https://www.example.org/a"} {
		b.Run(strings.ReplaceAll(ref, "/", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := base.Resolve(ref); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
