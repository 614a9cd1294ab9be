package scope

import (
	"fmt"
	"regexp"
	"sync"
	"testing"

	"crawl/fetch/urls"
)

func parse(t testing.TB, s string) urls.URL {
	t.Helper()
	u, err := urls.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func scopeOf(t testing.TB, rules Rules, seeds ...string) *Scope {
	t.Helper()
	s, err := New(rules)
	if err != nil {
		t.Fatal(err)
	}
	for _, seed := range seeds {
		s.Add(parse(t, seed))
	}
	return s
}

func TestWithin(t *testing.T) {
	for _, test := range []struct {
		within Within
		seed   string
		in     []string
		out    []string
	}{
		{
			"", "https://example.com/a",
			[]string{"https://example.com/", "http://example.com/b", "https://www.example.com/", "http://example.com./", "https://user@example.com/"},
			[]string{"https://shop.example.com/", "https://example.com:8443/", "https://example.org/", "https://com/", "https://xexample.com/", "https://example.com.evil.test/", "https://wwwexample.com/"},
		},
		{
			Host, "http://www.example.com:8080/",
			[]string{"https://example.com:8080/"},
			[]string{"http://www.example.com/", "http://www.example.com:8081/", "http://www.www.example.com:8080/"},
		},
		{
			Host, "http://127.0.0.1/",
			[]string{"http://127.0.0.1/x", "http://2130706433/"},
			[]string{"http://127.0.0.2/", "http://[::1]/"},
		},
		{
			Domain, "https://blog.example.co.uk/",
			[]string{"https://example.co.uk/", "http://a.b.example.co.uk:81/", "https://EXAMPLE.co.uk./"},
			[]string{"https://other.co.uk/", "https://co.uk/", "https://example.com/"},
		},
		{Domain, "https://a.github.io/", []string{"https://b.a.github.io/"}, []string{"https://b.github.io/", "https://github.io/"}},
		{Domain, "http://localhost/", []string{"http://localhost:81/"}, []string{"http://host.localhost/"}},
		{Domain, "http://10.0.0.1/", []string{"http://10.0.0.1:81/"}, []string{"http://11.0.0.1/", "http://0.0.1/"}},
		{Domain, "http://[2001:db8::1]/", []string{"http://[2001:db8:0::1]/"}, []string{"http://[2001:db8::2]/"}},
		{Domain, "https://bücher.example/", []string{"https://www.xn--bcher-kva.example/"}, []string{"https://bucher.example/"}},
		{
			Prefix, "https://example.com/docs/intro.html?x=/y/",
			[]string{"https://example.com/docs/", "http://www.example.com/docs/a/b?c", "https://example.com/docs/../docs/x"},
			[]string{"https://example.com/docs", "https://example.com/", "https://example.com/Docs/", "https://example.com/docs2/", "https://example.com/x/docs/", "https://example.com/docs/../x", "https://shop.example.com/docs/", "https://example.com/?/docs/"},
		},
		{Prefix, "https://example.com", []string{"https://example.com/any/where"}, []string{"https://example.org/"}},
		{Any, "https://example.com/", []string{"https://example.org/", "http://localhost/"}, nil},
	} {
		s := scopeOf(t, Rules{Within: test.within, MaxDepth: 1}, test.seed)
		for _, in := range test.in {
			if why, ok := s.Check(Link{URL: parse(t, in), Depth: 1}); !ok || why != (Refusal{}) {
				t.Errorf("%s of %s refuses %s: %v", s.rules.Within, test.seed, in, why)
			}
		}
		for _, out := range test.out {
			why, ok := s.Check(Link{URL: parse(t, out), Depth: 1})
			if ok || why.Rule != Rule("scope "+s.rules.Within) || why.Reason == "" {
				t.Errorf("%s of %s lets in %s: %v, %v", s.rules.Within, test.seed, out, why, ok)
			}
		}
	}
}

// With many seeds each has its own place.
func TestSeeds(t *testing.T) {
	s := scopeOf(t, Rules{Within: Prefix, MaxDepth: 1}, "https://a.test/1/", "https://a.test/2/3/4/", "https://b.test/5/")
	for url, want := range map[string]bool{
		"https://a.test/1/x": true, "https://a.test/2/3/4/": true, "https://b.test/5/6/7/8/9/": true,
		"https://a.test/2/3/": false, "https://a.test/5/": false, "https://b.test/1/": false, "https://c.test/1/": false,
	} {
		if _, ok := s.Check(Link{URL: parse(t, url)}); ok != want {
			t.Errorf("%s: %v, want %v", url, ok, want)
		}
	}
	link := Link{URL: parse(t, "https://c.test/1/")}
	s.Add(link.URL)
	if why, ok := s.Check(link); !ok {
		t.Errorf("a seed that came later: %v", why)
	}
}

func TestMoved(t *testing.T) {
	for _, test := range []struct {
		from, to  string
		permanent bool
		want      bool
	}{
		{"http://example.com/", "https://www.example.com/", false, true},
		{"http://example.com/", "https://shop.example.com/x", false, true},
		{"http://example.com/", "https://example.org/", true, true},
		{"http://example.com/", "https://login.example.org/", false, false},
		{"http://a.github.io/", "https://b.github.io/", false, false},
		{"http://10.0.0.1/", "http://10.0.0.2/", false, false},
	} {
		s := scopeOf(t, Rules{MaxDepth: 1}, test.from)
		got := s.Moved(parse(t, test.from), parse(t, test.to), test.permanent)
		_, ok := s.Check(Link{URL: parse(t, test.to), Depth: 1})
		if got != test.want || ok != test.want {
			t.Errorf("%s to %s, permanent %v: moved %v, let in %v, want %v", test.from, test.to, test.permanent, got, ok, test.want)
		}
		if _, ok := s.Check(Link{URL: parse(t, test.from), Depth: 1}); !ok {
			t.Errorf("%s is out of scope itself", test.from)
		}
	}
}

func TestDepth(t *testing.T) {
	for _, test := range []struct {
		max, depth  int
		asset, want bool
	}{
		{0, 0, false, true},
		{0, 1, false, false},
		{0, 1, true, true},
		{0, 2, true, false},
		{2, 2, false, true},
		{2, 3, false, false},
		{2, 3, true, true},
	} {
		s := scopeOf(t, Rules{Within: Any, MaxDepth: test.max})
		why, ok := s.Check(Link{URL: parse(t, "https://example.com/"), Depth: test.depth, Asset: test.asset})
		if ok != test.want || !ok && why.Rule != RuleDepth {
			t.Errorf("%+v: %v, %v", test, ok, why)
		}
	}
}

func TestAssets(t *testing.T) {
	host := parse(t, "https://example.com/style.css")
	elsewhere := parse(t, "https://cdn.test/style.css")
	for _, test := range []struct {
		rules           Rules
		host, elsewhere bool
	}{
		{Rules{Within: Host}, true, false},
		{Rules{Within: Prefix}, true, false},
		{Rules{Within: Prefix, AssetsAnywhere: true}, true, true},
		{Rules{Within: Host, AssetsAnywhere: true}, true, true},
	} {
		s := scopeOf(t, test.rules, "https://example.com/docs/")
		_, onHost := s.Check(Link{URL: host, Depth: 1, Asset: true})
		_, off := s.Check(Link{URL: elsewhere, Depth: 1, Asset: true})
		_, page := s.Check(Link{URL: elsewhere, Depth: 0})
		if onHost != test.host || off != test.elsewhere || page {
			t.Errorf("%+v: on the host %v, elsewhere %v, a page elsewhere %v", test.rules, onHost, off, page)
		}
	}
}

func TestPatterns(t *testing.T) {
	s := scopeOf(t, Rules{
		Include: []*regexp.Regexp{regexp.MustCompile(`/docs/`), regexp.MustCompile(`\.pdf$`)},
		Exclude: []*regexp.Regexp{regexp.MustCompile(`[?&]print=`), regexp.MustCompile(`/private/`)},
	}, "https://example.com/")
	for url, want := range map[string]string{
		"https://example.com/docs/a":         "",
		"https://example.com/x.pdf":          "",
		"https://example.com/x.pdf?y":        "include: matches no pattern to include",
		"https://example.com/docs/?print=1":  "exclude: matches [?&]print=",
		"https://example.com/private/x.pdf":  "exclude: matches /private/",
		"https://example.org/docs/":          "scope host: nothing on its host was listed",
		"https://example.com/docs/%7Eprint=": "",
	} {
		why, ok := s.Check(Link{URL: parse(t, url)})
		if ok != (want == "") || !ok && why.String() != want {
			t.Errorf("%s: %v, %s, want %q", url, ok, why, want)
		}
	}
}

func TestTake(t *testing.T) {
	s := scopeOf(t, Rules{MaxPages: 4, MaxPagesPerHost: 2})
	for i, test := range []struct {
		url  string
		want Rule
	}{
		{"https://a.test/1", ""},
		{"https://www.a.test/2", ""},
		{"http://a.test/3", RuleHostFull},
		{"https://a.test:8443/1", ""},
		{"https://b.test/1", ""},
		{"https://c.test/1", RulePages},
		{"https://a.test/3", RulePages},
	} {
		why, ok := s.Take(parse(t, test.url))
		if ok != (test.want == "") || why.Rule != test.want {
			t.Errorf("%d: %s: %v, %v, want %q", i, test.url, ok, why, test.want)
		}
	}
	free := scopeOf(t, Rules{})
	for range 10 {
		if why, ok := free.Take(parse(t, "https://a.test/")); !ok {
			t.Fatalf("without budgets: %v", why)
		}
	}
}

func TestNewRefusesWhatThereIsNot(t *testing.T) {
	if _, err := New(Rules{Within: "planet"}); err == nil || err.Error() != `scope "planet": there are host, domain, prefix and any` {
		t.Error(err)
	}
}

// Many workers check and take while seeds are still read, and no page is taken twice
// over a budget.
func TestConcurrently(t *testing.T) {
	s := scopeOf(t, Rules{MaxDepth: 1, MaxPages: 500, MaxPagesPerHost: 10})
	var workers sync.WaitGroup
	var mu sync.Mutex
	taken := 0
	for worker := range 8 {
		workers.Go(func() {
			for i := range 200 {
				u := parse(t, fmt.Sprintf("https://h%d.test/%d", (worker+i)%100, worker))
				s.Add(u)
				if why, ok := s.Check(Link{URL: u, Depth: 1}); !ok {
					t.Errorf("%s: %v", u, why)
				}
				if _, ok := s.Take(u); ok {
					mu.Lock()
					taken++
					mu.Unlock()
				}
			}
		})
	}
	workers.Wait()
	if taken != 500 {
		t.Errorf("took %d, want 500", taken)
	}
}

func TestCheckDoesNotAllocate(t *testing.T) {
	for _, within := range []Within{Host, Prefix, Any} {
		s := scopeOf(t, Rules{Within: within, MaxDepth: 1}, "https://www.example.com/news/")
		in := Link{URL: parse(t, "https://www.example.com/news/2026/11/26/a-story.html?ref=list&page=2&sort=date"), Depth: 1}
		out := Link{URL: parse(t, "https://www.example.org/"), Depth: 2}
		if n := testing.AllocsPerRun(100, func() { s.Check(in); s.Check(out) }); n > 0 {
			t.Errorf("%s: %v allocations", within, n)
		}
	}
}
