package gate

import (
	"errors"
	"fmt"
	"time"

	"crawl/fetch"
	"crawl/fetch/urls"
	"crawl/pipeline/stats"
)

// ClassDenied is that of errors around a [*Denied]. Those around a [*Deferred] have the
// class of what went wrong with the robots.txt: [fetch.ClassHTTP5xx], or
// [fetch.ClassHTTP4xx] after a 429, or that of the failure.
const ClassDenied fetch.Class = "robots_denied"

// Denied says that a robots.txt forbids to ask for a URL.
type Denied struct {
	URL    string // canonical, without user and password
	Robots string // URL of the file, of URL's own origin
	Rule   string // "Disallow: /private/", as it is compared; or the Crawl-delay that is too long
	Line   int    // of the file, from 1
}

func (d *Denied) Error() string {
	return stats.Printable(fmt.Sprintf("line %d of %s forbids it: %s", d.Line, d.Robots, d.Rule))
}

// Deferred says that nothing of an origin may be asked for now, as its robots.txt can't
// be had, and when that is worth another try.
type Deferred struct {
	URL    string // canonical, without user and password
	Robots string // URL of the file, of URL's own origin
	Status int    // that it was answered with; 0: no answer came, and Err says why
	Err    error  // nil when there is a Status
	Wait   time.Duration
	Tries  int // that were in vain, in a row
}

func (d *Deferred) Error() string {
	if d.Err == nil {
		return fmt.Sprintf("%s was answered with status %d", stats.Printable(d.Robots), d.Status)
	}
	why := d.Err.Error()
	if e, ok := errors.AsType[*fetch.Error](d.Err); ok && e.URL == d.Robots {
		why = e.Reason // its URL is said already
	}
	return stats.Printable(d.Robots + " can't be had: " + why)
}

func (d *Deferred) Unwrap() error { return d.Err }

// deferred is the error of a request whose robots.txt can't be had.
func (f *failure) deferred(req *fetch.Request, u urls.URL, wait time.Duration) error {
	d := &Deferred{URL: u.WithoutUserinfo().String(), Robots: robotsOf(u), Status: f.status, Err: f.err, Wait: wait, Tries: f.count}
	return &fetch.Error{Class: f.class(), URL: req.URL, Reason: d.Error(), Err: d}
}

func (f *failure) class() fetch.Class {
	switch {
	case f.err != nil:
		return fetch.ClassOf(f.err)
	case f.status/100 == 4:
		return fetch.ClassHTTP4xx
	case f.status/100 == 5:
		return fetch.ClassHTTP5xx
	}
	return fetch.ClassProtocol
}
