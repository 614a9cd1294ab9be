package pipeline

import (
	"context"
	"sync"
)

// Future is the outcome of work that goes on elsewhere. Its methods are safe for
// concurrent use. A Future once made comes to its end by itself; who needs to know
// that no goroutine is left waits for Done, or for the [Group].
type Future[T any] struct {
	done   chan struct{}
	cancel context.CancelCauseFunc
	value  T // with err, set before done is closed
	err    error

	mu    sync.Mutex // guards after
	after []func()   // called at the end, unless it has come
}

// Start runs do on a goroutine of its own, under ctx. There is no limit to how many:
// for that there are [Go] and [Gather]. do must not call [runtime.Goexit].
func Start[T any](ctx context.Context, do func(context.Context) (T, error)) *Future[T] {
	running, f := promise[T](ctx)
	go f.run(running, do) // ends the Future, for which its owner waits
	return f
}

func promise[T any](ctx context.Context) (context.Context, *Future[T]) {
	running, cancel := context.WithCancelCause(ctx)
	return running, &Future[T]{done: make(chan struct{}), cancel: cancel}
}

// run does the work, unless it was cancelled before its turn came.
func (f *Future[T]) run(ctx context.Context, do func(context.Context) (T, error)) {
	if f.err = context.Cause(ctx); f.err == nil {
		f.value, f.err = do(ctx)
	}
	f.end()
}

// end tells who waits.
func (f *Future[T]) end() {
	f.cancel(nil)
	f.mu.Lock()
	close(f.done)
	after := f.after
	f.after = nil
	f.mu.Unlock()
	for _, call := range after {
		call()
	}
}

// whenDone calls call, which must not block, once the work has ended.
func (f *Future[T]) whenDone(call func()) {
	f.mu.Lock()
	ended := closed(f.done)
	if !ended {
		f.after = append(f.after, call)
	}
	f.mu.Unlock()
	if ended {
		call()
	}
}

// Done is closed when the work has ended.
func (f *Future[T]) Done() <-chan struct{} { return f.done }

// Cancel says that the outcome is not wanted any more. Work that has not begun does
// not begin, and cause is its error; work that has begun sees its context end with
// cause, and is over when it says so. After the end Cancel does nothing.
func (f *Future[T]) Cancel(cause error) { f.cancel(cause) }

// Result waits for the end and returns what the work returned. When ctx ends first
// it returns the cause of that, and the work goes on for others to wait for.
func (f *Future[T]) Result(ctx context.Context) (T, error) {
	select {
	case <-f.done: // also when ctx has ended, too
		return f.value, f.err
	default:
	}
	select {
	case <-f.done:
		return f.value, f.err
	case <-ctx.Done():
		var none T
		return none, context.Cause(ctx)
	}
}

// Await is Result for the one who alone wants the outcome: when ctx ends the work is
// cancelled with the same cause, and waited for until it has ended.
func (f *Future[T]) Await(ctx context.Context) (T, error) {
	stop := context.AfterFunc(ctx, func() { f.cancel(context.Cause(ctx)) })
	defer stop()
	<-f.done
	return f.value, f.err
}
