package frontiertest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
	"crawl/pipeline"
)

// web is a random graph of pages on random hosts, with faults.
type web struct {
	links  [][]int // by page
	hosts  []int   // by page
	faults []fault // by page
	dead   []bool  // hosts at which nothing ever comes
	at     [][]netip.Addr
	depths []int // by page; -1: nothing leads there
}

// fault is what becomes of the first fetches of a page.
type fault struct {
	retries int
	took    time.Duration
	backoff bool
	defers  bool
}

func newWeb(r *rand.Rand) *web {
	pages, hosts := 1+r.IntN(80), 1+r.IntN(6)
	w := &web{links: make([][]int, pages), hosts: make([]int, pages), faults: make([]fault, pages), dead: make([]bool, hosts), depths: make([]int, pages)}
	for p := range pages {
		w.hosts[p] = r.IntN(hosts)
		w.depths[p] = -1
		for range r.IntN(4) {
			w.links[p] = append(w.links[p], r.IntN(pages))
		}
		w.faults[p] = fault{took: time.Duration(r.IntN(200)) * time.Millisecond, defers: r.IntN(10) == 0}
		if r.IntN(4) == 0 {
			w.faults[p].retries, w.faults[p].backoff = 1+r.IntN(3), r.IntN(2) == 0
		}
	}
	for h := range hosts {
		w.dead[h] = r.IntN(5) == 0
		w.at = append(w.at, addresses(r.Perm(4)[:1+r.IntN(2)]...))
	}
	w.reach()
	return w
}

// reach finds how far the pages are from the first one.
func (w *web) reach() {
	w.depths[0] = 0
	for queue := []int{0}; len(queue) > 0; queue = queue[1:] {
		p := queue[0]
		if w.dead[w.hosts[p]] {
			continue
		}
		for _, to := range w.links[p] {
			if w.depths[to] < 0 {
				w.depths[to] = w.depths[p] + 1
				queue = append(queue, to)
			}
		}
	}
}

func (w *web) entry(page, depth int, parent string) frontier.Entry {
	host := fmt.Sprint("host", w.hosts[page])
	return frontier.Entry{URL: fmt.Sprintf("http://%s/%d", host, page), Host: host, Depth: int32(depth), Parent: parent, Input: int32(page)}
}

// walk is a crawl of a web.
type walk struct {
	*web
	t     *testing.T
	f     Frontier
	knows bool // f tells what it knows by itself

	mu       sync.Mutex   // guards what follows
	known    map[int]bool // that were added, unless f knows
	fresh    map[int]int
	deferred map[int]bool
	done     map[int]int
}

// run crawls with that many workers until each has heard of the end.
func (w *walk) run(ctx context.Context, workers int, seed uint64) {
	w.add(0, -1, "")
	var all sync.WaitGroup
	for i := range workers {
		all.Go(func() {
			r := rand.New(rand.NewPCG(seed, uint64(i)))
			for {
				waiting, cancel := ctx, context.CancelFunc(func() {})
				if r.IntN(8) == 0 { // for somebody who has lost patience
					waiting, cancel = context.WithTimeout(ctx, time.Duration(r.IntN(100))*time.Millisecond)
				}
				e, err := w.f.Next(waiting)
				cancel()
				switch {
				case err == io.EOF:
					return
				case errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil:
					continue
				case err != nil:
					w.t.Errorf("next: %v", err)
					return
				}
				settle(w.t, w.f, e, w.visit(e))
			}
		})
	}
	all.Wait()
}

// add adds the links of a page, each as often as it stands there if f sees to that.
func (w *walk) add(page, depth int, url string, links ...int) {
	if depth < 0 {
		links = []int{page}
	}
	w.mu.Lock()
	var list []frontier.Entry
	for _, to := range links {
		if w.knows || !w.known[to] {
			list = append(list, w.entry(to, depth+1, url))
		}
		if !w.knows {
			w.known[to] = true
		}
	}
	w.mu.Unlock()
	verdicts, err := w.f.Add(w.t.Context(), list...)
	if err != nil || len(verdicts) != len(list) {
		w.t.Errorf("add %d: %v, %v", len(list), verdicts, err)
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for i, v := range verdicts {
		to := int(list[i].Input)
		if v != frontier.Fresh {
			continue
		}
		if w.fresh[to]++; w.fresh[to] > 1 {
			w.t.Errorf("%s is %v once more", list[i].URL, v)
		}
	}
}

// visit fetches a page as its faults say.
func (w *walk) visit(e frontier.Entry) frontier.Outcome {
	page := int(e.Input)
	f, host := w.faults[page], w.hosts[page]
	if e.Meet && !w.f.Learn(e, frontier.About{Addrs: w.at[host]}) {
		return frontier.Outcome{Defer: true}
	}
	<-time.After(f.took)
	w.mu.Lock()
	again := f.defers && !w.deferred[page]
	w.deferred[page] = true
	w.mu.Unlock()
	o := frontier.Outcome{Spent: f.took, Wait: f.took * 2, Load: pipeline.Dropped}
	switch {
	case again:
		return frontier.Outcome{Defer: true}
	case w.dead[host]:
		o.Retry = e.Attempts < 3
	case e.Attempts < f.retries:
		o.Retry = true
		if f.backoff {
			o.Backoff = f.took
		}
	default:
		o.Load = pipeline.Success
		w.add(page, int(e.Depth), e.URL, w.links[page]...)
	}
	if !o.Retry {
		w.mu.Lock()
		w.done[page]++
		w.mu.Unlock()
	}
	return o
}

// testGraphs crawls a hundred random webs with random faults, and each must end, with
// every page done once that something leads to.
func testGraphs(knows bool) func(*testing.T, Open) {
	return func(t *testing.T, open Open) {
		for seed := range uint64(100) {
			synctest.Test(t, func(t *testing.T) {
				r := rand.New(rand.NewPCG(5, seed))
				opts := schedule.Options{PerHost: 1 + r.IntN(4), PerAddress: r.IntN(4), Delay: time.Duration(r.IntN(3)) * 50 * time.Millisecond}
				if r.IntN(4) == 0 {
					opts.Rate = 20
				}
				if r.IntN(3) == 0 {
					opts.Limit = pipeline.NewLimit(pipeline.LimitOptions{Cap: 1 + r.IntN(5)})
					opts.HostLimit = func(string) *pipeline.Limit { return pipeline.NewLimit(pipeline.LimitOptions{Cap: 4}) }
				}
				f := open(t, opts)
				defer closing(t, f)
				ctx, cancel := context.WithTimeout(t.Context(), time.Hour) // which none is near to
				defer cancel()
				w := &walk{web: newWeb(r), t: t, f: f, knows: knows, known: map[int]bool{}, fresh: map[int]int{}, deferred: map[int]bool{}, done: map[int]int{}}
				w.run(ctx, 1+r.IntN(12), seed)
				for page, depth := range w.depths {
					if want := min(depth+1, 1); w.done[page] != want {
						t.Errorf("web %d: page %d was done %d times, not %d", seed, page, w.done[page], want)
					}
				}
				if s := f.Stats(); s.Queued != 0 || s.Leased != 0 {
					t.Errorf("web %d: at the end %+v", seed, s)
				}
			})
		}
	}
}
