package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"runtime"
	"sync"
	"sync/atomic"
	"time"
)

// Run takes items from src until it ends, carries each through a worker's Func and
// hands the Result to settle. There are at most so many workers, hence items in
// flight; under Blocking there is always one. settle is called by many workers at
// once. Under Pool a worker starts when another has taken an item and none waits in src
// for the next, so a Source that works in Next, rather than waits, is asked by few at
// once, and a Maker must not wait for the others.
//
// Whatever was taken is settled. An error of src, mk or settle ends the run, as
// the end of ctx does: no more is taken, Funcs in flight see their context end,
// and their results are settled under a context that keeps ctx's values but does
// not end. Run returns when every worker has been released: with nil when src
// ended by io.EOF, else with the first such error, the cause of ctx's end and the
// errors of releasing, joined.
//
// A run that is given a Watch lists its workers there; there is one at most.
func Run[In, Out any](
	ctx context.Context, m Mode, workers int,
	src Source[In], mk Maker[In, Out], settle func(context.Context, Result[In, Out]) error, watch ...Watch[In],
) error {
	if _, err := ParseMode(string(m)); err != nil {
		return err
	}
	if workers < 1 && m != Blocking {
		return fmt.Errorf("mode %s needs at least one worker, not %d", m, workers)
	}
	running, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &run[In, Out]{src: src, mk: mk, settle: settle, lasting: context.WithoutCancel(ctx), cancel: cancel}
	r.roster = newRoster(watch)
	defer r.roster.close()

	switch m {
	case Blocking:
		r.loop(running, 0)
	case Threads:
		r.threads(running, workers)
	case Processes:
		r.processes(running, workers)
	case Pool:
		r.pool(running, workers)
	case Async:
		r.async(running, workers)
	}
	return errors.Join(r.first, context.Cause(ctx), r.releasing)
}

type run[In, Out any] struct {
	src     Source[In]
	mk      Maker[In, Out]
	settle  func(context.Context, Result[In, Out]) error
	lasting context.Context // for settle
	cancel  context.CancelFunc
	roster  *roster[In]

	taking atomic.Int32 // how many workers wait for an item
	more   func()       // starts one more, as far as that is allowed; nil where all are at work from the beginning

	mu        sync.Mutex // guards the errors below
	first     error
	releasing error
}

// loop is one worker's life.
func (r *run[In, Out]) loop(ctx context.Context, id int) {
	w := r.start(ctx, id)
	if w == nil {
		return
	}
	for ctx.Err() == nil {
		w.post.is(Taking)
		r.taking.Add(1)
		in, err := r.src.Next(ctx)
		left := r.taking.Add(-1)
		if err != nil {
			r.ended(ctx, err)
			break
		}
		if left == 0 && r.more != nil {
			r.more()
		}
		r.carry(ctx, w, in)
	}
	r.stop(w)
}

// threads turns the loops on OS threads of their own.
func (r *run[In, Out]) threads(ctx context.Context, workers int) {
	var all sync.WaitGroup
	for id := range workers {
		all.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			r.loop(ctx, id)
		})
	}
	all.Wait()
}

// processes turns the loops on plain goroutines: all they do is wait for the child
// that the Maker made.
func (r *run[In, Out]) processes(ctx context.Context, workers int) {
	var all sync.WaitGroup
	for id := range workers {
		all.Go(func() { r.loop(ctx, id) })
	}
	all.Wait()
}

// pool turns each loop as one long task, and begins as few as are of use: the stack of a
// worker that never has an item costs more than to fetch a page.
func (r *run[In, Out]) pool(ctx context.Context, workers int) {
	p, err := newTasks()
	if err != nil {
		r.fail(err)
		return
	}
	var others atomic.Int64 // beside the first
	r.more = func() {
		if n := others.Load(); n+1 < int64(workers) && others.CompareAndSwap(n, n+1) {
			p.start(func() { r.loop(ctx, int(n)+1) }) // or else there are fewer
		}
	}
	p.submit(func() { r.loop(ctx, 0) })
	if err := p.wait(); err != nil {
		r.fail(err)
	}
}

// async starts a task for each item. A worker is taken before an item is, so that
// an item never waits for a worker, and a worker that cannot start costs no item.
func (r *run[In, Out]) async(ctx context.Context, workers int) {
	p, err := newTasks()
	if err != nil {
		r.fail(err)
		return
	}
	idle := make(chan *worker[In, Out], workers)
	started := 0
	for ctx.Err() == nil {
		w := r.next(ctx, idle, &started)
		if w == nil {
			break
		}
		w.post.is(Taking)
		in, err := r.src.Next(ctx)
		if err != nil {
			r.ended(ctx, err)
			w.post.is(Idle)
			idle <- w
			break
		}
		p.submit(func() {
			r.carry(ctx, w, in)
			w.post.is(Idle)
			idle <- w
		})
	}
	if err := p.wait(); err != nil {
		r.fail(err)
	}
	for len(idle) > 0 {
		r.stop(<-idle)
	}
}

// next returns an idle worker; it starts one while that is allowed, else it waits.
// It returns nil when ctx has ended, or the start failed.
func (r *run[In, Out]) next(ctx context.Context, idle chan *worker[In, Out], started *int) *worker[In, Out] {
	select {
	case w := <-idle:
		return w
	default:
	}
	if *started < cap(idle) {
		w := r.start(ctx, *started)
		*started++
		return w
	}
	select {
	case w := <-idle:
		return w
	case <-ctx.Done():
		return nil
	}
}

// worker is what a Maker made.
type worker[In, Out any] struct {
	id      int
	do      Func[In, Out]
	release func() error
	post    *post[In]
}

// start makes a worker, or ends the run and returns nil.
func (r *run[In, Out]) start(ctx context.Context, id int) *worker[In, Out] {
	post := r.roster.enter(id)
	do, release, err := r.mk(ctx, id)
	if err != nil {
		r.roster.leave(post)
		r.ended(ctx, fmt.Errorf("start worker %d: %w", id, err))
		return nil
	}
	return &worker[In, Out]{id: id, do: do, release: release, post: post}
}

// stop is not deferred by its callers: a panic must reach the process even if
// release would hang.
func (r *run[In, Out]) stop(w *worker[In, Out]) {
	w.post.is(Releasing)
	if w.release != nil {
		if err := w.release(); err != nil {
			r.mu.Lock()
			r.releasing = errors.Join(r.releasing, fmt.Errorf("stop worker %d: %w", w.id, err))
			r.mu.Unlock()
		}
	}
	r.roster.leave(w.post)
}

// carry takes one item all the way.
func (r *run[In, Out]) carry(ctx context.Context, w *worker[In, Out], in In) {
	start := time.Now()
	w.post.has(Working, in, start)
	out, err := w.do(ctx, in)
	took := time.Since(start)
	w.post.has(Settling, in, start.Add(took))
	res := Result[In, Out]{In: in, Out: out, Err: err, Start: start, Took: took, Worker: w.id}
	if err := r.settle(r.lasting, res); err != nil {
		r.fail(err)
	}
}

// ended judges what src or mk returned: the end of the list is none of our
// business, and neither is an error which only repeats that ctx has ended.
func (r *run[In, Out]) ended(ctx context.Context, err error) {
	if err == io.EOF {
		return
	}
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		return
	}
	r.fail(err)
}

// fail keeps the first error and ends the run.
func (r *run[In, Out]) fail(err error) {
	r.mu.Lock()
	if r.first == nil {
		r.first = err
	}
	r.mu.Unlock()
	r.cancel()
}
