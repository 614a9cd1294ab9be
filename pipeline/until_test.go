package pipeline_test

import (
	"context"
	"errors"
	"io"
	"sync"
	"testing"
	"testing/synctest"

	. "crawl/pipeline"
)

func TestUntilWakesWhoeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		items, drain := make(chan int), make(chan struct{})
		src := Until(fromChannel(items), drain)
		other, cancel := context.WithCancel(t.Context())
		defer cancel()

		var all sync.WaitGroup
		for _, ctx := range []context.Context{t.Context(), t.Context(), other, context.Background()} {
			all.Go(func() {
				if _, err := src.Next(ctx); err != io.EOF {
					t.Errorf("got %v, want io.EOF", err)
				}
			})
		}
		synctest.Wait()
		close(drain)
		all.Wait()
		if _, err := src.Next(t.Context()); err != io.EOF {
			t.Errorf("got %v after the drain, want io.EOF", err)
		}
	})
}

func TestUntilDeliversWhatWasHandedOut(t *testing.T) {
	drain := make(chan struct{})
	src := Until(SourceFunc[int](func(ctx context.Context) (int, error) {
		close(drain)
		<-ctx.Done()
		return 7, nil
	}), drain)
	if got, err := src.Next(t.Context()); got != 7 || err != nil {
		t.Errorf("got %d, %v", got, err)
	}
	if _, err := src.Next(t.Context()); err != io.EOF {
		t.Errorf("got %v, want io.EOF", err)
	}
}

func TestUntilPassesErrorsOn(t *testing.T) {
	broken := errors.New("broken")
	drain := make(chan struct{})
	src := Until(SourceFunc[int](func(ctx context.Context) (int, error) {
		close(drain)
		<-ctx.Done()
		return 0, broken
	}), drain)
	if _, err := src.Next(t.Context()); !errors.Is(err, broken) {
		t.Errorf("the drain hid an error: %v", err)
	}

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	never := Until(fromChannel(make(chan int)), make(chan struct{}))
	if _, err := never.Next(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want the context's end", err)
	}
}

func TestUntilServesOneRunAfterTheOther(t *testing.T) {
	drain := make(chan struct{})
	defer close(drain)
	src := Until(Slice([]int{1, 2}), drain)
	for want := 1; want <= 2; want++ {
		ctx, cancel := context.WithCancel(t.Context())
		if got, err := src.Next(ctx); got != want || err != nil {
			t.Errorf("got %d, %v, want %d", got, err, want)
		}
		cancel()
	}
}

func TestUntilAllocatesNothingPerItem(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	src := Until(endless, make(chan struct{}))
	if n := testing.AllocsPerRun(1000, func() { _, _ = src.Next(ctx) }); n > 0 {
		t.Errorf("%v allocations a call", n)
	}
}

var endless = SourceFunc[int](func(context.Context) (int, error) { return 1, nil })

func fromChannel(items <-chan int) Source[int] {
	return SourceFunc[int](func(ctx context.Context) (int, error) {
		select {
		case item := <-items:
			return item, nil
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	})
}

func BenchmarkUntil(b *testing.B) {
	b.ReportAllocs()
	src := Until(endless, make(chan struct{}))
	for b.Loop() {
		_, _ = src.Next(b.Context())
	}
}
