package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch"
)

const forbidding = "User-agent: *\nDisallow: /page\n"

func TestDenied(t *testing.T) {
	w := site("Sitemap: /s.xml\nUser-agent: a\nUser-agent: crawl\nDisallow: /caf\u00e9\n")
	g := New(w, Options{Product: "crawl"})
	err := check(t, g, "http://user:secret@a.example/caf%C3%A9?q=1")
	denied, ok := errors.AsType[*Denied](err)
	if !ok || !errors.Is(err, ClassDenied) {
		t.Fatalf("err = %v", err)
	}
	want := Denied{URL: "http://a.example/caf%C3%A9?q=1", Robots: "http://a.example/robots.txt", Rule: "Disallow: /caf%C3%A9", Line: 4}
	if *denied != want {
		t.Errorf("denied = %+v, want %+v", *denied, want)
	}
	const text = "http://user:xxxxx@a.example/caf%C3%A9?q=1: line 4 of http://a.example/robots.txt forbids it: Disallow: /caf%C3%A9"
	if err.Error() != text {
		t.Errorf("text = %s", err)
	}
	for _, url := range []string{page, "http://a.example/robots.txt", "http://a.example/"} {
		if err := check(t, g, url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	if n := len(w.urls()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

// Each origin has its own file: scheme, host and port make it (RFC 9309 section 2.3).
func TestOrigins(t *testing.T) {
	w := site(forbidding)
	g := New(w, Options{})
	for _, url := range []string{"https://a.example/page", "http://a.example:8080/page", "http://b.a.example/page"} {
		if err := check(t, g, url); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	for _, url := range []string{page, "http://a.example:80/page", "HTTP://A.EXAMPLE/page"} {
		if err := check(t, g, url); !errors.Is(err, ClassDenied) {
			t.Errorf("%s: %v", url, err)
		}
	}
	want := []string{
		"https://a.example/robots.txt", "http://a.example:8080/robots.txt", "http://b.a.example/robots.txt", "http://a.example/robots.txt",
	}
	if got := w.urls(); !slices.Equal(got, want) {
		t.Errorf("asked for %q", got)
	}
}

// What answers come to (RFC 9309 section 2.3.1).
func TestAnswers(t *testing.T) {
	for _, code := range []int{300, 304, 400, 401, 403, 404, 410, 418, 451, 499} {
		w := new(web)
		w.put("http://a.example/robots.txt", status(code))
		if err := check(t, New(w, Options{}), page); err != nil {
			t.Errorf("%d: %v", code, err)
		}
	}
	for code, class := range map[int]fetch.Class{
		429: fetch.ClassHTTP4xx, 500: fetch.ClassHTTP5xx, 502: fetch.ClassHTTP5xx, 503: fetch.ClassHTTP5xx, 599: fetch.ClassHTTP5xx,
		600: fetch.ClassProtocol, 101: fetch.ClassProtocol,
	} {
		w := new(web)
		w.put("http://a.example/robots.txt", status(code))
		err := check(t, New(w, Options{}), page)
		d, ok := errors.AsType[*Deferred](err)
		if !ok || d.Status != code || d.Wait <= 0 || d.URL != page || d.Robots != "http://a.example/robots.txt" || fetch.ClassOf(err) != class {
			t.Errorf("%d: %v, %+v", code, err, d)
		}
	}
	for _, code := range []int{200, 203, 204, 206} {
		w := new(web)
		w.put("http://a.example/robots.txt", func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			rec, err := text(forbidding)(ctx, req)
			rec.Status = code
			return rec, err
		})
		if err := check(t, New(w, Options{}), page); !errors.Is(err, ClassDenied) {
			t.Errorf("%d: %v", code, err)
		}
	}
	for _, class := range []fetch.Class{fetch.ClassDNS, fetch.ClassRefused, fetch.ClassTLS, fetch.ClassReset, fetch.ClassProtocol} {
		w := new(web)
		w.put("http://a.example/robots.txt", failing(class))
		err := check(t, New(w, Options{}), page)
		d, ok := errors.AsType[*Deferred](err)
		if !ok || d.Status != 0 || d.Err == nil || fetch.ClassOf(err) != class {
			t.Errorf("%s: %v", class, err)
		}
	}
}

// Five redirects are followed, also to other origins, whose file then speaks for the
// first one (RFC 9309 section 2.3.1.2).
func TestRedirects(t *testing.T) {
	chain := func(w *web, n int) {
		for i := range n {
			w.put(fmt.Sprintf("http://r%d.example/", i), redirect(fmt.Sprintf("https://r%d.example/", i+1)))
			w.put(fmt.Sprintf("https://r%d.example/", i), redirect(fmt.Sprintf("https://r%d.example/", i+1)))
		}
		w.put(fmt.Sprintf("https://r%d.example/", n), text(forbidding))
		w.put("http://a.example/robots.txt", redirect("http://r0.example/"))
	}
	tests := []struct {
		name   string
		set    func(w *web)
		denied bool
		class  fetch.Class // of a deferral
	}{
		{"five", func(w *web) { chain(w, 4) }, true, ""},
		{"six", func(w *web) { chain(w, 5) }, false, ""},
		{"a loop", func(w *web) { w.put("http://a.example/robots.txt", redirect("/robots.txt")) }, false, ""},
		{"nowhere", func(w *web) { w.put("http://a.example/robots.txt", redirect("javascript:void(0)")) }, false, ""},
		{"no location", func(w *web) { w.put("http://a.example/robots.txt", status(301)) }, false, ""},
		{"to what is not there", func(w *web) { w.put("http://a.example/robots.txt", redirect("/none")) }, false, ""},
		{"to a fault", func(w *web) {
			w.put("http://a.example/robots.txt", redirect("/fault"))
			w.put("http://a.example/fault", status(500))
		}, false, fetch.ClassHTTP5xx},
		{"to an unusable answer", func(w *web) {
			w.put("http://a.example/robots.txt", redirect("/fault"))
			w.put("http://a.example/fault", failing(fetch.ClassProtocol))
		}, false, fetch.ClassProtocol},
		{"to a private address", func(w *web) {
			w.put("http://a.example/robots.txt", redirect("http://inside.example/"))
			w.put("http://inside.example/", failing(fetch.ClassPrivateAddress))
		}, false, fetch.ClassPrivateAddress},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := new(web)
			test.set(w)
			g := New(w, Options{})
			err := check(t, g, page)
			_, deferred := errors.AsType[*Deferred](err)
			if errors.Is(err, ClassDenied) != test.denied || deferred != (test.class != "") || deferred && fetch.ClassOf(err) != test.class {
				t.Fatalf("err = %v", err)
			}
			n := len(w.urls())
			if again := check(t, g, page); fmt.Sprint(again) != fmt.Sprint(err) || len(w.urls()) != n {
				t.Errorf("then %v, after %d requests more", again, len(w.urls())-n)
			}
		})
	}
}

// The layer stands inside of redirects: each hop is asked for only if its own origin
// allows it. What was exempted is asked for, but where it leads to is not exempt.
func TestLayer(t *testing.T) {
	w := site("User-agent: *\nDisallow: /page\nDisallow: /exempt\n")
	w.put("http://a.example/exempt", redirect(page))
	w.put("http://b.example/", redirect(page))
	w.put("http://a.example/open", text("hello"))
	f := fetch.Stack(w, fetch.Redirect(0), Layer(New(w, Options{})))
	fetchIt := func(ctx context.Context, url string) error {
		rec, err := f.Fetch(ctx, &fetch.Request{URL: url})
		if err == nil {
			rec.Body.Close()
		}
		return err
	}
	if err := fetchIt(t.Context(), "http://a.example/open"); err != nil {
		t.Error(err)
	}
	for url, ctx := range map[string]context.Context{
		"http://b.example/":       t.Context(),
		"http://a.example/exempt": Exempt(t.Context(), "http://a.example/exempt"),
	} {
		err := fetchIt(ctx, url)
		e, ok := errors.AsType[*fetch.Error](err)
		if !ok || e.Class != ClassDenied || e.URL != page || len(e.Redirects) != 1 || e.Redirects[0].URL != url {
			t.Errorf("%s: %+v", url, e)
		}
	}
	if err := fetchIt(Exempt(t.Context(), page), "http://a.example/exempt"); !errors.Is(err, ClassDenied) {
		t.Errorf("another URL is exempt: %v", err)
	}
	if slices.Contains(w.urls(), page) {
		t.Error("a denied URL was asked for")
	}
	if err := fetchIt(t.Context(), "no URL"); err != nil {
		t.Errorf("what is no URL is not left to whoever fetches it: %v", err)
	}
}

// Whoever needs the same file meanwhile waits for it.
func TestSingleFlight(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := new(web)
		release := make(chan struct{})
		w.put("http://a.example/robots.txt", func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			<-release
			return text(forbidding)(ctx, req)
		})
		learned := 0
		g := New(w, Options{Learned: func(Policy) { learned++ }})
		errs := make(chan error, 100)
		for range cap(errs) {
			go func() { errs <- check(t, g, page) }()
		}
		synctest.Wait()
		close(release)
		for range cap(errs) {
			if err := <-errs; !errors.Is(err, ClassDenied) {
				t.Errorf("err = %v", err)
			}
		}
		if n := len(w.urls()); n != 1 || learned != 1 {
			t.Errorf("%d requests, learned %d times", n, learned)
		}
	})
}

