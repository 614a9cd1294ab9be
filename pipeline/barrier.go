package pipeline

import (
	"context"
	"errors"
	"sync"
)

// ErrBarrierBroken is what a [Barrier] returns once somebody gave up.
var ErrBarrierBroken = errors.New("the barrier is broken")

// Barrier lets a number of goroutines go on together, again and again, as those of
// Python's threading and asyncio do. It is safe for concurrent use.
type Barrier struct {
	parties int

	mu      sync.Mutex // guards what follows
	waiting int
	crowd   *crowd
}

// crowd are those who wait for each other.
type crowd struct {
	gone chan struct{} // closed when they go on, or never can
	err  error         // set before that
}

// NewBarrier makes a barrier for so many, at least one.
func NewBarrier(parties int) *Barrier {
	if parties < 1 {
		panic("pipeline: a barrier for nobody")
	}
	return &Barrier{parties: parties, crowd: &crowd{gone: make(chan struct{})}}
}

// Wait waits until as many wait as the barrier is for. Who gives up breaks the
// barrier, since the others would wait in vain: he gets the cause of his context's
// end, and they ErrBarrierBroken, as does everybody after them until Reset.
func (b *Barrier) Wait(ctx context.Context) error {
	b.mu.Lock()
	c := b.crowd
	if c.err != nil {
		b.mu.Unlock()
		return c.err
	}
	if ctx.Err() != nil {
		b.end(ErrBarrierBroken)
		b.mu.Unlock()
		return context.Cause(ctx)
	}
	b.waiting++
	if b.waiting == b.parties {
		b.end(nil)
	}
	b.mu.Unlock()

	select {
	case <-c.gone:
		return c.err
	case <-ctx.Done():
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-c.gone: // both at once
		return c.err
	default:
		b.end(ErrBarrierBroken)
		return context.Cause(ctx)
	}
}

// Abort breaks the barrier.
func (b *Barrier) Abort() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.crowd.err == nil {
		b.end(ErrBarrierBroken)
	}
}

// Reset makes the barrier as new. Who waits gets ErrBarrierBroken.
func (b *Barrier) Reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.crowd.err == nil {
		b.end(ErrBarrierBroken)
	}
	b.crowd = &crowd{gone: make(chan struct{})}
}

// end lets the crowd go, the next one in its place unless this is the end of all.
func (b *Barrier) end(err error) {
	b.crowd.err = err
	close(b.crowd.gone)
	b.waiting = 0
	if err == nil {
		b.crowd = &crowd{gone: make(chan struct{})}
	}
}
