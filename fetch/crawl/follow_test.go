package crawl

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/manifest"
	"crawl/fetch/scope"
)

// knowing is a frontier in memory that knows URLs, as the one on the disk does.
type knowing struct {
	*memory.Frontier
	mu    sync.Mutex
	state map[string]frontier.Verdict // Known or Done
}

func newKnowing(opts schedule.Options) *knowing {
	return &knowing{
		Frontier: memory.New(memory.Options{Options: opts}),
		state:    map[string]frontier.Verdict{},
	}
}

func (k *knowing) Add(ctx context.Context, entries ...frontier.Entry) ([]frontier.Verdict, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	verdicts := make([]frontier.Verdict, len(entries))
	for i, e := range entries {
		if state := k.state[e.URL]; state != frontier.Fresh {
			verdicts[i] = state
			continue
		}
		k.state[e.URL] = frontier.Known
		if _, err := k.Frontier.Add(ctx, e); err != nil {
			return nil, err
		}
	}
	return verdicts, nil
}

func (k *knowing) Move(ctx context.Context, _, to frontier.Entry) (frontier.Verdict, error) {
	verdicts, err := k.Add(ctx, to)
	if err != nil {
		return 0, err
	}
	return verdicts[0], nil
}

func (k *knowing) Settle(ctx context.Context, e frontier.Entry, o frontier.Outcome) error {
	if !o.Retry && !o.Defer {
		k.mu.Lock()
		k.state[e.URL] = frontier.Done
		k.mu.Unlock()
	}
	return k.Frontier.Settle(ctx, e, o)
}

// newFollowing makes a crawl of a seed that goes that deep.
func newFollowing(t *testing.T, seed string, rules scope.Rules, fetcher fetch.FetcherFunc, opts schedule.Options) (*Crawl, *journal) {
	t.Helper()
	where, err := scope.New(rules)
	if err != nil {
		t.Fatal(err)
	}
	c, j := newCrawl(seed, fetcher, memory.Options{})
	front := newKnowing(opts)
	t.Cleanup(func() { front.Close() })
	c.Frontier = front
	c.Follow = &Following{Scope: where, Refused: &Refusals{}, Product: "crawl"}
	return c, j
}

// page is an answer of HTML with those links.
func page(req *fetch.Request, to ...string) *fetch.Record {
	text := "<!doctype html><title>x</title>"
	for _, link := range to {
		text += `<a href="` + link + `">x</a>`
	}
	return answer(req, 200, text, fetch.Field{Name: "Content-Type", Value: "text/html"})
}

func redirect(req *fetch.Request, status int, to string) *fetch.Record {
	return answer(req, status, "", fetch.Field{Name: "Location", Value: to})
}

// pages answers by URL: a status and a Location, or links.
func pages(site map[string]string) fetch.FetcherFunc {
	return func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		text, ok := site[req.URL]
		if !ok {
			return answer(req, 404, "no"), nil
		}
		status := 0
		if n, _ := fmt.Sscanf(text, "%d", &status); n == 1 {
			_, to, _ := strings.Cut(text, " ")
			return redirect(req, status, to), nil
		}
		return page(req, strings.Fields(text)...), nil
	}
}

// texts are the records with what matters of following.
func (j *journal) texts() []string {
	var all []string
	for _, l := range j.lines {
		text := fmt.Sprintf("%d %s %s", l.Depth, l.URL, l.Outcome)
		if l.FinalURL != "" {
			text += " -> " + l.FinalURL
		}
		if l.Parent != "" {
			text += " from " + l.Parent
		}
		all = append(all, text)
	}
	slices.Sort(all)
	return all
}

