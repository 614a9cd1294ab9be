package fetch

import (
	"context"
	"errors"
	"slices"
	"strings"

	"crawl/fetch/urls"
)

// DefaultMaxRedirects is how many redirects are followed when nothing else is said.
const DefaultMaxRedirects = 10

// Redirect follows redirects, at most limit of them (RFC 9110 section 15.4):
// 301, 302, 303, 307 and 308 with a Location. 0 means [DefaultMaxRedirects], a
// negative limit follows none. 303 turns a request into GET without a body, as
// 301 and 302 turn POST; in all other cases the body is sent again.
// Credentials, those in the URL included, stay behind when the origin changes. A URL
// may come a second time when a cookie was set meanwhile, for sites do so to see
// whether cookies work. The hops are in Record.Redirects, and in [Error.Redirects]
// when the chain broke; a Location that is no URL breaks it with [ClassProtocol].
func Redirect(limit int) Layer {
	return func(next Fetcher) Fetcher {
		return FetcherFunc(func(ctx context.Context, req *Request) (*Record, error) {
			return follow(ctx, next, req, limit)
		})
	}
}

func follow(ctx context.Context, next Fetcher, req *Request, limit int) (*Record, error) {
	for {
		rec, err := next.Fetch(ctx, req)
		if err != nil {
			if e, ok := errors.AsType[*Error](err); ok {
				e.Redirects = req.Via
			}
			return nil, err
		}
		hop, err := NextHop(req, rec, limit)
		if hop == nil && err == nil {
			rec.Redirects = req.Via
			return rec, nil
		}
		rec.Body.Close()
		if err != nil {
			return nil, err
		}
		req = hop
	}
}

// NextHop returns the request to make after rec has answered req, by the rules of
// [Redirect], and nil when rec leads nowhere. It is for callers who go one hop at a
// time, be it in another process: what led to a request is in its Via. It leaves rec's
// Body alone.
func NextHop(req *Request, rec *Record, limit int) (*Request, error) {
	setDefault(&limit, DefaultMaxRedirects)
	if req.MaxRedirects != 0 {
		limit = req.MaxRedirects
	}
	location := rec.Header.Get("Location")
	if !redirects(rec.Status) || location == "" || limit < 0 {
		return nil, nil
	}
	own := Hop{URL: req.URL, Status: rec.Status, SetCookie: rec.Header.Has("Set-Cookie")}
	return nextHop(req, location, append(slices.Clip(req.Via), own), limit)
}

func redirects(status int) bool {
	switch status {
	case 301, 302, 303, 307, 308:
		return true
	}
	return false
}

// nextHop is the request that follows the last of hops, which answered req.
func nextHop(req *Request, location string, hops []Hop, limit int) (*Request, error) {
	broken := func(class Class, reason string, err error) error {
		return &Error{Class: class, URL: req.URL, Reason: reason, Redirects: hops, Err: err}
	}
	from, err := urls.Parse(req.URL)
	if err != nil {
		return nil, broken(ClassBadURL, err.Error(), err)
	}
	to, err := resolve(from, location)
	if err != nil {
		return nil, broken(ClassProtocol, "redirect to an unusable address: "+err.Error(), err)
	}
	hop := new(Request)
	*hop = *req
	hop.URL, hop.Via = to.String(), hops
	status := hops[len(hops)-1].Status
	if m := method(req); status == 303 && m != "HEAD" || m == "POST" && (status == 301 || status == 302) {
		hop.Method = "GET"
		hop.Body, hop.Expect, hop.Header = nil, false, withoutContent(req.Header)
	}
	if hop.Body != nil && !Replayable(hop.Body) {
		return nil, broken(ClassBadURL, "the redirect asks for the request's body again", ErrOnce)
	}
	if method(hop) == method(req) && isLoop(hops, hop.URL) { // a form may lead to its own page
		return nil, broken(ClassRedirectLoop, "the redirects lead back to "+to.Redacted(), nil)
	}
	if len(hops) > limit {
		return nil, broken(ClassRedirectLimit, "too many redirects", nil)
	}
	hop.Discovered = req.Discovered || to.Hostname() != from.Hostname()
	if !sameOrigin(from, to) {
		hop.Header = hop.Header.WithoutCredentials()
	}
	return hop, nil
}

// resolve is where a location leads from a URL. It keeps the user and password
// within the origin, unless it brings its own.
func resolve(from urls.URL, location string) (urls.URL, error) {
	to, err := from.Resolve(location)
	if err != nil || !sameOrigin(from, to) {
		return to, err
	}
	if _, _, own := to.Userinfo(); own {
		return to, nil
	}
	return to.WithUserinfoOf(from)
}

func sameOrigin(a, b urls.URL) bool { return a.Scheme() == b.Scheme() && a.Host() == b.Host() }

// withoutContent is h without what describes a body, or asks for its reception.
func withoutContent(h Header) Header {
	kept := make(Header, 0, len(h))
	for _, f := range h {
		if name := strings.ToLower(f.Name); !strings.HasPrefix(name, "content-") && name != "expect" {
			kept = append(kept, f)
		}
	}
	return kept
}

// isLoop reports whether hops lead back to url: once with no cookie set since, or twice.
func isLoop(hops []Hop, url string) bool {
	visits, cookie := 0, false
	for _, before := range slices.Backward(hops) {
		cookie = cookie || before.SetCookie
		if before.URL != url {
			continue
		}
		if visits++; visits > 1 || !cookie {
			return true
		}
	}
	return false
}
