package batch

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"crawl/pipeline"
)

func testWidth(least, most int) *width { return newWidth(least, most, slog.New(slog.DiscardHandler)) }

func TestWidthHears(t *testing.T) {
	for _, test := range []struct {
		name         string
		open, active int
		share        float64
		waits        int64 // for ten files
		want         int
	}{
		{"waits", 4, 4, 0.6, 20, 8},
		{"does little else", 4, 4, 0.3, 20, 16},
		{"waits, but not at more than may be", 48, 48, 0.3, 20, 64},
		{"waits for files", 4, 3, 0.3, 20, 4},
		{"is as it should be", 16, 16, 0.8, 20, 16},
		{"has no time, which others took", 16, 16, 0.3, 1, 12},
		{"is full", 16, 16, 0.95, 20, 12},
		{"is full and narrow", 2, 2, 1, 20, 2},
	} {
		w := testWidth(2, 64)
		w.open, w.active, w.done = test.open, test.active, 30
		if done := w.hear(test.share, test.waits, 20); w.open != test.want || done != 30 {
			t.Errorf("%s: %d, want %d", test.name, w.open, test.want)
		}
	}
}

// Of those who wait the last to come is the first to go, and the end lets all go.
func TestWidthParks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := testWidth(1, 8)
		if err := w.enter(t.Context()); err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		var in [3]atomic.Bool
		for i := range in {
			all.Go(func() {
				if err := w.enter(t.Context()); err != nil {
					t.Error(err)
				}
				in[i].Store(true)
			})
			synctest.Wait()
		}
		w.hear(0.5, 1, 0) // from 1 to 2
		synctest.Wait()
		if in[0].Load() || in[1].Load() || !in[2].Load() {
			t.Error("not the last one went first")
		}
		w.leave()
		synctest.Wait()
		if in[1].Load() {
			t.Error("a place was given away of which the owner comes back")
		}
		if err := w.enter(t.Context()); err != nil {
			t.Error(err)
		}
		w.end()
		all.Wait()
	})
}

func TestWidthHearsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		w := testWidth(1, 8)
		_ = w.enter(ctx)
		var waits sync.WaitGroup
		waits.Go(func() {
			if err := w.enter(ctx); err != cause {
				t.Errorf("%v, want %v", err, cause)
			}
		})
		synctest.Wait()
		cancel(cause)
		waits.Wait()
		if len(w.parked) != 0 || w.active != 1 {
			t.Errorf("%d wait, %d active", len(w.parked), w.active)
		}
	})
}

// Files that have to be waited for get all workers, those that only compute no more than
// there are cores, and each comes once.
func TestWidthFinds(t *testing.T) {
	for name, test := range map[string]struct {
		busy float64 // of two cores
		most int64
	}{"waits": {0.1, 16}, "computes": {1, 2}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				begin := time.Now()
				usage := func() (Usage, bool) {
					since := time.Since(begin)
					return Usage{Processor: time.Duration(2 * test.busy * float64(since)), Waits: since.Milliseconds()}, true
				}
				w := testWidth(2, 16)
				ctx, stop := context.WithCancel(t.Context())
				var finder sync.WaitGroup
				finder.Go(func() { w.find(ctx, usage, 2) })

				var inFlight, widest, total atomic.Int64
				src := w.source(pipeline.Slice(make([]Item, 1000)))
				do := func(context.Context, Item) (Done, error) {
					n := inFlight.Add(1)
					for m := widest.Load(); n > m && !widest.CompareAndSwap(m, n); m = widest.Load() {
					}
					time.Sleep(10 * time.Millisecond)
					inFlight.Add(-1)
					return Done{}, nil
				}
				err := pipeline.Run(t.Context(), pipeline.Pool, 16, src, pipeline.Shared(do), func(context.Context, pipeline.Result[Item, Done]) error {
					total.Add(1)
					w.leave()
					return nil
				})
				stop()
				finder.Wait()
				if err != nil || total.Load() != 1000 || widest.Load() != test.most {
					t.Errorf("%v, %d files, %d at once, want %d", err, total.Load(), widest.Load(), test.most)
				}
			})
		})
	}
}

// While no file is done it takes patience to find that they are waited for.
func TestWidthIsPatient(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := testWidth(2, 16)
		for range 2 {
			_ = w.enter(t.Context())
		}
		ctx, stop := context.WithCancel(t.Context())
		var finder sync.WaitGroup
		finder.Go(func() { w.find(ctx, func() (Usage, bool) { return Usage{}, true }, 2) })
		at := func(since time.Duration, want int) {
			t.Helper()
			time.Sleep(since)
			synctest.Wait()
			w.mu.Lock()
			defer w.mu.Unlock()
			if w.open != want {
				t.Errorf("%d, want %d", w.open, want)
			}
		}
		at(widthPatience-1, 2)
		at(1, 8)
		w.leave()
		_ = w.enter(t.Context())
		at(widthPace, 6) // for that one did not wait
		stop()
		finder.Wait()
	})
}

func TestWidthUnknown(t *testing.T) {
	w := testWidth(2, 64)
	w.find(t.Context(), func() (Usage, bool) { return Usage{}, false }, 2)
	if w.open != DefaultWorkers {
		t.Errorf("%d", w.open)
	}
}

// A source that ends, or fails, leaves nobody waiting.
func TestWidthEnds(t *testing.T) {
	w := testWidth(1, 4)
	src := w.source(pipeline.SourceFunc[Item](func(context.Context) (Item, error) { return Item{}, io.EOF }))
	for range 3 {
		if _, err := src.Next(t.Context()); err != io.EOF {
			t.Error(err)
		}
	}
}
