package main

import (
	"context"
	"math/rand/v2"
	"sync"

	"crawl/fetch"
	"crawl/fetch/frontier/seen"
	"crawl/fetch/urls"
)

// origins are those of the URLs that the user listed, as far as they were asked for.
// A login that names no origin is for these: not for where redirects lead.
type origins struct {
	mu   sync.Mutex // guards seen
	seen *seen.Table
}

func newOrigins() *origins { return &origins{seen: seen.New(rand.Uint64())} }

func origin(u urls.URL) string { return u.Scheme() + "://" + u.Host() }

func (o *origins) add(u urls.URL) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.seen.Visit(origin(u))
}

func (o *origins) has(u urls.URL) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.seen.Has(origin(u))
}

// layer takes note of what is asked for, but for redirects.
func (o *origins) layer(next fetch.Fetcher) fetch.Fetcher {
	return fetch.FetcherFunc(func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
		if u, err := urls.Parse(req.URL); err == nil && !req.Discovered && len(req.Via) == 0 {
			o.add(u)
		}
		return next.Fetch(ctx, req)
	})
}
