// Package since fetches again what an earlier crawl has stored, and only what has
// changed since.
//
// [Open] the folder of the earlier [Run] and put its [Run.Layer] inside of
// [fetch.Redirect] and outside of [fetch.Decode]. For each URL whose body is in
// that folder the server is asked whether it still holds; when it does, the answer
// is a 304 with Record.Cached and that body, so that whoever stores answers stores
// it anew like any other. The earlier folder is only read.
//
// Nothing of HTTP caching applies: every URL is asked for, however fresh it is.
// [crawl/fetch/cache] decides by freshness.
package since

import (
	"context"
	"net/http"

	"crawl/fetch"
	"crawl/fetch/cache"
	"crawl/fetch/cache/checked"
	"crawl/fetch/manifest"
	"crawl/files"
)

// Run is an earlier crawl. It is safe for concurrent use.
type Run struct {
	eng   files.Engine
	index *manifest.Index
}

// Open reads the manifest in the engine's root. It takes 16 bytes of memory for
// each body that can be asked about. Only bodies that the same steps have made count,
// "" for bodies as they came: see [manifest.Line]. The engine stays the caller's, to be
// closed after the Run.
func Open(ctx context.Context, eng files.Engine, steps string) (*Run, error) {
	index, err := manifest.OpenIndex(ctx, eng, func(l *manifest.Line) string {
		if l.Steps != steps {
			return ""
		}
		return answered(l)
	})
	if err != nil {
		return nil, err
	}
	return &Run{eng: eng, index: index}, nil
}

// answered is the URL whose body a record is about, or "" when there is none that
// can be asked about. Redirects lead there first, and it alone knows the validators.
func answered(l *manifest.Line) string {
	if l.Path == "" || l.SHA256 == "" || l.ETag == "" && l.LastModified == "" {
		return ""
	}
	if l.FinalURL != "" {
		return l.FinalURL
	}
	return l.URL
}

// Len returns for how many bodies the server can be asked whether they still hold.
func (r *Run) Len() int { return r.index.Len() }

// Close closes the earlier run.
func (r *Run) Close() error { return r.index.Close() }

// Layer asks conditionally for what the earlier run stored. A stored body that is
// damaged or cannot be read is fetched in full, as is one about which the server
// answers for another version. Requests with conditions of their own pass unchanged.
func (r *Run) Layer() fetch.Layer {
	return func(next fetch.Fetcher) fetch.Fetcher {
		return fetch.FetcherFunc(func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			stored := r.find(req)
			if stored == nil {
				return next.Fetch(ctx, req)
			}
			validators := func(string) (string, string, bool) { return stored.ETag, stored.LastModified, true }
			rec, err := cache.Conditional(validators)(next).Fetch(ctx, req)
			if err != nil || rec.Status != http.StatusNotModified {
				return rec, err
			}
			if r.restore(ctx, rec, stored) {
				return rec, nil
			}
			rec.Body.Close()
			return next.Fetch(ctx, req)
		})
	}
}

// find returns the record of what is stored for a request, or nil when there is
// none to go by. A manifest that cannot be read is one that knows nothing: all
// that it costs is a fetch.
func (r *Run) find(req *fetch.Request) *manifest.Line {
	if req.Method != "" && req.Method != http.MethodGet || cache.IsConditional(req.Header) {
		return nil
	}
	stored, err := r.index.Find(req.URL)
	if err != nil {
		return nil
	}
	return stored
}

// restore makes of a 304 the answer that it stands for, unless the stored body is
// not what it should be.
func (r *Run) restore(ctx context.Context, rec *fetch.Record, stored *manifest.Line) bool {
	if !cache.Confirms(rec.Header, stored.ETag, stored.LastModified) {
		return false
	}
	body, err := checked.Open(ctx, r.eng, stored.Path, stored.Bytes, stored.SHA256)
	if err != nil {
		return false
	}
	rec.Body.Close()
	rec.Body, rec.Cached = body, true
	rec.Header = rec.Header[:len(rec.Header):len(rec.Header)]
	for _, f := range []fetch.Field{
		{Name: "Content-Type", Value: stored.ContentType},
		{Name: "ETag", Value: stored.ETag},
		{Name: "Last-Modified", Value: stored.LastModified},
	} {
		if f.Value != "" && !rec.Header.Has(f.Name) {
			rec.Header = append(rec.Header, f)
		}
	}
	return true
}