// A caller that gives up, or has no time left, says nothing of the origin: the next one
// goes on.
func TestGivingUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := new(web)
		w.put("http://a.example/robots.txt", hanging)
		g := New(w, Options{Timeout: time.Minute})
		ctx, cancel := context.WithCancel(t.Context())
		results := make(chan error, 4)
		go func() { results <- g.Check(ctx, &fetch.Request{URL: page}) }()
		synctest.Wait() // it leads
		go func() { results <- g.Check(ctx, &fetch.Request{URL: page}) }()
		synctest.Wait() // it waits
		cancel()
		for range 2 {
			if err := <-results; fetch.ClassOf(err) != fetch.ClassCancelled {
				t.Errorf("cancelled: %v", err)
			}
		}
		soon := time.Now().Add(time.Second)
		go func() { results <- g.Check(t.Context(), &fetch.Request{URL: page, Deadline: soon}) }()
		synctest.Wait()
		go func() { results <- g.Check(t.Context(), &fetch.Request{URL: page, Deadline: soon}) }()
		synctest.Wait()
		for range 2 {
			if err := <-results; fetch.ClassOf(err) != fetch.ClassTimeoutTotal {
				t.Errorf("out of time: %v", err)
			}
		}
		for range 2 { // one who has time finds that the file can't be had
			err := check(t, g, page)
			if d, ok := errors.AsType[*Deferred](err); !ok || d.Wait != firstPause || fetch.ClassOf(err) != fetch.ClassTimeoutTotal {
				t.Errorf("err = %v, %+v", err, d)
			}
		}
		w.put("http://a.example/robots.txt", text(forbidding))
		time.Sleep(firstPause)
		if err := check(t, g, page); !errors.Is(err, ClassDenied) {
			t.Errorf("err = %v", err)
		}
	})
}

