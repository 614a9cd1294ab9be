package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	. "crawl/pipeline"
)

const width = 10

// run repeats a test under every mode.
func run(t *testing.T, f func(t *testing.T, m Mode)) {
	for _, m := range Modes() {
		t.Run(string(m), func(t *testing.T) { f(t, m) })
	}
}

// widthOf is how many workers a mode has when asked for so many.
func widthOf(m Mode) int {
	if m == Blocking {
		return 1
	}
	return width
}

// wait passes d, or less when ctx ends.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// numbers is an endless Source that counts what it hands out.
type numbers struct{ taken atomic.Int64 }

func (n *numbers) Next(ctx context.Context) (int, error) {
	if ctx.Err() != nil {
		return 0, ctx.Err()
	}
	return int(n.taken.Add(1)), nil
}

// ledger counts what was settled, and the workers that came and went.
type ledger struct {
	settled, made, released atomic.Int64
}

func (l *ledger) maker(do Func[int, int]) Maker[int, int] {
	return func(context.Context, int) (Func[int, int], func() error, error) {
		l.made.Add(1)
		return do, func() error { l.released.Add(1); return nil }, nil
	}
}

func (l *ledger) settle(context.Context, Result[int, int]) error {
	l.settled.Add(1)
	return nil
}

func (l *ledger) check(t *testing.T, taken int64) {
	t.Helper()
	if l.settled.Load() != taken {
		t.Errorf("taken %d, settled %d", taken, l.settled.Load())
	}
	if l.made.Load() != l.released.Load() {
		t.Errorf("made %d workers, released %d", l.made.Load(), l.released.Load())
	}
}

func second(ctx context.Context, in int) (int, error) { return in, wait(ctx, time.Second) }

func noop(_ context.Context, in int) (int, error) { return in, nil }

func TestRunSettlesEveryItemOnce(t *testing.T) {
	run(t, func(t *testing.T, m Mode) {
		items := make([]int, 1000)
		for i := range items {
			items[i] = i
		}
		odd := errors.New("odd")
		double := func(_ context.Context, in int) (int, error) {
			if in%2 == 1 {
				return 0, odd
			}
			return 2 * in, nil
		}
		var l ledger
		var mu sync.Mutex
		seen := map[int]bool{}
		err := Run(t.Context(), m, width, Slice(items), l.maker(double), func(ctx context.Context, r Result[int, int]) error {
			mu.Lock()
			defer mu.Unlock()
			if seen[r.In] {
				t.Errorf("%d was settled twice", r.In)
			}
			seen[r.In] = true
			if r.In%2 == 1 && !errors.Is(r.Err, odd) || r.In%2 == 0 && (r.Out != 2*r.In || r.Err != nil) {
				t.Errorf("wrong result: %+v", r)
			}
			if r.Worker < 0 || r.Worker >= widthOf(m) || r.Start.IsZero() || r.Took < 0 {
				t.Errorf("wrong circumstances: %+v", r)
			}
			return l.settle(ctx, r)
		})
		if err != nil {
			t.Error(err)
		}
		l.check(t, int64(len(items)))
		if made := int(l.made.Load()); made < 1 || made > widthOf(m) {
			t.Errorf("%d workers", made)
		}
	})
}

func TestRunTakesTheTimeOfItsWidth(t *testing.T) {
	run(t, func(t *testing.T, m Mode) {
		synctest.Test(t, func(t *testing.T) {
			start := time.Now()
			var l ledger
			var inFlight atomic.Int64
			do := func(ctx context.Context, in int) (int, error) {
				if n := inFlight.Add(1); n > int64(widthOf(m)) {
					t.Errorf("%d in flight", n)
				}
				defer inFlight.Add(-1)
				return second(ctx, in)
			}
			err := Run(t.Context(), m, width, Slice(make([]int, 100)), l.maker(do),
				func(ctx context.Context, r Result[int, int]) error {
					if r.Took != time.Second {
						t.Errorf("took %v", r.Took)
					}
					return l.settle(ctx, r)
				})
			if err != nil {
				t.Error(err)
			}
			l.check(t, 100)
			if got, want := time.Since(start), time.Duration(100/widthOf(m))*time.Second; got != want {
				t.Errorf("took %v, want %v", got, want)
			}
		})
	})
}

