package scope

import (
	"strings"
	"testing"
	"time"
)

// good are URLs as sites really have them, odd ones among them.
var good = []string{
	"https://example.com/",
	"https://example.com/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t",
	"https://github.com/golang/go/blob/master/src/cmd/compile/internal/ssa/_gen/rules/rules.go",
	"https://github.com/django/django/tree/main/django/django",
	"https://repo.maven.apache.org/maven2/org/apache/maven/maven/3.9.9/maven-3.9.9.pom",
	"https://registry.npmjs.org/@types/node/-/node-22.0.0.tgz",
	"https://unpkg.com/browse/a/node_modules/b/node_modules/c/node_modules/d.js",
	"https://deb.debian.org/debian/pool/main/a/apache2/apache2_2.4.62.orig.tar.gz",
	"https://web.archive.org/web/20201231235959/https://example.com/a/b",
	"https://tile.openstreetmap.org/0/0/0.png",
	"https://tile.openstreetmap.org/1/1/1/1.png",
	"https://shop.example/img/p/1/1/1/1/11111-large.jpg",
	"https://shop.example/media/catalog/product/a/a/a/aaa.jpg",
	"https://example.com/2026/11/26/2026/11/26/",
	"https://example.com/2026/11/26/some-story",
	"https://example.com/archive/1998/05/",
	"https://example.com/newspaper/1865-04-15",
	"https://example.com/newspaper?date=1865-04-15",
	"https://example.com/calendar/2026/12/",
	"https://example.com/calendar/2028-10",
	"https://example.com/events/1999/04",
	"https://example.com/forecast/2050/",
	"https://example.com/thread/2035/3",
	"https://example.com/2031/05/what-will-come",
	"https://example.com/2031/05/2031/5",
	"https://example.com/part/203105",
	"https://example.com/part?id=20310501",
	"https://example.com/?month=13&year=2026",
	"https://example.com/?year=9999&month=1",
	"https://example.com/list?id=1&id=2&id=3&id=4&id=5&id=6",
	"https://example.com/list?filter[]=a&filter[]=b&filter[]=a&filter[]=a",
	"https://example.com/list?0=1&1=1&2=1&3=1&4=1&5=1",
	"https://example.com/login?next=%2Fa%3Fb%3Dc%252Fd",
	"https://example.com/sso?to=%2Fidp%3Fto%3D%252Flogin%253Fnext%253D%25252Fa",
	"https://example.com/search?q=100%2525",
	"https://example.com/wiki/Spezial:Linkliste/Wikipedia:Hauptseite",
	"https://ja.wikipedia.org/wiki/%E3%83%A1%E3%82%A4%E3%83%B3%E3%83%9A%E3%83%BC%E3%82%B8",
	"https://example.com/////a/////b/////",
	"https://example.com/en/en/index.html",
	"https://maps.example/@52.5,13.4,15z/data=!4m5!3m4!1s0x0:0x0!8m2!3d52.5!4d13.4",
	"https://example.com/?" + strings.Repeat("k=", 500),
	"https://example.com/" + strings.Repeat("x", DefaultLength-len("https://example.com/")),
}