// A host that one request may not ask, for who has named its URL, another may.
func TestPrivateAddress(t *testing.T) {
	w := new(web)
	w.put("http://a.example/robots.txt", func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
		if req.Discovered {
			return failing(fetch.ClassPrivateAddress)(ctx, req)
		}
		return text(forbidding)(ctx, req)
	})
	g := New(w, Options{})
	err := g.Check(t.Context(), &fetch.Request{URL: page, Discovered: true})
	if e, ok := errors.AsType[*fetch.Error](err); !ok || e.Class != fetch.ClassPrivateAddress || e.URL != page {
		t.Errorf("err = %v", err)
	}
	if err := check(t, g, page); !errors.Is(err, ClassDenied) {
		t.Errorf("err = %v", err)
	}
}

// The file is asked for in the name of whoever needs it, and for nothing else.
func TestRequest(t *testing.T) {
	w := site(forbidding)
	req := &fetch.Request{Method: "POST", URL: "http://me:secret@a.example/x", Body: fetch.Bytes([]byte("body")), Header: fetch.Header{
		{Name: "User-Agent", Value: "other/1"}, {Name: "authorization", Value: "Bearer x"}, {Name: "Range", Value: "bytes=0-9"},
		{Name: "If-None-Match", Value: `"e"`}, {Name: "Cookie", Value: "a=b"}, {Name: "Accept", Value: "image/png"},
	}}
	if err := New(w, Options{}).Check(t.Context(), req); err != nil {
		t.Fatal(err)
	}
	asked := w.asked[0]
	names := ""
	for _, f := range asked.Header {
		names += f.Name + " "
	}
	if asked.Method != "" || asked.Body != nil || asked.URL != "http://me:secret@a.example/robots.txt" ||
		names != "User-Agent authorization Cookie Accept-Encoding " {
		t.Errorf("asked %s %s with %s", asked.Method, asked.URL, names)
	}
}