// Of a pool a worker starts when the others are busy: who has carried an item before
// the next comes needs no more than the one who waits for that.
func TestRunStartsNoMoreWorkersThanAreOfUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ticker := time.NewTicker(2 * time.Second)
		defer ticker.Stop()
		src := SourceFunc[int](func(ctx context.Context) (int, error) {
			select {
			case <-ticker.C:
				return 0, nil
			case <-ctx.Done():
				return 0, ctx.Err()
			}
		})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute+time.Second) // between two items
		defer cancel()
		var l ledger
		err := Run(ctx, Pool, width, src, l.maker(second), l.settle)
		if !errors.Is(err, context.DeadlineExceeded) {
			t.Error(err)
		}
		if made := l.made.Load(); made != 2 || l.settled.Load() < 20 {
			t.Errorf("%d workers for %d items", made, l.settled.Load())
		}
	})
}

func TestRunEndsAtTheFirstError(t *testing.T) {
	broken := errors.New("broken")
	for _, where := range []string{"source", "maker", "settle"} {
		t.Run(where, func(t *testing.T) {
			run(t, func(t *testing.T, m Mode) {
				synctest.Test(t, func(t *testing.T) {
					var n numbers
					src := SourceFunc[int](func(ctx context.Context) (int, error) {
						if where == "source" && n.taken.Load() >= 55 {
							return 0, broken
						}
						return n.Next(ctx)
					})
					var l ledger
					mk := func(ctx context.Context, id int) (Func[int, int], func() error, error) {
						if where == "maker" && id == widthOf(m)-1 {
							return nil, nil, broken
						}
						return l.maker(second)(ctx, id)
					}
					settle := func(ctx context.Context, r Result[int, int]) error {
						_ = l.settle(ctx, r)
						if where == "settle" && r.In >= 55 {
							return broken
						}
						return nil
					}
					err := Run(t.Context(), m, width, src, mk, settle)
					if !errors.Is(err, broken) {
						t.Errorf("got %v", err)
					}
					l.check(t, n.taken.Load())
				})
			})
		})
	}
}

func TestRunCancelled(t *testing.T) {
	type key struct{}
	stop := errors.New("second interrupt")
	full := errors.New("disk full")
	run(t, func(t *testing.T, m Mode) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(context.WithValue(t.Context(), key{}, "kept"))
			time.AfterFunc(5500*time.Millisecond, func() { cancel(stop) })
			start := time.Now()
			var n numbers
			var l ledger
			var cut atomic.Int64
			err := Run(ctx, m, width, &n, l.maker(second), func(ctx context.Context, r Result[int, int]) error {
				if ctx.Err() != nil || ctx.Value(key{}) != "kept" {
					t.Errorf("settle's context: %v", ctx)
				}
				_ = l.settle(ctx, r)
				if r.Err != nil {
					cut.Add(1)
					return full
				}
				return nil
			})
			if !errors.Is(err, stop) || !errors.Is(err, full) {
				t.Errorf("got %v, want both the cause and what settle said", err)
			}
			if cut.Load() != int64(widthOf(m)) {
				t.Errorf("%d in flight saw the end", cut.Load())
			}
			if got := time.Since(start); got != 5500*time.Millisecond {
				t.Errorf("ended after %v", got)
			}
			l.check(t, n.taken.Load())
		})
	})
}

func TestRunCancelledWhileTheSourceBlocks(t *testing.T) {
	run(t, func(t *testing.T, m Mode) {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			var l ledger
			err := Run(ctx, m, width, SourceFunc[int](func(ctx context.Context) (int, error) {
				<-ctx.Done()
				return 0, fmt.Errorf("wait for work: %w", ctx.Err())
			}), l.maker(second), l.settle)
			if !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), "wait for work") {
				t.Errorf("got %v, want the deadline and no echo of it", err)
			}
			l.check(t, 0)
		})
	})
}

