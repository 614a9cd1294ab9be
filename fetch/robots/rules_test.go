package robots

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// What RFC 9309 itself says, example by example and sentence by sentence.
func TestRules(t *testing.T) {
	const merged = "user-agent: ExampleBot\ndisallow: /foo\ndisallow: /bar\nuser-agent: ExampleBot\ndisallow: /baz\n"
	const simple = "User-Agent: *\nDisallow: *.gif$\nDisallow: /example/\nAllow: /publications/\n\n" +
		"User-Agent: foobot\nDisallow:/\nAllow:/example/page.html\nAllow:/example/allowed.gif\n\n" +
		"User-Agent: barbot\nUser-Agent: bazbot\nDisallow: /example/page.html\n\n" +
		"User-Agent: quxbot\n\nEOF\n"
	const longest = "User-Agent: foobot\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n"
	tests := []struct {
		name, robots, product, target string
		rule                          string // that decides, with its line; "" for none
	}{
		{"2.2.1: groups are merged", merged, "examplebot", "/foo", "2 Disallow: /foo"},
		{"2.2.1: groups are merged", merged, "examplebot", "/baz", "5 Disallow: /baz"},
		{"2.2.1: other names", merged, "ExampleBotNews", "/foo", ""},
		{"2.2.1: the group of all is for the rest", "user-agent: *\ndisallow: /a\nuser-agent: b\ndisallow: /b\n", "b", "/a", ""},
		{"2.2.1: several groups of all", "user-agent: *\ndisallow: /a\nuser-agent: b\ndisallow: /b\nuser-agent: *\ndisallow: /c\n", "c", "/c", "6 Disallow: /c"},
		{"2.2.1: a name with a version", "user-agent: crawl/2.0 beta\ndisallow: /\n", "crawl", "/", "2 Disallow: /"},
		{"2.2.1: no group", "user-agent: a\ndisallow: /\n", "b", "/", ""},
		{"2.2.1: a group without rules", "user-agent: a\nuser-agent: *\ndisallow: /\n", "a", "/", "3 Disallow: /"},
		{"2.2.1: a group without rules at the end", "user-agent: *\ndisallow: /\nuser-agent: a\n", "a", "/", ""},
		{"2.1: rules before a group", "disallow: /\nuser-agent: *\ndisallow: /a\n", "a", "/b", ""},
		{"2.2.2: case matters", "user-agent: *\ndisallow: /a\n", "a", "/A", ""},
		{"2.2.2: octets", "user-agent: *\nallow: /caf\u00e9\ndisallow: /caf*le\n", "a", "/caf%C3%A9-le", "2 Allow: /caf%C3%A9"},
		{"2.2.2: a tie", "user-agent: *\ndisallow: /ab\nallow: /ab\n", "a", "/abc", "3 Allow: /ab"},
		{"2.2.2: a tie of stars", "user-agent: *\ndisallow: /a*\nallow: /ab\n", "a", "/abc", "3 Allow: /ab"},
		{"2.2.2: no match", "user-agent: *\ndisallow: /a\n", "a", "/", ""},
		{"2.2.2: robots.txt", "user-agent: *\ndisallow: /\n", "a", "/robots.txt", ""},
		{"2.2.2: only robots.txt", "user-agent: *\ndisallow: /\n", "a", "/robots.txt?a", "2 Disallow: /"},
		{"2.2.2: table, row 1", "user-agent: *\ndisallow: /foo/bar?baz=quz\n", "a", "/foo/bar?baz=quz", "2 Disallow: /foo/bar?baz=quz"},
		{"2.2.2: table, row 2", "user-agent: *\ndisallow: /foo/bar?baz=https://foo.bar\n", "a", "/foo/bar?baz=https%3A%2F%2Ffoo.bar", "2 Disallow: /foo/bar?baz=https://foo.bar"},
		{"2.2.2: row 2, the other way", "user-agent: *\ndisallow: /foo/bar?baz=https%3A%2F%2Ffoo.bar\n", "a", "/foo/bar?baz=https://foo.bar", "2 Disallow: /foo/bar?baz=https://foo.bar"},
		{"2.2.2: row 2, behind a star", "user-agent: *\ndisallow: /*https%3A%2F%2F\n", "a", "/foo?u=https%3A%2F%2Ffoo.bar", "2 Disallow: /*https:%2F%2F"},
		{"2.2.2: row 2, plain behind a star", "user-agent: *\ndisallow: /*https://\n", "a", "/foo?u=https%3a%2f%2ffoo.bar", "2 Disallow: /*https://"},
		{"2.2.2: table, row 3", "user-agent: *\ndisallow: /foo/bar/\u30c4\n", "a", "/foo/bar/%E3%83%84", "2 Disallow: /foo/bar/%E3%83%84"},
		{"2.2.2: table, row 4", "user-agent: *\ndisallow: /foo/bar/%e3%83%84\n", "a", "/foo/bar/%E3%83%84", "2 Disallow: /foo/bar/%E3%83%84"},
		{"2.2.2: table, row 5", "user-agent: *\ndisallow: /foo/bar/%62%61%7A\n", "a", "/foo/bar/baz", "2 Disallow: /foo/bar/baz"},
		{"2.2.2: row 5, the other way", "user-agent: *\ndisallow: /foo/bar/baz\n", "a", "/foo/bar/%62%61%7a", "2 Disallow: /foo/bar/baz"},
		{"2.2.2: a slash that is data", "user-agent: *\ndisallow: /a/b\n", "a", "/a%2Fb", ""},
		{"2.2.2: a slash that is data", "user-agent: *\ndisallow: /*%2F\n", "a", "/a/b/c", ""},
		{"2.2.2: a reserved character without a role", "user-agent: *\ndisallow: /wiki/Talk:\n", "a", "/wiki/Talk%3AMain", "2 Disallow: /wiki/Talk:"},
		{"2.2.2: an ampersand that is data", "user-agent: *\ndisallow: /?a=b&c\n", "a", "/?a=b%26c", ""},
		{"2.2.2: half an octet", "user-agent: *\ndisallow: /50%\ndisallow: /%zz\n", "a", "/50%/", "2 Disallow: /50%25"},
		{"2.2.3: the end", "user-agent: *\ndisallow: /this/path/exactly$\n", "a", "/this/path/exactly", "2 Disallow: /this/path/exactly$"},
		{"2.2.3: not the end", "user-agent: *\ndisallow: /this/path/exactly$\n", "a", "/this/path/exactly/", ""},
		{"2.2.3: stars", "user-agent: *\nallow: /this/*/exactly\n", "a", "/this/x/y/exactly", "2 Allow: /this/*/exactly"},
		{"2.2.3: a comment", "user-agent: * # all\nallow: / # comment in line\n# comment on its own line\n", "a", "/", "2 Allow: /"},
		{"2.2.3: a star that is data", "user-agent: *\ndisallow: /path/file-with-a-%2A.html\n", "a", "/path/file-with-a-*.html", "2 Disallow: /path/file-with-a-%2A.html"},
		{"2.2.3: a star that is data", "user-agent: *\ndisallow: /path/file-with-a-%2a.html\n", "a", "/path/file-with-a-x.html", ""},
		{"2.2.3: a dollar that is data", "user-agent: *\ndisallow: /path/foo-%24\n", "a", "/path/foo-$", "2 Disallow: /path/foo-%24"},
		{"2.2.3: a dollar within", "user-agent: *\ndisallow: /a$b\n", "a", "/a$b", "2 Disallow: /a%24b"},
		{"2.2.4: sitemaps end no group", "user-agent: a\nsitemap: /s\nuser-agent: b\ndisallow: /\n", "a", "/", "4 Disallow: /"},
		{"5.1: example", simple, "barbot", "/example/page.html", "13 Disallow: /example/page.html"},
		{"5.1: example", simple, "quxbot", "/example/page.html", ""},
		{"5.1: example", simple, "foobot", "/example/allowed.gif", "9 Allow: /example/allowed.gif"},
		{"5.1: example", simple, "otherbot", "/x/y.gif", "2 Disallow: *.gif$"},
		{"5.1: example", simple, "otherbot", "/publications/", "4 Allow: /publications/"},
		{"5.2: longest match", longest, "foobot", "/example/page/disallowed.gif", "3 Disallow: /example/page/disallowed.gif"},
		{"5.2: longest match", longest, "foobot", "/example/page/", "2 Allow: /example/page/"},

		{"a path of no use", "user-agent: *\ndisallow: private\ndisallow: http://a/\ndisallow: $\n", "a", "/private", ""},
		{"parts do not overlap", "user-agent: *\ndisallow: /a*aa$\n", "a", "/aa", ""},
		{"a star at the end", "user-agent: *\ndisallow: /a*$\n", "a", "/ab", "2 Disallow: /a*$"},
		{"the last part may come again", "user-agent: *\ndisallow: /*b$\n", "a", "/bab", "2 Disallow: /*b$"},
		{"digits of a name", "user-agent: crawl2\ndisallow: /\n", "crawl", "/", ""},
		{"no product", "user-agent:\nuser-agent: +\ndisallow: /a\nuser-agent: *\ndisallow: /b\n", "", "/a", ""},
		{"no product", "user-agent:\ndisallow: /a\nuser-agent: *\ndisallow: /b\n", "", "/b", "4 Disallow: /b"},
	}
	for _, test := range tests {
		v := Parse([]byte(test.robots)).Rules(test.product).Match(test.target)
		got := ""
		if v.Rule != "" {
			got = fmt.Sprintf("%d %s", v.Line, v.Rule)
		}
		if got != test.rule || v.Allowed != !strings.Contains(got, "Disallow: ") {
			t.Errorf("%s: %s: %q, %v, want %q", test.name, test.target, got, v.Allowed, test.rule)
		}
	}
	if v := (Rules{}).Match("/"); !v.Allowed {
		t.Error("no rules forbid")
	}
}

