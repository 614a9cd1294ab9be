// Package transformed is a sink that carries bodies through the steps of a transform
// on their way to another one.
//
// Make a [Sink] with [New]. What it stores is what the steps make of a body, in one
// pass and without a temporary file of its own. Bodies of up to a MiB are gathered
// first, so that a slow server keeps no step waiting; of larger ones, which stream,
// only so many are in the steps at a time as the steps have memory for: 256 with steps
// that need little, and two a core with those that hold much. Steps compute on as many cores as there are,
// however many fetches are in flight.
package transformed

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"runtime"
	"sync"

	"crawl/fetch"
	"crawl/fetch/sink"
	"crawl/files/transform"
)

// Inner is where the results go; the sinks beside this package are.
type Inner interface {
	Put(ctx context.Context, rec *fetch.Record, url string) (sink.Stored, error)
}

// Sink transforms what another sink stores. It is safe for concurrent use.
type Sink struct {
	inner Inner
	chain transform.Chain
	name  func(url string) string
	limit transform.Options
	turns transform.Turns
	large chan struct{} // a token for each body that streams
}

// New returns a Sink before inner. name tells the steps what the body of a URL is
// called; no step may make more than maxSize bytes of a body, 0 for no limit.
func New(inner Inner, chain transform.Chain, name func(url string) string, maxSize int64) *Sink {
	cores := runtime.NumCPU()
	return &Sink{
		inner: inner,
		chain: chain,
		name:  name,
		limit: transform.Options{MaxSize: maxSize},
		turns: transform.NewTurns(cores),
		large: make(chan struct{}, large(chain, cores)),
	}
}

// largeMemory is about what the steps of all large bodies may hold together, in bytes.
const largeMemory = 256 << 20

// large is how many bodies may stream at a time: as many as there is memory for, since
// the connection of one that waits for its place goes idle and may time out.
func large(chain transform.Chain, cores int) int {
	return int(max(largeMemory/chain.Memory(), int64(2*cores)))
}

// gathered is how much of a body is read before its steps begin.
const gathered = 1 << 20

var starts = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// Put stores what the steps make of rec.Body. Errors are those of inner, of the body,
// and [*transform.Error] for a body that a step can't use. A body that comes from an
// earlier run, confirmed by its server, has been through the steps already.
func (s *Sink) Put(ctx context.Context, rec *fetch.Record, url string) (sink.Stored, error) {
	if rec.Cached && rec.Status == http.StatusNotModified {
		return s.inner.Put(ctx, rec, url)
	}
	start := starts.Get().(*bytes.Buffer)
	defer starts.Put(start)
	start.Reset()
	n, err := io.CopyN(start, rec.Body, gathered)
	if err != nil && err != io.EOF {
		return sink.Stored{}, err
	}
	in := io.Reader(start)
	if n == gathered {
		select {
		case s.large <- struct{}{}:
			defer func() { <-s.large }()
		case <-ctx.Done():
			return sink.Stored{}, context.Cause(ctx)
		}
		in = io.MultiReader(start, rec.Body)
	}
	file := transform.File{Name: s.name(url), ContentType: rec.Header.Get("Content-Type")}
	body := s.chain.Reader(ctx, file, in, s.limit, s.turns)
	defer body.Close()
	made := *rec
	made.Body = body
	return s.inner.Put(ctx, &made, url)
}

// Drop implements [sink.Dropper], where the inner sink does.
func (s *Sink) Drop(ctx context.Context, stored sink.Stored) error {
	if inner, ok := s.inner.(sink.Dropper); ok {
		return inner.Drop(ctx, stored)
	}
	return nil
}

// Suffix is what a chain adds to every name, such as ".md". A step that takes a suffix
// off, or the place of another, is not followed in that: no two names may become one.
func Suffix(chain transform.Chain) string {
	const name = "x"
	made := chain.Output(transform.File{Name: name}).Name
	if len(made) > len(name) && made[:len(name)] == name {
		return made[len(name):]
	}
	return ""
}
