package crawl

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"sync/atomic"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/links"
	"crawl/fetch/list"
	"crawl/fetch/robots"
	"crawl/fetch/robots/gate"
	"crawl/fetch/scope"
	"crawl/fetch/urls"
)

// Scope says which links are followed; [scope.Scope] is one. It is safe for concurrent
// use.
type Scope interface {
	Add(seed urls.URL)
	Moved(from, to urls.URL, permanent bool) bool
	Check(scope.Link) (scope.Refusal, bool)
	Take(u urls.URL) (scope.Refusal, bool)
}

// Following says how links are followed.
type Following struct {
	Scope Scope
	Links links.Options // which of a document's links are meant

	// Sitemaps has those followed that robots.txt files name. It needs Crawl.Robots.
	Sitemaps bool

	// Heedless passes over what pages ask of crawlers (X-Robots-Tag, meta robots).
	Heedless bool

	// Product is the token under which pages may address this crawler.
	Product string

	// Refused, when set, counts the links that the scope refuses.
	Refused *Refusals
}

// Refusals counts, by rule. The zero value is ready. It is safe for concurrent use.
type Refusals struct{ rules sync.Map } // scope.Rule -> *atomic.Int64

// Add counts one.
func (r *Refusals) Add(rule scope.Rule, n int64) {
	if r == nil {
		return
	}
	count, ok := r.rules.Load(rule)
	if !ok {
		count, _ = r.rules.LoadOrStore(rule, new(atomic.Int64))
	}
	count.(*atomic.Int64).Add(n)
}

// Counts returns how many there were.
func (r *Refusals) Counts() map[string]int64 {
	counts := map[string]int64{}
	r.rules.Range(func(rule, n any) bool {
		counts[string(rule.(scope.Rule))] = n.(*atomic.Int64).Load()
		return true
	})
	return counts
}

// batch is how many URLs of a list are queued at a time.
const batch = 1000

// load queues all that the lists name before anything is fetched, on the disk: only then
// it is known which hosts are meant, and that what a page links to is listed itself.
// The two errors are of an input that breaks off, and of all else.
func (c *Crawl) load(ctx context.Context, drain <-chan struct{}) (broken, err error) {
	ctx, closed := c.closeInputs(ctx, drain)
	f := feeder{crawl: c}
	var entries []frontier.Entry
	for err == nil {
		var e frontier.Entry
		if e, err = f.next(ctx); err == nil {
			entries = append(entries, e)
		}
		if ended := err != nil; (ended || len(entries) == batch) && len(entries) > 0 {
			if _, failed := c.Frontier.Add(context.WithoutCancel(ctx), entries...); failed != nil {
				err = failed
			}
			entries = entries[:0]
		}
	}
	c.aside.end() // also where a list broke off: what is set aside, the frontier would take for done
	stopped := ctx.Err() != nil
	closed()
	switch input, ok := errors.AsType[*list.Error](err); {
	case stopped, errors.Is(err, io.EOF):
		return nil, nil
	case ok:
		return input, nil
	}
	return nil, err
}

// seed has the scope know a seed, and where it has led: an earlier run may have listed it.
func (v *visiting) seed() {
	if v.Follow == nil || !listed(&v.entry) {
		return
	}
	from, err := urls.Parse(v.trail.origin(&v.entry))
	if err != nil {
		return // which is for the fetch to say
	}
	v.Follow.Scope.Add(from)
	if to, err := urls.Parse(v.entry.URL); err == nil && len(v.trail.Via) > 0 {
		v.Follow.Scope.Moved(from, to, permanent(v.trail.Via))
	}
}

// reading has the links found while a body is read.
func (v *visiting) reading(rec *fetch.Record) *links.Tee {
	if v.Follow == nil {
		return nil
	}
	u, err := urls.Parse(rec.URL)
	if err != nil {
		return nil
	}
	doc := links.Document{URL: u, ContentType: rec.Header.Get("Content-Type"), Sitemap: v.trail.Sitemap}
	return links.NewTee(rec.Body, doc, v.Follow.Links)
}