func TestCrawlDelay(t *testing.T) {
	tests := []struct {
		max    time.Duration
		robots string
		told   time.Duration
		rule   string // that denies
	}{
		{0, "User-agent: *\nCrawl-delay: 2.5\n", 2500 * time.Millisecond, ""},
		{0, "User-agent: *\nCrawl-delay: 30\n", 30 * time.Second, ""},
		{0, "User-agent: *\nCrawl-delay: 30.5\n", 0, "Crawl-delay: 30.5"},
		{0, "User-agent: *\nCrawl-delay: 120\nDisallow: /page\n", 0, "Disallow: /page"},
		{-1, "User-agent: *\nCrawl-delay: 120\n", 2 * time.Minute, ""},
		{time.Second, "User-agent: *\nCrawl-delay: 2\n", 0, "Crawl-delay: 2"},
		{0, "User-agent: *\nCrawl-delay: soon\n", 0, ""},
	}
	for _, test := range tests {
		var learned Policy
		g := New(site(test.robots), Options{MaxCrawlDelay: test.max, Learned: func(p Policy) { learned = p }})
		err := check(t, g, page)
		if learned.CrawlDelay != test.told || learned.Host != "a.example:80" || learned.Robots != "http://a.example/robots.txt" {
			t.Errorf("%q: learned %+v", test.robots, learned)
		}
		d, ok := errors.AsType[*Denied](err)
		if (test.rule != "") != ok || ok && (d.Rule != test.rule || d.Line == 0) || !ok && err != nil {
			t.Errorf("%q: %v", test.robots, err)
		}
	}
}

func TestPolicy(t *testing.T) {
	w := site("Sitemap: /one.xml\nUser-agent: *\nCrawl-delay: 1\nDisallow: /\nSitemap: https://b.example/two.xml\n")
	g := New(w, Options{})
	p, err := g.Policy(t.Context(), &fetch.Request{URL: page})
	want := []string{"/one.xml", "https://b.example/two.xml"}
	if err != nil || !slices.Equal(p.Sitemaps, want) || p.CrawlDelay != time.Second {
		t.Errorf("policy = %+v, %v", p, err)
	}
	if p, err := g.Policy(t.Context(), &fetch.Request{URL: "http://none.example/"}); err != nil || len(p.Sitemaps) > 0 {
		t.Errorf("policy = %+v, %v", p, err)
	}
	w.put("http://b.example/robots.txt", status(500))
	if _, err := g.Policy(t.Context(), &fetch.Request{URL: "http://b.example/"}); fetch.ClassOf(err) != fetch.ClassHTTP5xx {
		t.Errorf("err = %v", err)
	}
	if _, err := g.Policy(t.Context(), &fetch.Request{URL: "nothing"}); fetch.ClassOf(err) != fetch.ClassBadURL {
		t.Errorf("err = %v", err)
	}
}

