package cache

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"crawl/fetch"
	"crawl/fetch/urls"
)

// Options of [Layer]. The zero value is fine.
type Options struct {
	// Failed hears what the store could not do for a URL. The fetch goes on as if
	// nothing were stored. It is called by many goroutines at once. Default: nobody does.
	Failed func(url string, err error)
}

// Layer answers from store what it may, asks servers whether the rest still holds,
// and stores what comes (RFC 9111). Answers from the store have Cached set and an
// Age. A body is stored as its client reads it, once it was read to its end; a body
// that breaks off or is abandoned is not. With Cache-Control: only-if-cached and
// nothing stored the answer is a 504.
func Layer(store Store, opts Options) fetch.Layer {
	if opts.Failed == nil {
		opts.Failed = func(string, error) {}
	}
	return func(next fetch.Fetcher) fetch.Fetcher { return &cache{store: store, next: next, failed: opts.Failed} }
}

type cache struct {
	store  Store
	next   fetch.Fetcher
	failed func(url string, err error)
}

// Fetch implements [fetch.Fetcher].
func (c *cache) Fetch(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	asked := parseControl(req.Header)
	switch {
	case req.Method == "OPTIONS", req.Method == "TRACE":
		return c.next.Fetch(ctx, req)
	case !isRead(req.Method):
		return c.change(ctx, req)
	case asked.noStore, IsConditional(req.Header), req.Header.Has("Host"):
		return c.next.Fetch(ctx, req)
	}
	stored, found := c.find(ctx, req)
	if found && stored.satisfies(asked, time.Now()) {
		if rec, ok := c.serve(ctx, req, stored); ok {
			return rec, nil
		}
		found = false
	}
	switch etag, modified := stored.validators(); {
	case asked.onlyIfCached:
		return nothing(req), nil
	case req.Method == "HEAD":
		return c.askHead(ctx, req, stored, found)
	case found && (etag != "" || modified != ""):
		return c.validate(ctx, req, stored)
	}
	return c.ask(ctx, req)
}

// key is the URL that an answer is stored under. It holds no password.
func key(url string) string {
	url, _, _ = strings.Cut(url, "#")
	return withoutUser(url)
}

func withoutUser(url string) string {
	if !strings.Contains(url, "@") {
		return url
	}
	u, err := urls.Parse(url)
	if err != nil {
		return url
	}
	if _, _, named := u.Userinfo(); !named {
		return url
	}
	return u.WithoutUserinfo().String()
}

func (c *cache) find(ctx context.Context, req *fetch.Request) (Answer, bool) {
	answers, err := c.store.Load(ctx, key(req.URL))
	if err != nil {
		c.failed(req.URL, err)
		return Answer{}, false
	}
	return pick(answers, req.Header)
}

// serve answers from the store; ok is false when the body is there no more.
func (c *cache) serve(ctx context.Context, req *fetch.Request, stored Answer) (rec *fetch.Record, ok bool) {
	rec = &fetch.Record{
		URL: req.URL, Proto: stored.Proto, Status: stored.Status, Reason: stored.Reason,
		Header:  stored.Header[:len(stored.Header):len(stored.Header)],
		Request: req, Cached: true, Body: http.NoBody, Started: time.Now(), Wire: &fetch.Wire{},
	}
	rec.Header.Set("Age", strconv.FormatInt(int64(stored.age(rec.Started)/time.Second), 10))
	if req.Method == "HEAD" {
		return rec, true
	}
	body, err := c.store.Open(ctx, stored)
	if err != nil {
		c.failed(req.URL, err)
		return nil, false
	}
	rec.Body = body
	return rec, true
}

// nothing is the answer to only-if-cached when there is nothing (section 5.2.1.7).
func nothing(req *fetch.Request) *fetch.Record {
	return &fetch.Record{
		URL: req.URL, Proto: "HTTP/1.1", Status: http.StatusGatewayTimeout, Reason: "Gateway Timeout",
		Request: req, Cached: true, Body: http.NoBody, Started: time.Now(), Wire: &fetch.Wire{},
	}
}

// ask asks the server, and stores the answer if that is allowed.
func (c *cache) ask(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	sent := time.Now()
	rec, err := c.next.Fetch(ctx, req)
	if err != nil {
		return nil, err
	}
	return c.keep(ctx, req, rec, sent), nil
}

