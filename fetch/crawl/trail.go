package crawl

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/manifest"
	"crawl/fetch/urls"
)

// Every request is a lease of its own: a redirect is not followed, but becomes an entry
// that is queued at the host that it leads to. So the cap, the delay and the back-off of
// a host, the rate of all, robots.txt and the scope hold for it as for any other.
//
// Such an entry carries the trail that led to it, and its record is that of the URL at
// the beginning of the trail. It counts as the URL that it is about: the frontier knows
// that as visited, and a redirect to a URL that is known already is a duplicate.

// trail is what the crawl keeps with an entry, as its Note.
type trail struct {
	Via     []fetch.Hop `json:"via,omitempty"`
	Sitemap bool        `json:"sitemap,omitempty"` // somebody named it as one
	Beside  int         `json:"beside,omitempty"`  // sitemaps or style sheets that led here at no cost of depth
}

func trailOf(e *frontier.Entry) (trail, error) {
	if e.Note == "" { // as nearly all are
		return trail{}, nil
	}
	t := new(trail)
	if err := json.Unmarshal([]byte(e.Note), t); err != nil {
		return trail{}, fmt.Errorf("the trail of %s: %w", urls.Mask(e.URL), err)
	}
	return *t, nil
}

// note is how an entry carries the trail.
func (t trail) note() string {
	if len(t.Via) == 0 && !t.Sitemap && t.Beside == 0 {
		return ""
	}
	text, err := json.Marshal(t)
	if err != nil {
		panic(err) // it is strings and numbers
	}
	return string(text)
}

// origin is the URL that the record is of.
func (t *trail) origin(e *frontier.Entry) string {
	if len(t.Via) > 0 {
		return t.Via[0].URL
	}
	return e.URL
}

// permanent reports whether all of the redirects say that the URL has moved for good.
func permanent(via []fetch.Hop) bool {
	return !slices.ContainsFunc(via, func(h fetch.Hop) bool { return h.Status != 301 && h.Status != 308 })
}

// listed reports whether the user named the URL itself, or one that redirected to it.
func listed(e *frontier.Entry) bool { return e.Depth == 0 }

// request is what an entry asks for: what its origin would be asked with, led along the
// trail.
func (c *Crawl) request(e *frontier.Entry, t *trail) (*fetch.Request, error) {
	req := &fetch.Request{Method: c.Method, URL: t.origin(e), Body: c.Body, Header: c.Header}
	if !listed(e) {
		req.Discovered = true
		if c.Listed != nil && !c.Listed.Has(e.Host) {
			req.Header = req.Header.WithoutCredentials()
		}
	}
	for i, hop := range t.Via {
		to := e.URL
		if i+1 < len(t.Via) {
			to = t.Via[i+1].URL
		}
		var err error
		if req, err = fetch.NextHop(req, answered(hop, to), c.MaxRedirects); err != nil {
			return nil, err
		}
	}
	return req, nil
}

// answered is as much of a redirect as says where it led.
func answered(hop fetch.Hop, to string) *fetch.Record {
	rec := &fetch.Record{Status: hop.Status, Header: fetch.Header{{Name: "Location", Value: to}}}
	if hop.SetCookie {
		rec.Header.Add("Set-Cookie", "")
	}
	return rec
}

// moved is the entry for the hop that follows e, which took so long.
func (c *Crawl) moved(e *frontier.Entry, t trail, hop *fetch.Request, to urls.URL, took time.Duration) *frontier.Entry {
	next := *e
	next.URL, next.Host, next.Lease = to.String(), to.Host(), 0
	next.Spent += took
	next.URL = nameAfter(next.URL, hop.Via, func(h fetch.Hop) string { return h.URL })
	t.Via = hop.Via
	next.Note = t.note()
	return &next
}

// leads fills in that a URL leads to another.
func leads(line *manifest.Line, via []fetch.Hop, to string) {
	if len(via) > 0 {
		to, _, _ = strings.Cut(to, "#")
		line.Redirects, line.FinalURL = hops(via), shown(to)
	}
}

// nameAfter is the name under which a frontier knows a URL that redirects lead to: when
// they have been there, a cookie was set meanwhile, and it is to be asked once more.
func nameAfter[H any](url string, before []H, of func(H) string) string {
	visits := 0
	for _, hop := range before {
		if of(hop) == url {
			visits++
		}
	}
	if visits == 0 {
		return url
	}
	return fmt.Sprint(url, "#", visits)
}

// Visited are the URLs that a frontier has settled with a record: its own, and those to
// which it has redirected, under the names that they have there.
func Visited(line *manifest.Line) []string {
	visited := []string{line.URL}
	add := func(url string, before []manifest.Redirect) {
		visited = append(visited, nameAfter(url, before, func(r manifest.Redirect) string { return r.URL }))
	}
	hops := line.Redirects
	for i := 1; i < len(hops); i++ {
		add(hops[i].URL, hops[:i])
	}
	switch {
	case line.FinalURL == "":
	case line.Outcome == manifest.Failed && len(hops) > 0 && hops[len(hops)-1].URL == line.FinalURL: // it went no further
	case line.Outcome == manifest.Duplicate, line.Outcome == manifest.OutOfScope: // it was not asked for
	default:
		add(line.FinalURL, hops)
	}
	return visited
}
