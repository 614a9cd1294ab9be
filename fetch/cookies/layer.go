package cookies

import (
	"context"
	"slices"
	"strings"

	"crawl/fetch"
)

// Layer sends each request with the cookies of jar that belong to it, and puts into
// jar what the answers set. It belongs inside [fetch.Redirect], which leaves the
// caller's cookies behind at another origin: there the jar has the right ones.
//
// Cookies that a request has already in its header stay, and win over those of the
// same name in the jar.
func Layer(jar *Jar) fetch.Layer {
	return func(next fetch.Fetcher) fetch.Fetcher {
		return fetch.FetcherFunc(func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			rec, err := next.Fetch(ctx, jar.dress(req))
			if err != nil {
				return nil, err
			}
			jar.SetCookies(rec.URL, rec.Header)
			return rec, nil
		})
	}
}

// dress returns req with its cookies, or req itself when there are none to add.
func (j *Jar) dress(req *fetch.Request) *fetch.Request {
	if j.size.Load() == 0 {
		return req
	}
	to, ok := j.origin(req.URL)
	if !ok {
		return req
	}
	own := req.Header.Values("Cookie")
	field := j.field(to, names(own))
	if field == "" {
		return req
	}
	dressed := *req
	if own == nil {
		dressed.Header = append(slices.Clip(req.Header), fetch.Field{Name: "Cookie", Value: field})
	} else {
		dressed.Header.Set("Cookie", strings.Join(append(own, field), "; "))
	}
	return &dressed
}

// names are those of the cookies in the values of Cookie fields.
func names(fields []string) []string {
	var names []string
	for _, field := range fields {
		for pair := range strings.SplitSeq(field, ";") {
			name, _, _ := strings.Cut(pair, "=")
			names = append(names, trim(name))
		}
	}
	return names
}