func TestProduct(t *testing.T) {
	for agent, want := range map[string]string{
		"crawl": "crawl", "crawl/1.0 (+https://example.com)": "crawl", "My_Bot-x y": "My_Bot-x", "MJ12bot/v1": "MJ12bot",
		"": "", "/1": "", "(compatible)": "", "Mozilla/5.0 (compatible; x/1)": "Mozilla", "b\u00f6t": "b",
	} {
		if got := Product(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

func TestCrawlDelay(t *testing.T) {
	const file = "user-agent: a\ncrawl-delay: 10\nuser-agent: b\nuser-agent: c\ncrawl-delay: 20\nuser-agent: d\ndisallow: /\n" +
		"user-agent: *\ncrawl-delay: 0.5\n\nuser-agent: a\nCrawl-Delay: 15 # not less\ncrawl-delay: 5\n"
	for product, want := range map[string]string{"a": "15s 12", "b": "20s 5", "c": "20s 5", "d": "0s 0", "e": "500ms 9"} {
		delay, line := Parse([]byte(file)).Rules(product).CrawlDelay()
		if got := fmt.Sprint(delay, " ", line); got != want {
			t.Errorf("%s: %s, want %s", product, got, want)
		}
	}
	for value, want := range map[string]time.Duration{
		"1": time.Second, "0": 0, ".25": 250 * time.Millisecond, "10s": 10 * time.Second, "99999999999999": maxDelay,
		"-1": -1, "x": -1, "": -1, "1.2.3": -1, ".": -1, "Inf": -1, "NaN": -1,
	} {
		delay, line := Parse([]byte("user-agent: *\ncrawl-delay: " + value)).Rules("a").CrawlDelay()
		if want < 0 && line != 0 || want >= 0 && (delay != want || line != 2) {
			t.Errorf("%q: %v of line %d", value, delay, line)
		}
	}
	if delay, line := Parse([]byte("crawl-delay: 3\n")).Rules("a").CrawlDelay(); line != 0 {
		t.Errorf("before any group: %v", delay)
	}
}

// No pattern makes matching take longer than its length times that of the target, or
// these would not end.
func TestMatchIsNeverExponential(t *testing.T) {
	long := "/" + strings.Repeat("a", 2000)
	for _, pattern := range []string{
		"/" + strings.Repeat("*a", 500) + "b", "/" + strings.Repeat("*", 500) + "b", "/" + strings.Repeat("a*", 500) + "b$",
		strings.Repeat("*aaaaaaaaab", 500), "/" + strings.Repeat("*"+strings.Repeat("a", 80)+"b", 50),
	} {
		if v := Parse([]byte("user-agent: *\ndisallow: " + pattern)).Rules("x").Match(long); !v.Allowed {
			t.Errorf("%.20s matches", pattern)
		}
	}
	if v := Parse([]byte("user-agent: *\ndisallow: /" + strings.Repeat("*a", 500) + "$")).Rules("x").Match(long); v.Allowed {
		t.Error("500 stars do not match")
	}
}

// A judgement allocates nothing but the rule that it names.
func TestMatchAllocations(t *testing.T) {
	rules := Parse([]byte("user-agent: *\ndisallow: /private/\nallow: /*.html$\n")).Rules("x")
	for target, want := range map[string]float64{"/some/page?a=b%20c": 0, "/private/x": 1} {
		if n := testing.AllocsPerRun(100, func() { rules.Match(target) }); n != want {
			t.Errorf("%s: %v allocations, want %v", target, n, want)
		}
	}
}
