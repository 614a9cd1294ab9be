package pipeline

import (
	"context"
	"errors"
	"iter"
)

// Gather does all works, at most width at a time, and returns their values in the
// order of the works. The first error cancels the rest, which is waited for, and is
// what Gather returns; the values of works that succeeded stand all the same.
func Gather[T any](ctx context.Context, width int, works ...func(context.Context) (T, error)) ([]T, error) {
	g, err := NewGroup(ctx, width)
	if err != nil {
		return nil, err
	}
	values, _, err := gather(ctx, g, works)
	return values, errors.Join(err, context.Cause(ctx))
}

// GatherAll is Gather that goes on after errors: it returns one for each work, nil
// for those that succeeded.
func GatherAll[T any](ctx context.Context, width int, works ...func(context.Context) (T, error)) ([]T, []error) {
	g, err := NewGroup(ctx, width)
	if err != nil {
		errs := make([]error, len(works))
		for i := range errs {
			errs[i] = err
		}
		return make([]T, len(works)), errs
	}
	g.lenient = true
	values, errs, _ := gather(ctx, g, works)
	return values, errs
}

func gather[T any](ctx context.Context, g *Group, works []func(context.Context) (T, error)) ([]T, []error, error) {
	futures := make([]*Future[T], len(works))
	for i, work := range works {
		futures[i] = Go(ctx, g, work)
	}
	err := g.Wait()
	values, errs := make([]T, len(works)), make([]error, len(works))
	for i, f := range futures {
		values[i], errs[i] = f.value, f.err
	}
	return values, errs, err
}

// AsCompleted yields what futures come to, the first to end first. When ctx ends it
// yields the cause of that, and no more; the works go on.
func AsCompleted[T any](ctx context.Context, futures ...*Future[T]) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		ended := make(chan *Future[T], len(futures)) // room for all, should nobody listen any more
		for _, f := range futures {
			f.whenDone(func() { ended <- f })
		}
		for range futures {
			select {
			case f := <-ended:
				if !yield(f.value, f.err) {
					return
				}
			case <-ctx.Done():
				var none T
				yield(none, context.Cause(ctx))
				return
			}
		}
	}
}