// children are the entries for what an answer links to, as far as that is to be followed.
// They are not known to be new.
func (v *visiting) children(rec *fetch.Record, found links.Found) []frontier.Entry {
	at, err := urls.Parse(rec.URL)
	if err != nil {
		return nil
	}
	f, line := v.Follow, v.line
	all := append(found.Links, links.Header(at, rec.Header.Values("Link"), rec.Header.Get("Refresh"), f.Links)...)
	line.Canonical = canonical(all, at)
	asks := f.asks(rec, found)
	line.Robots = words(asks)
	if asks.NoFollow && !f.Heedless {
		return nil
	}
	depth, beside := v.below(found.Format)
	var children []frontier.Entry
	refused := map[scope.Rule]int64{}
	for _, link := range all {
		if v.Frontier.Knows(link.URL) { // as most links lead to what was met a moment ago
			continue
		}
		u, err := urls.Parse(link.URL)
		if err != nil {
			continue // a link is canonical already
		}
		if why, ok := f.Scope.Check(scope.Link{URL: u, Depth: int(depth), Asset: !link.Page()}); !ok {
			refused[why.Rule]++
			continue
		}
		t := trail{Sitemap: link.Kind == links.Sitemap}
		if t.Sitemap || found.Format == links.Sheet {
			t.Beside = beside
		}
		children = append(children, child(u, line.URL, depth, t))
	}
	for rule, n := range refused {
		f.Refused.Add(rule, n)
	}
	return children
}

// mostBeside is how many sitemaps and style sheets in a row may lead to one another at no
// cost of depth: a server can make up an endless row of them.
const mostBeside = 5

// below is the depth of what a document of that format leads to. What a sitemap lists and
// a sheet needs is as near as they are.
func (v *visiting) below(format links.Format) (depth int32, beside int) {
	near := false
	switch format {
	case links.Sheet:
		near = true
	case links.URLs, links.Index, links.Text:
		near = v.trail.Sitemap // and no page that only looks like one
	}
	if !near || v.trail.Beside >= mostBeside {
		return v.entry.Depth + 1, 0
	}
	return max(v.entry.Depth, 1), v.trail.Beside + 1
}

func child(u urls.URL, parent string, depth int32, t trail) frontier.Entry {
	return frontier.Entry{URL: u.String(), Host: u.Host(), Parent: parent, Depth: depth, Note: t.note()}
}

// asks is what an answer and its page ask of crawlers.
func (f *Following) asks(rec *fetch.Record, found links.Found) robots.Directives {
	asks := robots.FromHeader(rec.Header.Values("X-Robots-Tag"), f.Product)
	for _, d := range found.Robots {
		asks = asks.Or(robots.FromMeta(d.Name, d.Content, f.Product))
	}
	return asks
}

// words is what is asked of crawlers, as pages say it.
func words(d robots.Directives) string {
	var all []string
	for _, one := range []struct {
		set  bool
		name string
	}{
		{d.NoIndex, "noindex"}, {d.NoFollow, "nofollow"}, {d.NoArchive, "noarchive"}, {d.NoSnippet, "nosnippet"},
		{d.NoImageIndex, "noimageindex"}, {d.NoAI, "noai"}, {d.NoImageAI, "noimageai"},
	} {
		if one.set {
			all = append(all, one.name)
		}
	}
	return strings.Join(all, ",")
}

// canonical is the other URL that a page says to be its own. It is recorded and not
// obeyed: that it says so does not make it so.
func canonical(all []links.Link, at urls.URL) string {
	for _, link := range all {
		if link.Kind == links.Canonical && link.URL != at.String() {
			return shown(link.URL)
		}
	}
	return ""
}

// sitemaps are the entries for those that the robots.txt of a host names. One that was
// only asked for a sitemap leads to no others, unless the crawl goes there anyway: else
// hosts could name one another without end.
func (v *visiting) sitemaps(p gate.Policy) []frontier.Entry {
	if v.Follow == nil || !v.Follow.Sitemaps || v.trail.Beside >= mostBeside {
		return nil
	}
	from, err := urls.Parse(p.Robots)
	if err != nil || v.trail.Sitemap && !v.inScope() {
		return nil
	}
	var named []frontier.Entry
	for _, text := range p.Sitemaps {
		if u, err := from.Resolve(strings.TrimSpace(text)); err == nil {
			named = append(named, child(u, p.Robots, 1, trail{Sitemap: true, Beside: v.trail.Beside + 1}))
		}
	}
	return named
}

// inScope reports whether a link to the URL would be followed if it was a page.
func (v *visiting) inScope() bool {
	u, err := urls.Parse(v.entry.URL)
	if err != nil {
		return false
	}
	_, ok := v.Follow.Scope.Check(scope.Link{URL: u, Depth: int(v.entry.Depth)})
	return ok
}