// What is kept has a bound, and what was used last stays.
func TestForgetting(t *testing.T) {
	w := new(web)
	rules := "User-agent: *\n" + strings.Repeat("Disallow: /0123456789\n", 1000)
	for i := range 100 {
		w.put(fmt.Sprintf("http://h%d.example/robots.txt", i), text(rules))
	}
	g := New(w, Options{MaxBytes: 200 << 10})
	for i := range 100 {
		for _, url := range []string{page, fmt.Sprintf("http://h%d.example/", i)} {
			if err := check(t, g, url); err != nil {
				t.Fatal(err)
			}
			if g.bytes > g.opts.MaxBytes {
				t.Fatalf("%d bytes are kept", g.bytes)
			}
		}
	}
	if n := len(w.urls()); n != 101 {
		t.Errorf("%d requests, want 101", n)
	}
	if n := len(g.origins); n < 3 || n != g.byUse.Len() {
		t.Errorf("%d origins are kept, %d in order", n, g.byUse.Len())
	}
	sum := int64(0)
	for _, o := range g.origins {
		sum += o.bytes
	}
	if sum != g.bytes {
		t.Errorf("%d bytes are counted of %d", g.bytes, sum)
	}
	if check(t, g, "http://h0.example/"); len(w.urls()) != 102 {
		t.Error("what was forgotten is not asked for again")
	}
}

// What a user reads names the page, the file and the reason, each once.
func TestDeferredText(t *testing.T) {
	for want, answer := range map[string]func(context.Context, *fetch.Request) (*fetch.Record, error){
		page + ": http://a.example/robots.txt was answered with status 503":              status(503),
		page + ": http://a.example/robots.txt can't be had: injected":                    failing(fetch.ClassReset),
		page + ": http://a.example/robots.txt can't be had: http://b.example/: injected": redirect("http://b.example/"),
	} {
		w := new(web)
		w.put("http://a.example/robots.txt", answer)
		w.put("http://b.example/", failing(fetch.ClassReset))
		if err := check(t, New(w, Options{}), page); err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Many callers, origins that fail and change, and little memory: nobody hangs, and the
// books are in order.
func TestMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := new(web)
		for i := range 40 {
			answers := []func(context.Context, *fetch.Request) (*fetch.Record, error){
				text(forbidding), status(404), status(500), failing(fetch.ClassReset), hanging,
			}
			w.put(fmt.Sprintf("http://h%d.example/robots.txt", i), answers[i%len(answers)])
		}
		g := New(w, Options{MaxBytes: 20 * (overhead + 64), Timeout: time.Second, Learned: func(Policy) {}})
		var all sync.WaitGroup
		for worker := range 8 {
			all.Go(func() {
				for i := range 400 {
					host := (i*7 + worker) % 40
					ctx, cancel := t.Context(), func() {}
					if i%11 == 0 {
						ctx, cancel = context.WithTimeout(ctx, time.Millisecond)
					}
					err := g.Check(ctx, &fetch.Request{URL: fmt.Sprintf("http://h%d.example/page", host)})
					cancel()
					_, deferred := errors.AsType[*Deferred](err)
					kind := host % 5
					if gaveUp := i%11 == 0 && kind == 4; !gaveUp && (errors.Is(err, ClassDenied) != (kind == 0) || deferred != (kind > 1)) {
						t.Errorf("%d: %v", host, err)
					}
				}
			})
		}
		all.Wait()
		sum := int64(0)
		for _, o := range g.origins {
			if sum += o.bytes; o.fetching != nil {
				t.Errorf("%s is still being fetched", o.key)
			}
		}
		if sum != g.bytes || g.bytes > g.opts.MaxBytes || len(g.origins) != g.byUse.Len() {
			t.Errorf("%d bytes of %d origins are counted as %d", sum, len(g.origins), g.bytes)
		}
	})
}
