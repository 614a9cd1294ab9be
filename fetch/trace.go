package fetch

import (
	"context"
	"net/netip"
	"time"
)

// Trace is told what happens to a request. Each func may be nil. They are called
// on the goroutine of the fetch, which waits for them, and by many fetches at the
// same time; ChunkSent of a large body, on the goroutine that sends it. What they
// are given is to be looked at and not changed or kept.
//
// A request that is redirected starts and ends once for each hop.
type Trace struct {
	RequestStart     func(ctx context.Context, req *Request)
	HeadersSent      func(ctx context.Context, req *Request)
	ChunkSent        func(ctx context.Context, n int) // n bytes of the request's body
	ChunkReceived    func(ctx context.Context, n int) // n bytes of the answer's body, not yet decoded
	RequestRedirect  func(ctx context.Context, req *Request, rec *Record)
	RequestEnd       func(ctx context.Context, req *Request, rec *Record) // the answer's head is there
	RequestException func(ctx context.Context, req *Request, err error)   // there will be no answer

	QueuedStart func(ctx context.Context, host string) // no place for a connection is free
	QueuedEnd   func(ctx context.Context, host string, waited time.Duration)
	CreateStart func(ctx context.Context, host string)
	CreateEnd   func(ctx context.Context, host string, t Timing, err error)
	Reuse       func(ctx context.Context, host string)

	DNSCacheHit  func(ctx context.Context, host string)
	DNSCacheMiss func(ctx context.Context, host string)
	ResolveStart func(ctx context.Context, host string)
	ResolveEnd   func(ctx context.Context, host string, addrs []netip.Addr, err error)
}

type traceKey struct{}

// WithTrace returns a context whose fetches tell t, and not [Options.Trace].
func WithTrace(ctx context.Context, t *Trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

var untraced = &Trace{}

// traceOf is the trace that a fetch tells; it is never nil.
func traceOf(ctx context.Context, usual *Trace) *Trace {
	if t, _ := ctx.Value(traceKey{}).(*Trace); t != nil {
		return t
	}
	if usual != nil {
		return usual
	}
	return untraced
}

func (t *Trace) asked(ctx context.Context, req *Request) {
	if t.RequestStart != nil {
		t.RequestStart(ctx, req)
	}
}

func (t *Trace) sent(ctx context.Context, n int) {
	if t.ChunkSent != nil {
		t.ChunkSent(ctx, n)
	}
}

func (t *Trace) failed(ctx context.Context, req *Request, err error) {
	if t.RequestException != nil {
		t.RequestException(ctx, req, err)
	}
}

func (t *Trace) answered(ctx context.Context, req *Request, rec *Record) {
	if t.RequestRedirect != nil && redirects(rec.Status) && rec.Header.Has("Location") {
		t.RequestRedirect(ctx, req, rec)
	}
	if t.RequestEnd != nil {
		t.RequestEnd(ctx, req, rec)
	}
}
