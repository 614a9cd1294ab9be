package crawl

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/manifest"
	"crawl/fetch/urls"
)

// Hosts are the hosts that the lists name, as host:port: a redirect to one of them may
// reach a private address, if the Fetcher asks them too. They are safe for concurrent
// use.
type Hosts interface {
	Add(host string)
	Has(host string) bool
}

// maxAside bounds what is set aside: some 10 MB.
const maxAside = 10_000

// aside keeps the URLs that were refused because they led to a private address of a
// host that no list has named so far. Only when the lists have ended is that known,
// and a list may be too long to be read first.
type aside struct {
	mu       sync.Mutex // guards what follows
	refusals []refusal
	ended    bool // the lists have
}

// refusal is a URL that was fetched in vain.
type refusal struct {
	entry frontier.Entry // to fetch it again
	line  *manifest.Line // to record it
	took  time.Duration
	host  string // that it led to
}

// over reports whether the lists have ended.
func (a *aside) over() bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.ended
}

// end says that the lists have.
func (a *aside) end() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
}

// put keeps r, unless the lists have ended or there is no room.
func (a *aside) put(r refusal) (kept, ended bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	kept = !a.ended && len(a.refusals) < maxAside
	if kept {
		a.refusals = append(a.refusals, r)
	}
	return kept, a.ended
}

// take hands out one after the other, now that the lists have ended.
func (a *aside) take() (r refusal, ok bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.ended = true
	last := len(a.refusals) - 1
	if last < 0 {
		return r, false
	}
	r, a.refusals = a.refusals[last], a.refusals[:last]
	return r, true
}

// refused reports whether err is about a private host that a list may name still, and
// which.
func (c *Crawl) refused(err error) (host string, ok bool) {
	e, ok := errors.AsType[*fetch.Error](err)
	if !ok || e.Class != fetch.ClassPrivateAddress || c.Listed == nil {
		return "", false
	}
	u, err := urls.Parse(e.URL)
	if err != nil {
		return "", false
	}
	return u.Host(), true
}

// setAside decides what becomes of a refused URL: it waits for the end of the lists,
// or is fetched once more if its host was named meanwhile. It is neither when final.
func (c *Crawl) setAside(r refusal) (v Visit, final bool) {
	again := r
	again.entry.Attempts++
	again.entry.Spent += r.took
	r.line.Total = millis(r.took)
	kept, ended := c.aside.put(again)
	switch {
	case kept:
		return Visit{}, false
	case ended && c.Listed.Has(r.host):
		return Visit{End: frontier.Outcome{Retry: true}}, false
	}
	return Visit{}, true
}

// judge goes through what was set aside, once the last list has ended. It returns the
// next entry whose host was listed after all, or io.EOF; the others are recorded.
func (f *feeder) judge(ctx context.Context) (frontier.Entry, error) {
	c := f.crawl
	for {
		r, ok := c.aside.take()
		if !ok {
			return frontier.Entry{}, io.EOF
		}
		if c.Listed.Has(r.host) {
			lines.Put(r.line)
			return r.entry, nil
		}
		r.line.Input = c.inputName(r.entry.Input)
		if err := c.record(ctx, r.line, r.took); err != nil {
			return frontier.Entry{}, err
		}
		lines.Put(r.line)
	}
}