func TestRunDrained(t *testing.T) {
	run(t, func(t *testing.T, m Mode) {
		synctest.Test(t, func(t *testing.T) {
			drain := make(chan struct{})
			time.AfterFunc(5500*time.Millisecond, func() { close(drain) })
			start := time.Now()
			var n numbers
			var l ledger
			if err := Run(t.Context(), m, width, Until(&n, drain), l.maker(second), l.settle); err != nil {
				t.Error(err)
			}
			l.check(t, n.taken.Load())
			if want := int64(6 * widthOf(m)); n.taken.Load() != want {
				t.Errorf("taken %d, want %d", n.taken.Load(), want)
			}
			if got := time.Since(start); got != 6*time.Second {
				t.Errorf("ended after %v", got)
			}
		})
	})
}

func TestRunReportsReleases(t *testing.T) {
	stuck := errors.New("child is stuck")
	run(t, func(t *testing.T, m Mode) {
		err := Run(t.Context(), m, width, Slice([]int{1}), func(context.Context, int) (Func[int, int], func() error, error) {
			return noop, func() error { return stuck }, nil
		}, func(context.Context, Result[int, int]) error { return io.ErrShortWrite })
		if !errors.Is(err, stuck) || !errors.Is(err, io.ErrShortWrite) {
			t.Errorf("got %v", err)
		}
	})
}

func TestRunRefuses(t *testing.T) {
	var l ledger
	for _, c := range []struct {
		mode    Mode
		workers int
	}{{"fibres", 1}, {"", 1}, {Pool, 0}, {Async, -1}, {Threads, 0}} {
		if err := Run(t.Context(), c.mode, c.workers, Slice([]int{1}), l.maker(second), l.settle); err == nil {
			t.Errorf("%q with %d workers ran", c.mode, c.workers)
		}
	}
	if l.made.Load() != 0 {
		t.Error("workers were made")
	}
}

func TestParseMode(t *testing.T) {
	for _, m := range Modes() {
		if got, err := ParseMode(string(m)); got != m || err != nil {
			t.Errorf("%s: %s, %v", m, got, err)
		}
	}
	if _, err := ParseMode("Pool"); err == nil || !strings.Contains(err.Error(), "blocking, threads, processes, pool, async") {
		t.Errorf("got %v, want the names", err)
	}
}

const panicMode = "PIPELINE_TEST_PANIC_MODE"

func runPanicking(mode string) {
	_ = Run(context.Background(), Mode(mode), width, Slice([]int{1, 2, 3}), Shared(fall),
		func(context.Context, Result[int, int]) error { return nil })
}

func fall(context.Context, int) (int, error) { panic("fell over") }

func TestRunPanicEndsTheProcess(t *testing.T) {
	run(t, func(t *testing.T, m Mode) {
		cmd := exec.CommandContext(t.Context(), os.Args[0])
		cmd.Env = append(os.Environ(), panicMode+"="+string(m))
		out, err := cmd.CombinedOutput()
		if _, died := errors.AsType[*exec.ExitError](err); !died {
			t.Errorf("the process ended with %v", err)
		}
		if !strings.Contains(string(out), "fell over") || !strings.Contains(string(out), "pipeline_test.fall") {
			t.Errorf("no stack of the panic in:\n%s", out)
		}
	})
}

func BenchmarkRun(b *testing.B) {
	for _, m := range Modes() {
		b.Run(string(m), func(b *testing.B) {
			b.ReportAllocs()
			left := atomic.Int64{}
			left.Store(int64(b.N))
			src := SourceFunc[int](func(context.Context) (int, error) {
				if left.Add(-1) < 0 {
					return 0, io.EOF
				}
				return 1, nil
			})
			settle := func(context.Context, Result[int, int]) error { return nil }
			if err := Run(b.Context(), m, width, src, Shared(noop), settle); err != nil {
				b.Fatal(err)
			}
		})
	}
}