// traps are URLs that servers make up.
var traps = map[Rule][]string{
	RuleLength: {
		"https://example.com/" + strings.Repeat("x", DefaultLength),
	},
	RuleSegments: {
		"https://example.com/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u",
		"https://example.com" + strings.Repeat("/", 100) + "a",
	},
	RuleRepeats: {
		"https://example.com/foo/foo/foo/",
		"https://example.com/x/foo/foo/foo/index.html",
		"https://example.com/aa/bb/aa/bb/aa/bb/c",
		"https://example.com/images/css/images/css/images/css/x.png",
		"https://example.com/one/two/three/one/two/three/one/two/three/",
		"https://example.com/about/x/about/y/about/z/about/index.html",
		"https://example.com/1/1/1/1/1/1/",
		"https://example.com/a/a/a/a/a/a/",
		"https://example.com/1/a/1/b/1/c/1/d/1/e/1/f/1/g/",
		"https://example.com/?feature=x&feature=x&feature=x&feature=x",
		"https://example.com/p?a=1&lang=en&b=2&lang=en&c=3&lang=en&lang=en",
	},
	RuleEscapes: {
		"https://example.com/login?next=%2Flogin%3Fnext%3D%252Flogin%253Fnext%253D%25252Flogin%25253Fnext%25253D%2525252Fa",
		"https://example.com/login/%2525252F",
	},
	RuleCalendar: {
		"https://example.com/calendar/2031/05/",
		"https://example.com/calendar/2031/05/01",
		"https://example.com/events/2028-12",
		"https://example.com/events/2029-01-31/",
		"https://example.com/?date=2031-05-01",
		"https://example.com/?month=5&year=2031",
		"https://example.com/?year=2031",
		"https://example.com/cal.php?cal_date=20310501",
		"https://example.com/cal.php?month=203105",
		"https://example.com/events/1900-01/",
		"https://example.com/kalender?date=1989-12-31",
		"https://example.com/?eventDate=1970-01-01",
	},
}

func trapped(t *testing.T, s *Scope, url string) Refusal {
	t.Helper()
	s.latest = month(time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)) + s.rules.MaxAhead
	why, ok := s.Check(Link{URL: parse(t, url)})
	if ok != (why == Refusal{}) {
		t.Errorf("%s: %v, %v", url, ok, why)
	}
	return why
}

func TestTraps(t *testing.T) {
	s := scopeOf(t, Rules{Within: Any})
	for _, url := range good {
		if why := trapped(t, s, url); why.Rule != "" {
			t.Errorf("%.200s is refused: %v", url, why)
		}
	}
	for rule, list := range traps {
		for _, url := range list {
			if why := trapped(t, s, url); why.Rule != rule {
				t.Errorf("%.200s: %v, want %s", url, why, rule)
			}
		}
	}
}

// The limits can be moved and taken away.
func TestTrapLimits(t *testing.T) {
	for _, test := range []struct {
		rules Rules
		url   string
		want  Rule
	}{
		{Rules{MaxLength: 30}, "https://example.com/12345678901", RuleLength},
		{Rules{MaxLength: -1}, "https://example.com/" + strings.Repeat("x", 5_000), ""},
		{Rules{MaxSegments: 2}, "https://example.com/a/b/c", RuleSegments},
		{Rules{MaxSegments: 2}, "https://example.com/a/b/", ""},
		{Rules{MaxSegments: -1}, "https://example.com/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p/q/r/s/t/u", ""},
		{Rules{MaxRepeats: 2}, "https://example.com/foo/foo/", RuleRepeats},
		{Rules{MaxRepeats: -1}, "https://example.com/foo/foo/foo/foo/foo/foo/?a=1&a=1&a=1&a=1", ""},
		{Rules{MaxAhead: 1}, "https://example.com/2027-01", RuleCalendar},
		{Rules{MaxAhead: 1}, "https://example.com/2026-12", ""},
		{Rules{MaxAhead: -1}, "https://example.com/2031-05", ""},
	} {
		test.rules.Within = Any
		if why := trapped(t, scopeOf(t, test.rules), test.url); why.Rule != test.want {
			t.Errorf("%+v, %.100s: %v, want %q", test.rules, test.url, why, test.want)
		}
	}
}

// A URL that strangers wrote costs time in line with its length, whatever the limits.
func TestHostileURLs(t *testing.T) {
	s := scopeOf(t, Rules{Within: Prefix, MaxLength: -1, MaxSegments: -1}, "https://example.com/a/a/")
	for _, url := range []string{
		"https://example.com" + strings.Repeat("/a", 30_000),
		"https://example.com/a/a/" + strings.Repeat("b/c/", 15_000),
		"https://example.com/a/a/?" + strings.Repeat("a&", 30_000),
		"https://example.com/a/a/" + strings.Repeat("%252525", 9_000),
	} {
		if why := trapped(t, s, url); why.Rule == "" {
			t.Errorf("%.60s is let in", url)
		}
	}
}
