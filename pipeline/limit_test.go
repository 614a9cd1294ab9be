package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unsafe"

	. "crawl/pipeline"
)

// moves collects what a limit says.
type moves struct {
	mu  sync.Mutex
	all []Move
}

func (m *moves) add(v Move) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.all = append(m.all, v)
}

// use keeps a limit busy for so long with work that takes a tenth of a second, and
// returns the most that there was at once.
func use(t *testing.T, l *Limit, workers int, length time.Duration, outcome Outcome) (most int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), length)
	defer cancel()
	var mu sync.Mutex
	inFlight := 0
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			for {
				s, err := l.Acquire(ctx)
				if err != nil {
					return
				}
				mu.Lock()
				inFlight++
				most = max(most, inFlight)
				mu.Unlock()
				time.Sleep(100 * time.Millisecond)
				mu.Lock()
				inFlight--
				mu.Unlock()
				s.Done(outcome)
			}
		})
	}
	all.Wait()
	if n := l.InFlight(); n != 0 {
		t.Errorf("%d slots are held at the end", n)
	}
	return most
}

func TestLimitClimbsToItsCap(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said moves
		l := NewLimit(LimitOptions{Cap: 100, Moved: said.add})
		if most := use(t, l, 200, 5*time.Second, Success); most != 100 || l.Width() != 100 {
			t.Errorf("%d at once, width %d, want 100", most, l.Width())
		}
		for i, m := range said.all {
			if i > 0 && m.From != said.all[i-1].To || m.To <= m.From || m.Why == "" {
				t.Errorf("moves %+v", said.all)
			}
		}
	})
}

// A width that nobody uses tells nothing.
func TestLimitStaysWhereItIsNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimit(LimitOptions{})
		if use(t, l, 2, time.Minute, Success); l.Width() != 4 {
			t.Errorf("width %d", l.Width())
		}
		l = NewLimit(LimitOptions{})
		if use(t, l, 100, time.Minute, Ignored); l.Width() != 4 {
			t.Errorf("width %d, with nothing but failures that tell nothing", l.Width())
		}
	})
}

func TestLimitLowersWhenTurnedAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var said moves
		l := NewLimit(LimitOptions{Start: 64, Moved: said.add})
		if use(t, l, 100, 10*time.Second, Dropped); l.Width() != 1 {
			t.Errorf("width %d", l.Width())
		}
		if first := said.all[0]; first.From != 64 || first.To != 44 || !strings.Contains(first.Why, "were turned away or timed out") {
			t.Errorf("said %+v", first)
		}
	})
}

func TestLimitUnderPressure(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		share, asked := 0.9, 0
		var said moves
		l := NewLimit(LimitOptions{Moved: said.add, Pressure: func() (float64, string) { asked++; return share, "memory" }})
		if use(t, l, 100, 5*time.Second, Success); l.Width() != 4 {
			t.Errorf("raised to %d at 90 %%", l.Width())
		}
		if asked > 6 {
			t.Errorf("asked %d times in 5 s", asked)
		}
		share = 0.5
		if use(t, l, 100, 10*time.Second, Success); l.Width() != 64 {
			t.Errorf("width %d after the pressure", l.Width())
		}
		share = 1
		if use(t, l, 100, 20*time.Second, Success); l.Width() != 1 {
			t.Errorf("width %d at 100 %%", l.Width())
		}
		if last := said.all[len(said.all)-1]; last.Why != "the process is short of memory" {
			t.Errorf("said %+v", last)
		}
	})
}

func TestLimitIsFair(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := NewLimit(LimitOptions{Start: 1, Cap: 1})
		held, ok := l.TryAcquire()
		if !ok {
			t.Fatal("no slot")
		}
		if _, ok := l.TryAcquire(); ok {
			t.Error("a second slot")
		}
		stop := errors.New("no more")
		leaving, leave := context.WithCancelCause(t.Context())
		var order []int
		var all sync.WaitGroup
		for i, ctx := range []context.Context{leaving, t.Context(), leaving, t.Context(), leaving} {
			all.Go(func() {
				s, err := l.Acquire(ctx)
				if ctx == leaving {
					if !errors.Is(err, stop) {
						t.Errorf("got %v", err)
					}
					return
				}
				order = append(order, i) // one at a time
				s.Done(Success)
			})
			synctest.Wait()
		}
		leave(stop)
		synctest.Wait()
		held.Done(Success)
		all.Wait()
		if fmt.Sprint(order) != "[1 3]" {
			t.Errorf("served %v", order)
		}
		if _, err := l.Acquire(leaving); !errors.Is(err, stop) {
			t.Errorf("got %v after the end", err)
		}
		if l.InFlight() != 0 {
			t.Errorf("%d in flight", l.InFlight())
		}
	})
}

func TestLimitIsSmall(t *testing.T) {
	if n := unsafe.Sizeof(Limit{}); n > 512 {
		t.Errorf("%d bytes", n)
	}
}

func BenchmarkLimit(b *testing.B) {
	b.ReportAllocs()
	l := NewLimit(LimitOptions{})
	for b.Loop() {
		s, err := l.Acquire(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		s.Done(Success)
	}
}
