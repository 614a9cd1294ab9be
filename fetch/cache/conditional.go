package cache

import (
	"context"
	"strings"

	"crawl/fetch"
)

// Conditional asks only for what has changed since: to each GET and HEAD it adds
// If-None-Match and If-Modified-Since (RFC 9110 section 13.1) with what validators
// knows of the request's URL. Either may be empty; they are sent as they were once
// received. Servers that understand both go by the first.
//
// A 304 goes to the caller, who has the body. Requests with a Range or a
// condition of their own pass unchanged. Put it inside of [fetch.Redirect], so
// that validators are sent to the URL that they belong to and to no other.
// Validators is called by many goroutines at once.
func Conditional(validators func(url string) (etag, lastModified string, ok bool)) fetch.Layer {
	return func(next fetch.Fetcher) fetch.Fetcher {
		return fetch.FetcherFunc(func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			if isRead(req.Method) && !IsConditional(req.Header) {
				if etag, modified, ok := validators(req.URL); ok {
					req = withValidators(req, etag, modified)
				}
			}
			return next.Fetch(ctx, req)
		})
	}
}

// IsConditional reports whether a request depends on what its sender has already:
// it has one of the fields of RFC 9110 section 13.1, or a Range.
func IsConditional(h fetch.Header) bool {
	for i := range h {
		switch strings.ToLower(h[i].Name) {
		case "if-none-match", "if-modified-since", "if-match", "if-unmodified-since", "if-range", "range":
			return true
		}
	}
	return false
}

// withValidators is a copy of req that asks whether these still hold.
func withValidators(req *fetch.Request, etag, lastModified string) *fetch.Request {
	asked := *req
	asked.Header = req.Header[:len(req.Header):len(req.Header)]
	if etag != "" {
		asked.Header.Add("If-None-Match", etag)
	}
	if lastModified != "" {
		asked.Header.Add("If-Modified-Since", lastModified)
	}
	return &asked
}

func isRead(method string) bool { return method == "" || method == "GET" || method == "HEAD" }

// Confirms reports whether a 304 with header is about the answer that had these
// validators (RFC 9111 section 4.3.4). A 304 without any is.
func Confirms(header fetch.Header, etag, lastModified string) bool {
	now, ok := ParseETag(header.Get("ETag"))
	had, knew := ParseETag(etag)
	switch modified := header.Get("Last-Modified"); {
	case ok && knew && !now.Weak && !had.Weak:
		return now.Strong(had)
	case ok && knew:
		return now.Same(had)
	case modified != "" && lastModified != "":
		return modified == lastModified
	}
	return true
}
