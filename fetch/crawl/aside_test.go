package crawl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"crawl/fetch"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/list"
	"crawl/fetch/manifest"
	"crawl/pipeline"
)

// hosts are Hosts in a map.
type hosts struct {
	mu  sync.Mutex
	all map[string]bool
	log []string
}

func (h *hosts) Add(host string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.all == nil {
		h.all = map[string]bool{}
	}
	h.all[host] = true
	h.log = append(h.log, host)
}

func (h *hosts) Has(host string) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.all[host]
}

// leading answers /to/HOST as if a redirect led to a private HOST, which only those
// that are listed may.
func leading(h *hosts, asked *[]string) fetch.FetcherFunc {
	var mu sync.Mutex
	return func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		mu.Lock()
		*asked = append(*asked, req.URL)
		mu.Unlock()
		_, host, led := strings.Cut(req.URL, "/to/")
		if !led || h.Has(host+":80") {
			return answer(req, 200, "hello"), nil
		}
		return nil, &fetch.Error{
			Class: fetch.ClassPrivateAddress, URL: "http://" + host + "/x", Reason: "it is private",
			Redirects: []fetch.Hop{{URL: req.URL, Status: 302}},
		}
	}
}

func TestHostListedLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // so that the whole list is not read at once
		h, asked := &hosts{}, []string{}
		text := "http://a.test/to/late.test\nhttp://a.test/to/never.test\n" + strings.Repeat("# \n", 3)
		for i := range 1000 {
			text += fmt.Sprintf("http://a.test/%d\n", i)
		}
		c, j := newCrawl(text+"http://late.test/\n", leading(h, &asked), memory.Options{})
		c.Listed = h
		c.Retry = pipeline.Retry{Max: 3}
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if len(j.lines) != 1003 {
			t.Errorf("%d records", len(j.lines))
		}
		late := slices.IndexFunc(j.lines, func(l manifest.Line) bool { return l.URL == "http://a.test/to/late.test" })
		if l := j.lines[late]; l.Outcome != manifest.Fetched || l.Attempts != 2 || l.Line != 1 || l.Input != "list" {
			t.Errorf("recorded %+v", l)
		}
		never := slices.IndexFunc(j.lines, func(l manifest.Line) bool { return l.URL == "http://a.test/to/never.test" })
		if l := j.lines[never]; l.Outcome != manifest.Failed || l.ErrorClass != "private_address" || l.Attempts != 1 || l.FinalURL != "http://never.test/x" || l.Line != 2 || l.Input != "list" {
			t.Errorf("recorded %+v", l)
		}
		if n := strings.Count(strings.Join(asked, " "), "/to/never.test"); n != 1 {
			t.Errorf("asked %d times for what is refused in the end", n)
		}
	})
}

// TestSetAside has the lists end at each moment of a refused fetch.
func TestSetAside(t *testing.T) {
	refused := func() refusal { return refusal{line: &manifest.Line{}, host: "b.test:80"} }
	c := &Crawl{Listed: &hosts{}}
	for range maxAside {
		if _, final := c.setAside(refused()); final {
			t.Fatal("no room")
		}
	}
	if _, final := c.setAside(refused()); !final {
		t.Error("more room than there should be")
	}
	for n := 0; ; n++ {
		if _, ok := c.aside.take(); !ok {
			if n != maxAside {
				t.Errorf("%d were kept", n)
			}
			break
		}
	}
	if _, final := c.setAside(refused()); !final {
		t.Error("set aside after the end of the lists")
	}
	c.Listed.Add("b.test:80")
	if v, final := c.setAside(refused()); final || !v.End.Retry {
		t.Error("not asked for again, though it was listed meanwhile")
	}
}

// TestRefusedForGood ends also when the Fetcher does not ask who is listed.
func TestRefusedForGood(t *testing.T) {
	h, asked := &hosts{}, []string{}
	c, j := newCrawl("http://a.test/to/b.test\nhttp://b.test/\n", leading(&hosts{}, &asked), memory.Options{})
	c.Listed = h
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if got := j.outcomes(); !slices.Equal(got, []string{"http://a.test/to/b.test failed private_address", "http://b.test/ fetched"}) {
		t.Errorf("recorded %v", got)
	}
}

// TestNotJudgedEarly leaves to the next run what was set aside in one that never saw
// the end of its lists.
func TestNotJudgedEarly(t *testing.T) {
	h, asked := &hosts{}, []string{}
	c, j := newCrawl("", leading(h, &asked), memory.Options{})
	c.Inputs = []NamedInput{{"list", list.NewReader(io.MultiReader(strings.NewReader("http://a.test/to/b.test\n"), brokenReader{}))}}
	c.Listed = h
	err := c.Run(t.Context(), nil)
	if _, ok := errors.AsType[*list.Error](err); !ok || len(j.lines) != 0 || len(asked) != 1 {
		t.Errorf("%v, records %v, asked for %v", err, j.outcomes(), asked)
	}
}

func TestMethodAndBody(t *testing.T) {
	for _, tt := range []struct {
		method  string
		records string // of attempts
	}{{"POST", "1 1 2"}, {"PUT", "1 3 2"}} {
		var got []string
		tries := map[string]int{}
		c, j := newCrawl("http://a.test/1\nhttp://a.test/503\nhttp://a.test/refused\n", func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
			got = append(got, req.Method)
			if req.Body == nil || req.Body.Size() != 3 {
				t.Errorf("no body: %+v", req)
			}
			tries[req.URL]++
			switch {
			case strings.HasSuffix(req.URL, "503"):
				return answer(req, 503, ""), nil
			case strings.HasSuffix(req.URL, "refused") && tries[req.URL] == 1:
				return nil, &fetch.Error{Class: fetch.ClassRefused, URL: req.URL, Reason: "no connection"}
			}
			return answer(req, 200, "hello"), nil
		}, memory.Options{Options: schedule.Options{PerHost: 1}})
		c.Method, c.Body = tt.method, fetch.Text("abc")
		c.Retry = pipeline.Retry{Max: 2, Base: 1, Cap: 1}
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		slices.SortFunc(j.lines, func(a, b manifest.Line) int { return strings.Compare(a.URL, b.URL) })
		var attempts []string
		for _, l := range j.lines {
			attempts = append(attempts, fmt.Sprint(l.Attempts))
		}
		if s := strings.Join(attempts, " "); s != tt.records || slices.ContainsFunc(got, func(m string) bool { return m != tt.method }) {
			t.Errorf("%s: attempts %s, want %s; %v", tt.method, s, tt.records, got)
		}
	}
}
