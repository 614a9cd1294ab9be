package crawl

import (
	"context"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/manifest"
	"crawl/fetch/scope"
	"crawl/pipeline"
)

// graph is a web of pages, each with a fate of its own.
type graph struct {
	nodes map[string]*node
	mu    sync.Mutex // guards the counts of nodes
}

type node struct {
	fate  string
	times int // that it fails, if it is flaky
	to    []string
	asked int
}

// fates and how often each comes.
var fates = map[string]int{"page": 60, "404": 5, "flaky": 5, "busy": 3, "cut": 3, "dead": 3, "hang": 2, "moved": 15, "500": 2, "slow": 5}

func newGraph(r *rand.Rand) (g *graph, seed string) {
	hosts, pages := 1+r.IntN(5), 1+r.IntN(150)
	name := func(i int) string { return fmt.Sprintf("http://h%d.test/%d", i%hosts, i) }
	g = &graph{nodes: map[string]*node{}}
	for i := range pages {
		n := &node{fate: draw(r), times: 1 + r.IntN(3)}
		for range r.IntN(6) {
			n.to = append(n.to, name(r.IntN(pages+3))) // some lead to what is not there
		}
		if i == 0 {
			n.fate = "page"
		}
		if n.fate == "moved" {
			n.to = []string{name(r.IntN(pages))}
		}
		g.nodes[name(i)] = n
	}
	return g, name(0)
}

func draw(r *rand.Rand) string {
	x := r.IntN(103)
	for _, fate := range slices.Sorted(maps.Keys(fates)) {
		if x -= fates[fate]; x < 0 {
			return fate
		}
	}
	return "page"
}

// reach are all URLs that a crawl of seed meets, those of redirects among them.
func (g *graph) reach(seed string) map[string]bool {
	met := map[string]bool{seed: true}
	for queue := []string{seed}; len(queue) > 0; queue = queue[1:] {
		n := g.nodes[queue[0]]
		if n == nil || slices.Contains([]string{"404", "dead", "hang", "500"}, n.fate) {
			continue
		}
		for _, to := range n.to {
			if !met[to] {
				met[to] = true
				queue = append(queue, to)
			}
		}
	}
	return met
}

// Fetch answers as the fate of a URL has it.
func (g *graph) Fetch(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	n := g.nodes[req.URL]
	if n == nil {
		return answer(req, 404, ""), nil
	}
	g.mu.Lock()
	n.asked++
	times := n.asked
	g.mu.Unlock()
	fails := func(c fetch.Class) error { return &fetch.Error{Class: c, URL: req.URL, Reason: string(c)} }
	switch {
	case n.fate == "404", n.fate == "500":
		status := 0
		fmt.Sscan(n.fate, &status)
		return answer(req, status, ""), nil
	case n.fate == "moved":
		return redirect(req, 302, n.to[0]), nil
	case n.fate == "dead":
		return nil, fails(fetch.ClassRefused)
	case n.fate == "hang":
		return nil, wait(ctx, req, 24*time.Hour)
	case n.fate == "flaky" && times <= n.times:
		return answer(req, 503, ""), nil
	case n.fate == "busy" && times <= n.times:
		return answer(req, 429, "", fetch.Field{Name: "Retry-After", Value: "20"}), nil
	case n.fate == "cut" && times <= n.times:
		rec := page(req, n.to...)
		rec.Body = io.NopCloser(io.MultiReader(io.LimitReader(rec.Body, 40), broken{fails(fetch.ClassTruncated)}))
		return rec, nil
	case n.fate == "slow":
		<-time.After(5 * time.Second)
	}
	return page(req, n.to...), nil
}

// No crawl of a random web with random faults ends early, or not at all, or asks twice
// for what it got.
func TestRandomGraphs(t *testing.T) {
	for seed := range uint64(100) {
		synctest.Test(t, func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 6))
			g, start := newGraph(r)
			opts := schedule.Options{PerHost: 1 + r.IntN(8)}
			if r.IntN(3) == 0 {
				opts.Delay = time.Duration(r.IntN(1000)) * time.Millisecond
			}
			c, j := newFollowing(t, start+"\n", scope.Rules{MaxDepth: 1000, Within: scope.Any}, g.Fetch, opts)
			c.Workers = 1 + r.IntN(20)
			c.Mode = pipeline.Modes()[r.IntN(len(pipeline.Modes()))]
			c.Retry = pipeline.Retry{Max: 3}
			c.MaxRedirects = 1000
			if err := c.Run(t.Context(), nil); err != nil {
				t.Fatal(err)
			}
			c.Frontier.(io.Closer).Close()
			if err := g.judge(start, j.lines); err != nil {
				t.Errorf("seed %d: %v", seed, err)
			}
		})
	}
}

// judge holds records against the graph.
func (g *graph) judge(seed string, lines []manifest.Line) error {
	met, want := map[string]int{}, g.reach(seed)
	records := map[string]int{}
	for _, l := range lines {
		if records[l.URL]++; records[l.URL] > 1 {
			return fmt.Errorf("%s has two records", l.URL)
		}
		for _, url := range Visited(&l) {
			url, _, _ = strings.Cut(url, "#")
			if met[url]++; met[url] > 1 {
				return fmt.Errorf("%s counts as visited twice", url)
			}
		}
	}
	for url := range want {
		if met[url] == 0 {
			return fmt.Errorf("%s was not visited (%+v)", url, g.nodes[url])
		}
	}
	if len(met) != len(want) {
		return fmt.Errorf("%d URLs were visited, want %d", len(met), len(want))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for url, n := range g.nodes {
		most := 1
		switch n.fate {
		case "flaky", "busy", "cut":
			most += n.times
		case "dead", "500", "hang":
			most = 4
		}
		if n.asked > most {
			return fmt.Errorf("%s, %s, was asked for %d times", url, n.fate, n.asked)
		}
	}
	return nil
}

// A crawl of nothing but what is slow or dead ends.
func TestAllIsSlowOrDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g := &graph{nodes: map[string]*node{}}
		root := &node{fate: "slow"}
		for i := range 200 {
			url := fmt.Sprintf("http://h%d.test/%d", i%20, i)
			g.nodes[url] = &node{fate: []string{"dead", "hang", "500", "slow"}[i%4]}
			root.to = append(root.to, url)
		}
		g.nodes["http://a.test/"] = root
		c, j := newFollowing(t, "http://a.test/\n", scope.Rules{MaxDepth: 9, Within: scope.Any}, g.Fetch, schedule.Options{})
		c.Retry = pipeline.Retry{Max: 3}
		if err := c.Run(t.Context(), nil); err != nil || len(j.lines) != 201 {
			t.Errorf("%v, %d records", err, len(j.lines))
		}
		c.Frontier.(io.Closer).Close()
	})
}
