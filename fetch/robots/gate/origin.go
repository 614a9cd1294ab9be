package gate

import (
	"container/list"
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"crawl/fetch"
	"crawl/fetch/robots"
	"crawl/fetch/urls"
)

// How long what was learned counts (RFC 9309 sections 2.3.1.4 and 2.4).
const (
	lifetime    = 24 * time.Hour      // of a copy
	unreachable = 30 * 24 * time.Hour // after which an origin without a file to be had is free

	firstPause = 5 * time.Second  // before a file is asked for again that can't be had
	maxPause   = 15 * time.Minute // the same after many times
	maxAfter   = time.Hour        // that a server may ask for
)

// Gate keeps the robots.txt files of origins. Its methods are safe for concurrent use.
type Gate struct {
	opts    Options
	fetcher fetch.Fetcher

	mu      sync.Mutex // guards what follows, and all of each origin
	origins map[string]*origin
	byUse   list.List // of *origin, the one not used longest first
	bytes   int64     // of all origins
}

// origin is what is known of one.
type origin struct {
	key     string
	element *list.Element // in Gate.byUse
	bytes   int64

	answer   answer
	read     time.Time     // when answer came; zero: never
	failure  *failure      // the last, unless an answer came after it
	fetching chan struct{} // closed when the fetch under way has ended; nil without one
}

// answer is what there is to obey. The zero answer allows all.
type answer struct {
	rules    robots.Rules
	sitemaps []string
}

// failure is why there is no new answer.
type failure struct {
	status int
	err    error     // nil when there is a status
	since  time.Time // of the first in a row
	count  int       // in a row
	again  time.Time // when to ask next
}

// ask returns what the robots.txt of u's origin says. It fetches it when that is due;
// whoever needs the same file meanwhile waits for it.
func (g *Gate) ask(ctx context.Context, req *fetch.Request, u urls.URL) (answer, error) {
	for {
		g.mu.Lock()
		o := g.origin(originOf(u))
		known, ok, err := o.now(req, u)
		if ok {
			g.mu.Unlock()
			return known, err
		}
		fetched := o.fetching
		if fetched == nil {
			o.fetching = make(chan struct{})
		}
		g.mu.Unlock()
		if fetched == nil {
			err = g.refresh(ctx, req, u, o)
		} else {
			err = wait(ctx, fetched, req)
		}
		if err != nil {
			return answer{}, err
		}
	}
}

// now is what o says without being asked again, if it can: a copy that is fresh, or an
// older one while there is no other to be had. The Gate is locked.
func (o *origin) now(req *fetch.Request, u urls.URL) (known answer, ok bool, err error) {
	now := time.Now()
	switch f := o.failure; {
	case o.fetching != nil:
		return answer{}, false, nil
	case f == nil:
		return o.answer, !o.read.IsZero() && now.Sub(o.read) < lifetime, nil
	case !now.Before(f.again):
		return answer{}, false, nil
	case !o.read.IsZero(), now.Sub(f.since) >= unreachable:
		return o.answer, true, nil
	default:
		return answer{}, true, f.deferred(req, u, f.again.Sub(now))
	}
}

// refresh fetches the file of o and ends the fetching. Its error is that of a caller who
// gave up, or may not ask: then the next one tries.
func (g *Gate) refresh(ctx context.Context, req *fetch.Request, u urls.URL, o *origin) error {
	result, err := g.fetch(ctx, req, u)
	if err == nil && result.read && g.opts.Learned != nil {
		g.opts.Learned(g.policy(u, result.answer))
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if err == nil {
		o.learn(result)
		g.resize(o)
	}
	close(o.fetching)
	o.fetching = nil
	return err
}

// learn takes in what a fetch came to.
func (o *origin) learn(r result) {
	now := time.Now()
	if !r.failed {
		o.answer, o.read, o.failure = r.answer, now, nil
		return
	}
	next := &failure{status: r.status, err: r.err, since: now, count: 1}
	if f := o.failure; f != nil {
		next.since, next.count = f.since, f.count+1
	}
	pause := min(r.after, maxAfter)
	if pause <= 0 {
		pause = min(firstPause<<min(next.count-1, 10), maxPause)
	}
	next.again = now.Add(pause)
	o.failure = next
}

// wait waits for a fetch that another caller does.
func wait(ctx context.Context, fetched <-chan struct{}, req *fetch.Request) error {
	if !req.Deadline.IsZero() {
		var cancel context.CancelFunc
		ctx, cancel = context.WithDeadline(ctx, req.Deadline)
		defer cancel()
	}
	select {
	case <-fetched:
		return nil
	case <-ctx.Done():
	}
	if err := ctx.Err(); errors.Is(err, context.DeadlineExceeded) {
		return &fetch.Error{Class: fetch.ClassTimeoutTotal, URL: req.URL, Reason: "robots.txt did not come within the total time limit", Err: err}
	}
	return &fetch.Error{Class: fetch.ClassCancelled, URL: req.URL, Reason: "cancelled", Err: ctx.Err()}
}

// origin finds or makes the origin of that key. The Gate is locked.
func (g *Gate) origin(key string) *origin {
	o := g.origins[key]
	if o != nil {
		g.byUse.MoveToBack(o.element)
		return o
	}
	o = &origin{key: strings.Clone(key)}
	o.element = g.byUse.PushBack(o)
	g.origins[o.key] = o
	g.resize(o)
	return o
}

// overhead is what an origin takes besides its rules, in bytes.
const overhead = 512

// resize counts o anew, and forgets others when there is too much. The Gate is locked.
func (g *Gate) resize(o *origin) {
	bytes := int64(overhead + len(o.key) + o.answer.rules.Size())
	for _, s := range o.answer.sitemaps {
		bytes += int64(16 + len(s))
	}
	g.bytes += bytes - o.bytes
	o.bytes = bytes
	for e := g.byUse.Front(); e != nil && g.bytes > g.opts.MaxBytes; {
		old := e.Value.(*origin)
		e = e.Next()
		if old != o && old.fetching == nil {
			g.byUse.Remove(old.element)
			delete(g.origins, old.key)
			g.bytes -= old.bytes
		}
	}
}