// keep has the answer's body stored as it is read.
func (c *cache) keep(ctx context.Context, req *fetch.Request, rec *fetch.Record, sent time.Time) *fetch.Record {
	answer, ok := storable(req, rec, sent, time.Now())
	if !ok {
		return rec
	}
	draft, err := c.store.Create(ctx)
	if err != nil {
		c.failed(req.URL, err)
		return rec
	}
	declared, err := strconv.ParseInt(rec.Header.Get("Content-Length"), 10, 64)
	if err != nil {
		declared = -1
	}
	rec.Body = &tee{
		body: rec.Body, draft: draft, declared: declared,
		commit: func(d Draft) error { return d.Commit(ctx, key(req.URL), answer) },
		failed: func(err error) { c.failed(req.URL, err) },
	}
	return rec
}

// validate asks the server whether the stored answer still holds (section 4.3).
func (c *cache) validate(ctx context.Context, req *fetch.Request, stored Answer) (*fetch.Record, error) {
	etag, modified := stored.validators()
	sent := time.Now()
	rec, err := c.next.Fetch(ctx, withValidators(req, etag, modified))
	switch {
	case err != nil:
		return nil, err
	case rec.Status != http.StatusNotModified:
		return c.keep(ctx, req, rec, sent), nil
	}
	rec.Body.Close()
	if !Confirms(rec.Header, etag, modified) {
		return c.ask(ctx, req)
	}
	confirmed := stored.updated(rec.Header, sent, time.Now())
	c.replace(ctx, req, stored, confirmed)
	served, ok := c.serve(ctx, req, confirmed)
	if !ok {
		return c.ask(ctx, req)
	}
	served.RemoteAddr, served.Started, served.Timing, served.Wire = rec.RemoteAddr, rec.Started, rec.Timing, rec.Wire
	return served, nil
}

// replace puts now where was is stored, if it still is.
func (c *cache) replace(ctx context.Context, req *fetch.Request, was, now Answer) {
	c.update(ctx, req.URL, func(answers []Answer) []Answer {
		for _, a := range answers {
			if a.Variant == was.Variant && a.SHA256 == was.SHA256 {
				if digest, ok := variant(now.Header, req.Header); ok {
					now.Variant = digest
					return added(without(answers, was.Variant), now)
				}
				return without(answers, was.Variant)
			}
		}
		return answers
	})
}

func without(answers []Answer, variant string) []Answer {
	var kept []Answer
	for _, a := range answers {
		if a.Variant != variant {
			kept = append(kept, a)
		}
	}
	return kept
}

func (c *cache) update(ctx context.Context, url string, change func([]Answer) []Answer) {
	if err := c.store.Update(ctx, key(url), change); err != nil {
		c.failed(url, err)
	}
}

// askHead asks the server for the head alone. What it says of the body tells
// whether the stored answer still holds (section 4.3.5).
func (c *cache) askHead(ctx context.Context, req *fetch.Request, stored Answer, found bool) (*fetch.Record, error) {
	sent := time.Now()
	rec, err := c.next.Fetch(ctx, req)
	if err != nil || !found || rec.Status != http.StatusOK || stored.Status != http.StatusOK {
		return rec, err
	}
	for _, name := range []string{"ETag", "Last-Modified", "Content-Length"} {
		if rec.Header.Has(name) && rec.Header.Get(name) != stored.Header.Get(name) {
			c.update(ctx, req.URL, func(answers []Answer) []Answer { return without(answers, stored.Variant) })
			return rec, nil
		}
	}
	c.replace(ctx, req, stored, stored.updated(rec.Header, sent, time.Now()))
	return rec, nil
}

// change passes on a request that may change what is stored, and forgets that
// (section 4.4).
func (c *cache) change(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	rec, err := c.next.Fetch(ctx, req)
	if err != nil || rec.Status < 200 || rec.Status > 399 {
		return rec, err
	}
	forget := func([]Answer) []Answer { return nil }
	c.update(ctx, req.URL, forget)
	target, err := urls.Parse(req.URL)
	if err != nil {
		return rec, nil
	}
	for _, name := range []string{"Location", "Content-Location"} {
		other, err := target.Resolve(rec.Header.Get(name))
		if rec.Header.Has(name) && err == nil && other.Scheme() == target.Scheme() && other.Host() == target.Host() {
			c.update(ctx, other.String(), forget)
		}
	}
	return rec, nil
}
