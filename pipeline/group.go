package pipeline

import (
	"context"
	"errors"
	"sync"
)

// Group runs at most so many works at a time, on a pool of goroutines which it owns.
// The first that fails cancels the others and all that come later. Make one with
// [NewGroup], give it work with [Go], and end it with Wait.
type Group struct {
	ctx     context.Context
	cancel  context.CancelCauseFunc
	places  chan struct{}
	tasks   *tasks
	lenient bool // a failure is nobody else's business

	mu    sync.Mutex // guards first
	first error
}

// NewGroup makes a group of that width, whose works end with ctx.
func NewGroup(ctx context.Context, width int) (*Group, error) {
	if width < 1 {
		return nil, errors.New("a group needs a width of at least one")
	}
	t, err := newTasks()
	if err != nil {
		return nil, err
	}
	g := &Group{places: make(chan struct{}, width), tasks: t}
	g.ctx, g.cancel = context.WithCancelCause(ctx)
	return g, nil
}

// Go runs do under ctx, which ends with the group's, too. It waits for a place, so
// that no more works exist than can run: hence it must not be called from a work of
// the same group, nor once Wait was. When ctx or the group ends while it waits, the
// Future has ended with the cause, and do is not called.
func Go[T any](ctx context.Context, g *Group, do func(context.Context) (T, error)) *Future[T] {
	running, f := promise[T](ctx)
	stop := context.AfterFunc(g.ctx, func() { f.cancel(context.Cause(g.ctx)) })
	work := func() {
		if g.ctx.Err() != nil { // and stop has not come round to it
			f.cancel(context.Cause(g.ctx))
		}
		f.run(running, do)
		stop()
	}
	select {
	case g.places <- struct{}{}:
	case <-running.Done(): // by ctx or by the group
		work()
		return f
	}
	g.tasks.submit(func() {
		work()
		if f.err != nil {
			g.fail(f.err)
		}
		<-g.places
	})
	return f
}

func (g *Group) fail(err error) {
	if g.lenient {
		return
	}
	g.mu.Lock()
	if g.first == nil {
		g.first = err
	}
	g.mu.Unlock()
	g.cancel(err)
}

// Cancel ends the contexts of all works with cause.
func (g *Group) Cancel(cause error) { g.cancel(cause) }

// Wait returns when no work is left, with the first error of one. It must be called once.
func (g *Group) Wait() error {
	err := g.tasks.wait()
	g.cancel(nil)
	g.mu.Lock()
	defer g.mu.Unlock()
	return errors.Join(g.first, err)
}
