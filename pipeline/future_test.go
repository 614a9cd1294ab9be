package pipeline_test

import (
	"context"
	"errors"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	. "crawl/pipeline"
)

var errBroken = errors.New("errBroken")

// after is work that returns value, or err, after so many seconds.
func after(seconds int, value int, err error) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		if cut := wait(ctx, time.Duration(seconds)*time.Second); cut != nil {
			return 0, cut
		}
		return value, err
	}
}

func TestFuture(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := Start(t.Context(), after(10, 7, nil))
		short, cancel := context.WithTimeoutCause(t.Context(), time.Second, errBroken)
		defer cancel()
		if _, err := f.Result(short); err != errBroken {
			t.Errorf("before the end: %v", err)
		}
		if closed := isClosed(f.Done()); closed {
			t.Error("done too early")
		}
		if got, err := f.Result(t.Context()); got != 7 || err != nil {
			t.Errorf("got %d, %v", got, err)
		}
		if got, err := f.Result(short); got != 7 || err != nil {
			t.Errorf("a result that is there: %d, %v", got, err)
		}
		f.Cancel(errBroken)
		if got, err := f.Await(short); got != 7 || err != nil {
			t.Errorf("cancelled after the end: %d, %v", got, err)
		}
	})
}

func isClosed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

// TestFutureCancel: work that has begun is told, and may still say what it likes.
func TestFutureCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := Start(t.Context(), after(10, 7, nil))
		synctest.Wait()
		f.Cancel(errBroken)
		if _, err := f.Result(t.Context()); err != errBroken {
			t.Errorf("got %v", err)
		}
		deaf := Start(t.Context(), func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 7, nil
		})
		deaf.Cancel(errBroken)
		synctest.Wait()
		if got, err := deaf.Result(t.Context()); (got != 7 || err != nil) && err != errBroken { // as it had begun or not
			t.Errorf("got %d, %v", got, err)
		}
	})
}

// TestFutureAwait: who alone waits takes the work along.
func TestFutureAwait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		short, cancel := context.WithTimeoutCause(t.Context(), time.Second, errBroken)
		defer cancel()
		f := Start(t.Context(), after(10, 7, nil))
		start := time.Now()
		if _, err := f.Await(short); err != errBroken || time.Since(start) != time.Second {
			t.Errorf("got %v after %v", err, time.Since(start))
		}
		if !isClosed(f.Done()) {
			t.Error("the work goes on")
		}
	})
}

func TestGroupIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, err := NewGroup(t.Context(), 3)
		if err != nil {
			t.Fatal(err)
		}
		var now, most atomic.Int64
		start := time.Now()
		for range 9 {
			Go(t.Context(), g, func(ctx context.Context) (int, error) {
				most.Store(max(most.Load(), now.Add(1)))
				defer now.Add(-1)
				return 0, wait(ctx, time.Second)
			})
		}
		if err := g.Wait(); err != nil || most.Load() != 3 || time.Since(start) != 3*time.Second {
			t.Errorf("%d at once, %v, %v", most.Load(), time.Since(start), err)
		}
	})
}

// TestGroupFails: the first error ends the others, those that wait for a place, and
// those that come later.
func TestGroupFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, err := NewGroup(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		first := Go(t.Context(), g, after(10, 1, nil))
		second := Go(t.Context(), g, after(1, 0, errBroken))
		late := Go(t.Context(), g, after(1, 0, errors.New("another")))
		for _, f := range []*Future[int]{first, second, late} {
			if _, err := f.Result(t.Context()); err != errBroken {
				t.Errorf("got %v", err)
			}
		}
		if err := g.Wait(); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
	})
}

// TestGroupNoPlace: a caller whose context ends does not get a place, and harms nobody.
func TestGroupNoPlace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, err := NewGroup(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		first := Go(t.Context(), g, after(10, 1, nil))
		short, cancel := context.WithTimeoutCause(t.Context(), time.Second, errBroken)
		defer cancel()
		begun := false
		f := Go(short, g, func(context.Context) (int, error) { begun = true; return 0, nil })
		if _, err := f.Result(t.Context()); err != errBroken || begun {
			t.Errorf("got %v, begun %v", err, begun)
		}
		if got, err := first.Result(t.Context()); got != 1 || err != nil {
			t.Errorf("got %d, %v", got, err)
		}
		if err := g.Wait(); err != nil {
			t.Error(err)
		}
	})
}

func TestGroupCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		g, err := NewGroup(t.Context(), 2)
		if err != nil {
			t.Fatal(err)
		}
		f := Go(t.Context(), g, after(10, 1, nil))
		g.Cancel(errBroken)
		if _, err := f.Result(t.Context()); err != errBroken {
			t.Errorf("got %v", err)
		}
		if err := g.Wait(); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
		if _, err := NewGroup(t.Context(), 0); err == nil {
			t.Error("a group without width")
		}
	})
}

func TestGather(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		got, err := Gather(t.Context(), 3, after(3, 1, nil), after(1, 2, nil), after(2, 3, nil))
		if err != nil || !slices.Equal(got, []int{1, 2, 3}) {
			t.Errorf("got %v, %v", got, err)
		}
		start := time.Now()
		got, err = Gather(t.Context(), 3, after(1, 1, nil), after(2, 0, errBroken), after(30, 3, nil), after(1, 4, nil))
		if !errors.Is(err, errBroken) || !slices.Equal(got, []int{1, 0, 0, 4}) || time.Since(start) != 2*time.Second {
			t.Errorf("got %v, %v after %v", got, err, time.Since(start))
		}
		short, cancel := context.WithTimeoutCause(t.Context(), time.Second, errBroken)
		defer cancel()
		if _, err := Gather(short, 1, after(2, 1, nil)); !errors.Is(err, errBroken) {
			t.Errorf("got %v", err)
		}
	})
}

func TestGatherAll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		other := errors.New("other")
		got, errs := GatherAll(t.Context(), 2, after(1, 1, nil), after(1, 0, errBroken), after(3, 3, nil), after(1, 0, other))
		if !slices.Equal(got, []int{1, 0, 3, 0}) || !slices.Equal(errs, []error{nil, errBroken, nil, other}) {
			t.Errorf("got %v, %v", got, errs)
		}
		if _, errs := GatherAll(t.Context(), 0, after(1, 1, nil)); len(errs) != 1 || errs[0] == nil {
			t.Errorf("got %v", errs)
		}
	})
}

func TestAsCompleted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := func() []*Future[int] {
			return []*Future[int]{
				Start(t.Context(), after(3, 3, nil)), Start(t.Context(), after(1, 1, nil)), Start(t.Context(), after(2, 0, errBroken)),
			}
		}
		futures := start()
		var got []int
		for value, err := range AsCompleted(t.Context(), futures...) {
			if (err != nil) != (value == 0) {
				t.Errorf("%d, %v", value, err)
			}
			got = append(got, value)
		}
		if !slices.Equal(got, []int{1, 0, 3}) {
			t.Errorf("got %v", got)
		}
		for range AsCompleted(t.Context(), futures...) { // all have ended, and one is enough
			break
		}

		short, cancel := context.WithTimeoutCause(t.Context(), 1500*time.Millisecond, errors.New("late"))
		defer cancel()
		got = got[:0]
		futures = start()
		for value, err := range AsCompleted(short, futures...) {
			if value == 0 && err.Error() != "late" {
				t.Errorf("got %v", err)
			}
			got = append(got, value)
		}
		if !slices.Equal(got, []int{1, 0}) {
			t.Errorf("got %v", got)
		}
		for _, f := range futures {
			<-f.Done()
		}
	})
}
