package pipeline_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	. "crawl/pipeline"
)

func TestBarrierLetsAllGoTogether(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const parties, rounds = 5, 3
		b := NewBarrier(parties)
		start := time.Now()
		var all sync.WaitGroup
		for i := range parties {
			all.Go(func() {
				for round := range rounds {
					time.Sleep(time.Duration(i) * time.Second)
					if err := b.Wait(t.Context()); err != nil {
						t.Error(err)
					}
					if got, want := time.Since(start), time.Duration(round+1)*(parties-1)*time.Second; got != want {
						t.Errorf("went on after %v, want %v", got, want)
					}
				}
			})
		}
		all.Wait()
	})
}

// waiters wait at a barrier until it lets them go.
func waiters(ctx context.Context, b *Barrier, n int) (broken *atomic.Int64, all *sync.WaitGroup) {
	broken, all = new(atomic.Int64), new(sync.WaitGroup)
	for range n {
		all.Go(func() {
			if errors.Is(b.Wait(ctx), ErrBarrierBroken) {
				broken.Add(1)
			}
		})
	}
	synctest.Wait()
	return broken, all
}

func TestBarrierBreaks(t *testing.T) {
	left := errors.New("has left")
	for name, how := range map[string]func(*testing.T, *Barrier){
		"somebody leaves": func(t *testing.T, b *Barrier) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(time.Second, func() { cancel(left) })
			if err := b.Wait(ctx); !errors.Is(err, left) {
				t.Errorf("got %v", err)
			}
		},
		"somebody never came": func(t *testing.T, b *Barrier) {
			ctx, cancel := context.WithCancelCause(t.Context())
			cancel(left)
			if err := b.Wait(ctx); !errors.Is(err, left) {
				t.Errorf("got %v", err)
			}
		},
		"abort": func(_ *testing.T, b *Barrier) { b.Abort(); b.Abort() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				b := NewBarrier(4)
				broken, all := waiters(t.Context(), b, 2)
				how(t, b)
				all.Wait()
				if broken.Load() != 2 {
					t.Errorf("%d heard of it, want 2", broken.Load())
				}
				if err := b.Wait(t.Context()); !errors.Is(err, ErrBarrierBroken) {
					t.Errorf("afterwards: %v", err)
				}
				b.Reset()
				broken, all = waiters(t.Context(), b, 4)
				all.Wait()
				if broken.Load() != 0 {
					t.Error("it is still broken after Reset")
				}
			})
		})
	}
}

func TestBarrierReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBarrier(3)
		broken, all := waiters(t.Context(), b, 2)
		b.Reset()
		all.Wait()
		if broken.Load() != 2 {
			t.Errorf("%d heard of it, want 2", broken.Load())
		}
		broken, all = waiters(t.Context(), b, 3)
		all.Wait()
		if broken.Load() != 0 {
			t.Error("it is still broken")
		}
	})
}

func TestLock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLock()
		n := 0
		var all sync.WaitGroup
		for range 100 {
			all.Go(func() {
				if err := l.Lock(t.Context()); err != nil {
					t.Error(err)
					return
				}
				defer l.Unlock()
				read := n
				time.Sleep(time.Millisecond) // others would read the same
				n = read + 1
			})
		}
		all.Wait()
		if n != 100 {
			t.Errorf("%d of 100 updates", n)
		}

		if !l.TryLock() || l.TryLock() {
			t.Error("TryLock takes it once")
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		for range 2 { // before and after the end
			if err := l.Lock(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("got %v", err)
			}
		}
		l.Unlock()
		defer func() {
			if recover() == nil {
				t.Error("unlocked twice")
			}
		}()
		l.Unlock()
	})
}

func BenchmarkLock(b *testing.B) {
	l := NewLock()
	for b.Loop() {
		_ = l.Lock(b.Context())
		l.Unlock()
	}
}