func TestFollow(t *testing.T) {
	for _, test := range []struct {
		name   string
		seed   string
		rules  scope.Rules
		site   map[string]string
		want   []string
		rules2 map[string]int64
	}{
		{
			"depth", "http://a.test/", scope.Rules{MaxDepth: 2},
			map[string]string{"http://a.test/": "/1", "http://a.test/1": "/2", "http://a.test/2": "/3", "http://a.test/3": ""},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/1 fetched from http://a.test/",
				"2 http://a.test/2 fetched from http://a.test/1",
			},
			map[string]int64{"depth": 1},
		},
		{
			"each once", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/ /1#x http://A.test:80/1 /2", "http://a.test/1": "/ /2", "http://a.test/2": "/1"},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/1 fetched from http://a.test/",
				"1 http://a.test/2 fetched from http://a.test/",
			},
			map[string]int64{},
		},
		{
			"scope", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/1 http://b.test/ mailto:x http://www.a.test/", "http://a.test/1": "/404"},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/1 fetched from http://a.test/",
				"1 http://www.a.test/ failed from http://a.test/",
				"2 http://a.test/404 failed from http://a.test/1",
			},
			map[string]int64{"scope host": 1},
		},
		{
			"exclude", "http://a.test/", scope.Rules{MaxDepth: 5, Exclude: []*regexp.Regexp{regexp.MustCompile("1")}},
			map[string]string{"http://a.test/": "/1 /2"},
			[]string{"0 http://a.test/ fetched", "1 http://a.test/2 failed from http://a.test/"},
			map[string]int64{"exclude": 1},
		},
		{
			"a redirect counts as visited", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/moved", "http://a.test/moved": "302 /2", "http://a.test/2": "/moved /3", "http://a.test/3": "/2"},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/moved fetched -> http://a.test/2 from http://a.test/",
				"2 http://a.test/3 fetched from http://a.test/moved",
			},
			map[string]int64{},
		},
		{
			"a redirect to what is known", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/1 /moved", "http://a.test/moved": "302 /1", "http://a.test/1": ""},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/1 fetched from http://a.test/",
				"1 http://a.test/moved duplicate -> http://a.test/1 from http://a.test/",
			},
			map[string]int64{},
		},
		{
			"a redirect out of scope", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/moved", "http://a.test/moved": "302 http://b.test/"},
			[]string{"0 http://a.test/ fetched", "1 http://a.test/moved out_of_scope -> http://b.test/ from http://a.test/"},
			map[string]int64{"scope host": 1},
		},
		{
			"a seed that has moved", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "301 https://b.test/x", "https://b.test/x": "/y", "https://b.test/y": ""},
			[]string{"0 http://a.test/ fetched -> https://b.test/x", "1 https://b.test/y fetched from http://a.test/"},
			map[string]int64{},
		},
		{
			"a loop", "http://a.test/", scope.Rules{MaxDepth: 5},
			map[string]string{"http://a.test/": "/1", "http://a.test/1": "302 /2", "http://a.test/2": "302 /1"},
			[]string{"0 http://a.test/ fetched", "1 http://a.test/1 failed -> http://a.test/2 from http://a.test/"},
			map[string]int64{},
		},
		{
			"listed and linked", "http://a.test/1\nhttp://a.test/\nhttp://a.test/1\nnone\n", scope.Rules{MaxDepth: 1},
			map[string]string{"http://a.test/": "/1", "http://a.test/1": "/2"},
			[]string{"0 http://a.test/ fetched", "0 http://a.test/1 fetched", "0 none failed", "1 http://a.test/2 failed from http://a.test/1"},
			map[string]int64{},
		},
		{
			"a budget of the host", "http://a.test/", scope.Rules{MaxDepth: 1, MaxPagesPerHost: 2},
			map[string]string{"http://a.test/": "/1 /2 /3"},
			[]string{
				"0 http://a.test/ fetched",
				"1 http://a.test/1 failed from http://a.test/",
				"1 http://a.test/2 skipped from http://a.test/",
				"1 http://a.test/3 skipped from http://a.test/",
			},
			map[string]int64{},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, j := newFollowing(t, test.seed, test.rules, pages(test.site), schedule.Options{PerHost: 1})
			if err := c.Run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			if got := j.texts(); !slices.Equal(got, test.want) {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
			}
			if got := c.Follow.Refused.Counts(); fmt.Sprint(got) != fmt.Sprint(test.rules2) {
				t.Errorf("refused %v, want %v", got, test.rules2)
			}
		})
	}
}

func TestCanonicalIsRecorded(t *testing.T) {
	c, j := newFollowing(t, "http://a.test/?x", scope.Rules{MaxDepth: 1}, func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		return answer(req, 200, `<link rel=canonical href="/">`, fetch.Field{Name: "Content-Type", Value: "text/html"}), nil
	}, schedule.Options{})
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(j.lines, func(a, b manifest.Line) int { return a.Depth - b.Depth })
	if l := j.lines[0]; l.Canonical != "http://a.test/" || l.Outcome != manifest.Fetched {
		t.Errorf("recorded %+v", l)
	}
	if l := j.lines[1]; l.Canonical != "" || l.URL != "http://a.test/" {
		t.Errorf("recorded %+v", l)
	}
}

// Discovered pages are asked for without what belongs to the listed ones alone.
func TestDiscoveredRequests(t *testing.T) {
	h := &hosts{}
	var got []string
	var mu sync.Mutex
	c, _ := newFollowing(t, "http://a.test/\n", scope.Rules{MaxDepth: 1, Within: scope.Any}, func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		mu.Lock()
		defer mu.Unlock()
		got = append(got, fmt.Sprint(req.URL, req.Discovered, len(req.Header)))
		return page(req, "/1", "http://b.test/"), nil
	}, schedule.Options{})
	c.Listed = h
	c.Header = fetch.Header{{Name: "Authorization", Value: "x"}, {Name: "X", Value: "y"}}
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	if want := []string{"http://a.test/1true 2", "http://a.test/false 2", "http://b.test/true 1"}; !slices.Equal(got, want) {
		t.Errorf("asked %v", got)
	}
}
