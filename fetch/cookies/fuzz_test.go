package cookies

import (
	"bytes"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/http/httpguts"
)

// FuzzSetCookie has a host of its own and its parent set any cookie. What is sent
// back can go on the wire, goes to nobody else, and is what was set.
func FuzzSetCookie(f *testing.F) {
	for _, field := range []string{
		"a=b", "a=b; domain=a.org; path=/; secure; httponly; samesite=lax; max-age=10", "a=b; expires=Sun, 06 Nov 2094 08:49:37 GMT",
		"a=\"b c\"; domain=.org", "__Host-a=b; secure; path=/", "=;=;=", "a=b; domain=[::1]; domain=%41.org", "\xff=\xfe; path=/\xfd", "a=b\r\nc: d",
		"a=b; domain=co.uk; max-age=-99999999999999999999", "a=b; expires=1 1 1 1:1:1 jan",
	} {
		f.Add("https://www.a.org/x/y", field)
	}
	f.Add("http://a.co.uk./", "a=b; domain=co.uk")
	f.Add("http://127.1/", "a=b; domain=127.0.0.1")
	f.Fuzz(func(t *testing.T, url, field string) {
		j := New(Options{Unsafe: true})
		set(j, url, field)
		from, _ := j.origin(url)
		for c := range j.All() {
			if err := c.check(); err != nil {
				t.Errorf("%+v: %v", c, err)
			}
			if c.Domain != from.host && (c.HostOnly || !strings.HasSuffix(from.host, "."+c.Domain)) {
				t.Errorf("%s set a cookie for %s", from.host, c.Domain)
			}
			if c.Secure && !from.secure || !c.HostOnly && isPublicSuffix(c.Domain) {
				t.Errorf("%s set %+v", url, c)
			}
			host := c.Domain
			if strings.Contains(host, ":") {
				host = "[" + host + "]"
			}
			sent := j.Cookies("https://" + host + c.Path) // nothing when no URL has that path
			if sent != "" && (!httpguts.ValidHeaderFieldValue(sent) || sent != c.Name+"="+c.Value) {
				t.Errorf("%+v is sent as %q", c, sent)
			}
		}
		if sent := j.Cookies("http://else.example/"); sent != "" {
			t.Errorf("another host is sent %q", sent)
		}
	})
}

// FuzzNetscape reads any file, in either form. What was read reads the same again
// after it was written.
func FuzzNetscape(f *testing.F) {
	f.Add([]byte(netscape))
	f.Add([]byte("#HttpOnly_#HttpOnly_\tTRUE\t\tTRUE\t-1\t\t\t\t"))
	f.Add([]byte("#HttpOnly_.a\tTRUE\t/\tTRUE\t9\ta\t\xff"))
	f.Add([]byte(`{"cookies": [{"name": "a", "value": "b", "domain": ".a.org", "path": "/", "expires": 4102444800.5}]}`))
	f.Add([]byte(`{"cookies": [{"name": "\ud800", "domain": "#HttpOnly_", "expires": 1e308}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		first := New(Options{Unsafe: true})
		first.Read(bytes.NewReader(data)) // refuses most
		want := slices.Collect(first.All())
		for name, write := range map[string]func(*Jar, *bytes.Buffer) error{
			"Netscape": func(j *Jar, b *bytes.Buffer) error { return j.WriteNetscape(b) },
			"JSON":     func(j *Jar, b *bytes.Buffer) error { return j.WriteJSON(b) },
		} {
			want := slices.Clone(want)
			for i := range want {
				if name == "Netscape" {
					want[i].SameSite = ""
				}
			}
			if name == "JSON" {
				want = slices.DeleteFunc(want, func(c Cookie) bool { return strings.ToValidUTF8(c.Name+c.Value+c.Path, "") != c.Name+c.Value+c.Path })
			}
			var b bytes.Buffer
			if err := write(first, &b); err != nil {
				t.Fatal(name, err)
			}
			again := New(Options{Unsafe: true})
			if skipped, err := again.Read(bytes.NewReader(b.Bytes())); skipped != 0 || err != nil {
				t.Fatalf("%s: %d skipped, %v of\n%s", name, skipped, err, b.Bytes())
			}
			if got := slices.Collect(again.All()); !slices.EqualFunc(got, want, same) {
				t.Errorf("%s: got  %+v\nwant %+v", name, got, want)
			}
		}
	})
}
