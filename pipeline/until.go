package pipeline

import (
	"context"
	"errors"
	"io"
	"sync"
	"sync/atomic"
)

// Until returns a Source that gives what src gives until drain closes, and io.EOF
// from then on, also to those who wait in src at that moment. An item that src
// hands out nevertheless is still delivered, so none is lost.
//
// It is made for callers who share a context, as the workers of [Run] do: one
// goroutine watches drain for them until that context ends. A caller with a
// different context, or with one that never ends, costs a goroutine a call.
func Until[T any](src Source[T], drain <-chan struct{}) Source[T] {
	return &until[T]{src: src, drain: drain}
}

type until[T any] struct {
	src   Source[T]
	drain <-chan struct{}

	watched atomic.Pointer[watched] // what most callers share
	mu      sync.Mutex              // held to replace watched
}

// watched is a context that ends with its parent, or at the drain.
type watched struct {
	context.Context
	parent <-chan struct{} // the parent's Done, by which callers are told apart
}

func (u *until[T]) Next(ctx context.Context) (T, error) {
	var none T
	if closed(u.drain) {
		return none, io.EOF
	}
	inner, done := u.watch(ctx)
	item, err := u.src.Next(inner)
	if done != nil {
		done()
	}
	if err == nil {
		return item, nil
	}
	// The end of inner is the drain's doing, unless the caller's context ended too.
	if errors.Is(err, context.Canceled) && closed(u.drain) && ctx.Err() == nil {
		return none, io.EOF
	}
	return none, err
}

// watch returns the context to wait under, and what to call after the wait when it
// is this caller's alone.
func (u *until[T]) watch(ctx context.Context) (context.Context, context.CancelFunc) {
	if w := u.watched.Load(); w != nil && w.parent == ctx.Done() {
		return w, nil
	}
	if ctx.Done() == nil {
		return u.start(ctx)
	}

	u.mu.Lock()
	defer u.mu.Unlock()
	switch w := u.watched.Load(); {
	case w == nil || closed(w.parent):
		inner, _ := u.start(ctx) // ends with ctx
		w = &watched{Context: inner, parent: ctx.Done()}
		u.watched.Store(w)
		return w, nil
	case w.parent == ctx.Done():
		return w, nil
	default:
		return u.start(ctx)
	}
}

// start derives a context that ends at the drain; the goroutine that sees to it
// ends with the context.
func (u *until[T]) start(ctx context.Context) (context.Context, context.CancelFunc) {
	inner, cancel := context.WithCancel(ctx)
	go func() {
		defer cancel()
		select {
		case <-u.drain:
		case <-inner.Done():
		}
	}()
	return inner, cancel
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
