package cdxj

import (
	"strings"
	"testing"
)

// TestSURT: keys as the surt module of the Internet Archive makes them. Most cases are
// those of its own tests with other names.
func TestSURT(t *testing.T) {
	const id = "0123456789abcdefghijklemopqrstuv"
	const aspID = "(4hqa0555fwsecu455xqckv45)"
	tests := map[string]string{
		"":                              "-",
		" ":                             "-",
		"http://www.example.org/":       "org,example)/",
		"http://example.org":            "org,example)/",
		"example.org":                   "org,example)/",
		"https://www.example.org/":      "org,example)/",
		"HTTP://EXAMPLE.ORG/INDEX":      "org,example)/index",
		"http://www34.example.org/":     "org,example)/",
		"http://www2example.org/":       "org,www2example)/",
		"http://www2.www3.example.org/": "org,example,www3)/",

		"http://example.org/docs/":          "org,example)/docs",
		"http://example.org/docs/?":         "org,example)/docs",
		"http://example.org/docs/?b&a":      "org,example)/docs?a&b",
		"http://example.org/docs?a=2&b&a=1": "org,example)/docs?a=1&a=2&b",
		"http://example.org/?b=b&a=b&b=a":   "org,example)/?a=b&b=a&b=b",
		"http://example.org/?a=1&":          "org,example)/?&a=1",
		"http://example.org?q=1":            "org,example)/?q=1",
		"http://example.org/?X=Y":           "org,example)/?x=y",
		"http://example.org/?a!=1&a=2":      "org,example)/?a=2&a!=1",
		"http://example.org/?a=1&a":         "org,example)/?a&a=1",
		"http://example.org/a?b?c":          "org,example)/a?b?c",

		"http://www.example.org:80/":    "org,example)/",
		"https://www.example.org:443/":  "org,example)/",
		"http://www.example.org:443/":   "org,example:443)/",
		"https://www.example.org:80/x":  "org,example:80)/x",
		"http://example.org:/a":         "org,example)/a",
		"http://user:pass@example.org/": "org,example)/",
		"http://example.org/a#b#c":      "org,example)/a",
		"http://example.org.../":        "org,example)/",

		"http://example.org/blah/..":         "org,example)/",
		"http://example.org/a/./b/../c":      "org,example)/a/c",
		"http://example.org//two///slashes/": "org,example)/two/slashes",
		"http://example.org/../a":            "org,example)/../a",
		"http://example.org/a?b//c":          "org,example)/a?b//c",

		"http://host/%25%32%35":                           "host)/%25",
		"http://host/%2525252525252525":                   "host)/%25",
		"http://host/asdf%25%32%35asd":                    "host)/asdf%25asd",
		"http://host/%%%25%32%35asd%%":                    "host)/%25%25%25asd%25%25",
		"http://host.org/ab%23cd":                         "org,host)/ab%23cd",
		"http://host%23.org/%257Ea%2521b%2540c":           "org,host%23)/~a!b@c",
		"http://%31%36%38%2e%31%38%38%2e%39%39%2e%32%36/": "26,99,188,168)/",
		"http://3279880203/blah":                          "11,0,127,195)/blah",
		"http://192.0.2.1/":                               "1,2,0,192)/",
		"http:// leadingspace.org/":                       "org,%20leadingspace)/",
		"http://example.org/foo\tbar\rbaz\n2":             "org,example)/foobarbaz2",
		"http://B\u00fccher.example:8080":                 "example,xn--bcher-kva:8080)/",
		"http://example.org/\u00fc":                       "org,example)/%c3%bc",
		"http://visit.example.org/v.gif?&r=http%3A//a.org/%3A&b=N%205.0%20%28W%3B%29": "org,example,visit)/v.gif?&b=n%205.0%20(w;)&r=http://a.org/:",

		"http:////////www.example.org":                          "org,example)/",
		"http://https://order.example.org":                      "org,example,order)/",
		"ftp://www.example.org/":                                "org,example)/",
		"whois://whois.example.org.il/a.co.il":                  "il,org,example,whois)/a.co.il",
		"dns:example.org":                                       "dns:example.org",
		"urn:some:id":                                           "urn:some:id",
		"urn:a b":                                               "urn:a%20b",
		"mailto:foo@example.org":                                "mailto:foo@example.org",
		"warcinfo:foo.warc.gz":                                  "warcinfo:foo.warc.gz",
		"filedesc:/foo.arc.gz":                                  "filedesc:/foo.arc.gz",
		"metadata://gnu.org/software/wget.log":                  "org,gnu)/software/wget.log",
		"http://example.org/?sid=" + id[:31]:                    "org,example)/?sid=" + id[:31],
		"http://example.org/?jsessionid=" + id:                  "org,example)/",
		"http://example.org/?PHPSESSID=" + id + "&action=p;u=4": "org,example)/?action=p;u=4",
		"http://example.org/?one=two&jsessionid=" + id:          "org,example)/?&one=two",
		"http://example.org/?sid=" + id + "&jsessionid=" + id:   "org,example)/",
		"http://example.org/?aspsessionidABCDEFGH=ABCDEFGHIJKLMNOPQRSTUVWX&x=y": "org,example)/?x=y",
		"http://example.org/?CFID=14475712&CFTOKEN=2D89F5AF-3048&r=4":           "org,example)/?r=4",
		"http://example.org/(S" + aspID + ")/mileg.aspx":                        "org,example)/mileg.aspx",
		"http://example.org/" + aspID + "/mileg.aspx":                           "org,example)/mileg.aspx",
		"http://example.org/photos/36@N05/":                                     "org,example)/photos/36@n05",
		"http://[2001:db8::1]:8080/a":                                           "2001:db8::1:8080)/a",
	}
	for url, want := range tests {
		if got := SURT(url); got != want {
			t.Errorf("SURT(%q) = %q, want %q", url, got, want)
		}
	}
}

func FuzzSURT(f *testing.F) {
	for _, url := range []string{"http://www.example.org:80/a/../b?c=d&a#e", "dns:a", "%%%25", "http://[::1]/", "a://b@c:1/%ff?%00"} {
		f.Add(url)
	}
	f.Fuzz(func(t *testing.T, url string) {
		key := SURT(url)
		if key == "" || strings.ContainsFunc(key, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
			t.Errorf("SURT(%q) = %q", url, key)
		}
	})
}
