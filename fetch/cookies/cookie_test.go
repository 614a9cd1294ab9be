package cookies

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestParse(t *testing.T) {
	y2k := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)
	const date = "Sat, 01 Jan 2000 00:00:00 GMT"
	tests := []struct {
		name, field string
		want        Cookie
	}{
		{"plain", "a=b", Cookie{Name: "a", Value: "b"}},
		{"all attributes", "a=b; Domain=Example.COM; Path=/x; Secure; HttpOnly; SameSite=lax", Cookie{Name: "a", Value: "b", Domain: "example.com", Path: "/x", Secure: true, HTTPOnly: true, SameSite: "Lax"}},
		{"spaces", " \ta = b c\t; path = /x ", Cookie{Name: "a", Value: "b c", Path: "/x"}},
		{"empty value", "a=", Cookie{Name: "a"}},
		{"equal signs", "a=b=c", Cookie{Name: "a", Value: "b=c"}},
		{"quotes stay", `a="b, c"`, Cookie{Name: "a", Value: `"b, c"`}},
		{"not UTF-8", "a=\xff\xfe", Cookie{Name: "a", Value: "\xff\xfe"}},
		{"no final value", "a=b;;; ;", Cookie{Name: "a", Value: "b"}},
		{"dot in front", "a=b; domain=.x.org", Cookie{Name: "a", Value: "b", Domain: "x.org"}},
		{"empty domain is none", "a=b; domain=x.org; domain=", Cookie{Name: "a", Value: "b", Domain: "x.org"}},
		{"last domain", "a=b; domain=x.org; domain=y.org", Cookie{Name: "a", Value: "b", Domain: "y.org"}},
		{"relative path is none", "a=b; path=/x; path=y", Cookie{Name: "a", Value: "b"}},
		{"expires", "a=b; expires=" + date, Cookie{Name: "a", Value: "b", Expires: y2k}},
		{"broken expires", "a=b; expires=tomorrow", Cookie{Name: "a", Value: "b"}},
		{"max-age over expires", "a=b; max-age=10; expires=" + date, Cookie{Name: "a", Value: "b", Expires: y2k.Add(10 * time.Second)}},
		{"expires, then max-age", "a=b; expires=" + date + "; MAX-AGE=10", Cookie{Name: "a", Value: "b", Expires: y2k.Add(10 * time.Second)}},
		{"last max-age", "a=b; max-age=10; max-age=20", Cookie{Name: "a", Value: "b", Expires: y2k.Add(20 * time.Second)}},
		{"max-age 0", "a=b; max-age=0", Cookie{Name: "a", Value: "b", Expires: longAgo}},
		{"negative max-age", "a=b; max-age=-1", Cookie{Name: "a", Value: "b", Expires: longAgo}},
		{"huge max-age", "a=b; max-age=99999999999999999999999", Cookie{Name: "a", Value: "b", Expires: forEver}},
		{"huge negative max-age", "a=b; max-age=-99999999999999999999999", Cookie{Name: "a", Value: "b", Expires: longAgo}},
		{"broken max-age", "a=b; max-age=1x; max-age=+5; max-age=", Cookie{Name: "a", Value: "b"}},
		{"unknown attribute", "a=b; Partitioned; Priority=High; SameSite=odd", Cookie{Name: "a", Value: "b"}},
		{"long attribute", "a=b; path=/" + strings.Repeat("x", maxAttribute), Cookie{Name: "a", Value: "b"}},
		{"4 KiB", "a=" + strings.Repeat("x", maxCookie-1), Cookie{Name: "a", Value: strings.Repeat("x", maxCookie-1)}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { // whose clock begins in 2000
				got, err := Parse(tt.field)
				if err != nil {
					t.Fatal(err)
				}
				if !got.Expires.Equal(tt.want.Expires) {
					t.Errorf("expires %v, want %v", got.Expires, tt.want.Expires)
				}
				tt.want.HostOnly, tt.want.Expires = tt.want.Domain == "", got.Expires
				if got != tt.want {
					t.Errorf("got  %+v\nwant %+v", got, tt.want)
				}
			})
		})
	}
	for _, bad := range []string{"", ";", "a", "a; b=c", "=b", " = ", "a\x00=b", "a=b\r\nX: y", "a=b\x7f", "a=b; path=/\x01", "a=" + strings.Repeat("x", maxCookie)} {
		if c, err := Parse(bad); err == nil {
			t.Errorf("%.40q is %+v", bad, c)
		}
	}
}

func TestParseDate(t *testing.T) {
	tests := []struct{ in, want string }{ // RFC 3339, "" for no date
		{"Sun, 06 Nov 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"},
		{"Sunday, 06-Nov-94 08:49:37 GMT", "1994-11-06T08:49:37Z"},
		{"Sun Nov  6 08:49:37 1994", "1994-11-06T08:49:37Z"},
		{"Thu, 01-Jan-1970 00:00:00 GMT", "1970-01-01T00:00:00Z"},
		{"1 jan 69 0:0:0", "2069-01-01T00:00:00Z"},
		{"1 jan 70 0:0:0", "1970-01-01T00:00:00Z"},
		{"08:49:37 6 November 1994 zulu", "1994-11-06T08:49:37Z"},
		{"6th;nov@1994 08:49:37.123", "1994-11-06T08:49:37Z"},
		{"1994-11-06 08:49:37", ""}, // no month in letters
		{"Sun, 06 Nov 1994", ""},
		{"06 Nov 08:49:37", ""},
		{"Nov 1994 08:49:37", ""},
		{"31 Feb 2024 08:49:37", ""},
		{"29 Feb 2024 08:49:37", "2024-02-29T08:49:37Z"},
		{"29 Feb 2023 08:49:37", ""},
		{"0 Nov 1994 08:49:37", ""},
		{"32 Nov 1994 08:49:37", ""},
		{"6 Nov 1600 08:49:37", ""},
		{"6 Nov 19945 08:49:37", ""},
		{"6 Nov 9999 08:49:37", "9999-11-06T08:49:37Z"},
		{"6 Nov 1994 24:49:37", ""},
		{"6 Nov 1994 08:60:37", ""},
		{"6 Nov 1994 08:49:60", ""},
		{"6 Nov 1994 08:49", ""},
		{"6 Nov 1994 008:49:37", ""},
		{"6 Nov 1994 08:49:377", ""},
		{"6 Anf 1994 08:49:37", ""},
		{"\xff 6 Nov 1994 08:49:37", "1994-11-06T08:49:37Z"},
		{"", ""},
	}
	for m := time.January; m <= time.December; m++ {
		d := time.Date(2030, m, 15, 1, 2, 3, 0, time.UTC)
		tests = append(tests, struct{ in, want string }{strings.ToUpper(d.Format(time.RFC1123)), d.Format(time.RFC3339)})
	}
	for _, tt := range tests {
		got := ""
		if d, ok := parseDate(tt.in); ok {
			got = d.Format(time.RFC3339)
		}
		if got != tt.want {
			t.Errorf("%q is %q, want %q", tt.in, got, tt.want)
		}
	}
}
