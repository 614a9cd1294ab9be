package gate

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"crawl/fetch"
	"crawl/fetch/robots"
	"crawl/fetch/urls"
)

// maxRedirects is how many are followed, as RFC 9309 section 2.3.1.2 has it.
const maxRedirects = 5

// result is what the fetch of a file came to: an answer, or a failure and when to ask
// again.
type result struct {
	answer answer
	read   bool // a file, and not its absence

	failed bool
	status int
	err    error
	after  time.Duration // that the server asks for; 0: nothing
}

// fetch fetches the robots.txt of u for whom req is. Its error is of req alone: its time
// is up, or it may not ask this host.
func (g *Gate) fetch(ctx context.Context, req *fetch.Request, u urls.URL) (result, error) {
	ask, err := g.request(req, u)
	if err != nil {
		return result{}, err
	}
	rec, err := g.fetcher.Fetch(ctx, ask)
	if err == nil {
		defer rec.Body.Close()
		if r, ok := statusOf(rec); ok {
			return r, nil
		}
		var data []byte
		if data, err = read(rec.Body); err == nil {
			file := robots.Parse(data)
			return result{answer: answer{file.Rules(g.opts.Product), file.Sitemaps()}, read: true}, nil
		}
	}
	if own := g.ownError(ctx, req, err); own != nil {
		return result{}, own
	}
	if leadsNowhere(err) {
		return result{}, nil
	}
	return result{failed: true, err: err}, nil
}

// request is what asks for the robots.txt of u, in the name of whoever asks for req.
func (g *Gate) request(req *fetch.Request, u urls.URL) (*fetch.Request, error) {
	to, err := urls.Parse(robotsOf(u))
	if err == nil {
		to, err = to.WithUserinfoOf(u)
	}
	if err != nil {
		return nil, &fetch.Error{Class: fetch.ClassBadURL, URL: req.URL, Reason: "its robots.txt has no URL: " + err.Error(), Err: err}
	}
	ask := &fetch.Request{URL: to.String(), Discovered: req.Discovered, Deadline: time.Now().Add(g.opts.Timeout)}
	if !req.Deadline.IsZero() && req.Deadline.Before(ask.Deadline) {
		ask.Deadline = req.Deadline
	}
	for _, f := range req.Header {
		switch strings.ToLower(f.Name) {
		case "user-agent", "from", "host", "authorization", "cookie":
			ask.Header = append(ask.Header, f)
		}
	}
	return ask, nil
}

// statusOf is what an answer comes to by its status alone, if it does.
func statusOf(rec *fetch.Record) (r result, ok bool) {
	switch status := rec.Status; {
	case status/100 == 2:
		return result{}, false
	case status/100 == 3, status/100 == 4 && status != http.StatusTooManyRequests:
		return result{}, true
	default:
		return result{failed: true, status: status, after: fetch.RetryAfter(rec.Header, time.Now())}, true
	}
}

// read reads as much of a body as counts. What comes behind may be endless, or broken.
func read(body io.Reader) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(body, robots.MaxSize+1))
	if len(data) > robots.MaxSize {
		err = nil
	}
	return data, err
}

// ownError is err as an error of req, when it says nothing of the origin: the caller
// gave up, or its request may not go there, as another caller's may.
func (g *Gate) ownError(ctx context.Context, req *fetch.Request, err error) error {
	e, ok := errors.AsType[*fetch.Error](err)
	if !ok {
		return nil
	}
	gaveUp := ctx.Err() != nil || !req.Deadline.IsZero() && !time.Now().Before(req.Deadline)
	if gaveUp || e.Class == fetch.ClassPrivateAddress && len(e.Redirects) == 0 {
		return &fetch.Error{Class: e.Class, URL: req.URL, Reason: e.Reason, Err: e}
	}
	return nil
}

// leadsNowhere reports whether err is of a redirect that can't be followed, so that
// there is no file: one too many, one that goes round, or one to no address.
func leadsNowhere(err error) bool {
	e, ok := errors.AsType[*fetch.Error](err)
	if !ok || len(e.Redirects) == 0 {
		return false
	}
	switch e.Class {
	case fetch.ClassRedirectLimit, fetch.ClassRedirectLoop:
		return true
	}
	return e.Class == fetch.ClassProtocol && e.Redirects[len(e.Redirects)-1].URL == e.URL
}
