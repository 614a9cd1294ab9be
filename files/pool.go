package files

import (
	"context"
	"errors"
	"io/fs"
	"sync"

	"github.com/panjf2000/ants/v2"
)

// Pool is the Engine whose operations run on a few workers, while the caller waits
// for the answer on a channel.
//
// Its contexts are heard while a call waits for a worker, and, in calls that only
// read (ReadFile, Open without os.O_CREATE or os.O_TRUNC, Stat, ReadDir), while the
// worker runs: the call returns, and the worker ends its operation for nobody.
// A call that changes something is waited for once it has begun: it uses the
// caller's data, and an error must mean what it says about the disk. So are
// ReadStart, which fills the caller's buffer, and Do, which runs the caller's function.
// Methods of an open [File] and Write and Chmod of a [Draft] run on the calling goroutine.
type Pool struct {
	direct  *Direct
	jobs    chan func() // each handed to a worker that is free
	quit    chan struct{}
	workers sync.WaitGroup
	ants    *ants.Pool
	close   func() error
}

var _ Engine = (*Pool)(nil)

// NewPool opens an engine below root, which is made when missing unless opt says
// Existing. Close ends its workers.
func NewPool(root string, opt Options) (*Pool, error) {
	opt.Width = opt.width(16)
	direct, err := NewDirect(root, opt)
	if err != nil {
		return nil, err
	}
	p := &Pool{direct: direct, jobs: make(chan func()), quit: make(chan struct{})}
	p.close = sync.OnceValue(p.stop)
	// ants keeps panics to itself unless the handler panics, too.
	p.ants, err = ants.NewPool(opt.Width, ants.WithDisablePurge(true), ants.WithPanicHandler(func(v any) { panic(v) }))
	if err != nil {
		return nil, errors.Join(err, direct.Close())
	}
	// Each worker is one long ants task: Submit, which knows no context and may
	// block, is then called only here, where there is room.
	for range opt.Width {
		p.workers.Add(1)
		if err := p.ants.Submit(p.work); err != nil {
			p.workers.Done()
			return nil, errors.Join(err, p.Close())
		}
	}
	return p, nil
}

func (p *Pool) work() {
	defer p.workers.Done()
	for {
		select {
		case job := <-p.jobs:
			job()
		case <-p.quit:
			return
		}
	}
}

// Close waits for the operations that have begun and releases the engine. Calls
// that wait for a worker fail with [fs.ErrClosed].
func (p *Pool) Close() error { return p.close() }

func (p *Pool) stop() error {
	close(p.quit)
	p.workers.Wait()
	return errors.Join(p.ants.ReleaseContext(context.Background()), p.direct.Close())
}

// begin hands job to a free worker.
func (p *Pool) begin(ctx context.Context, op, name string, job func()) error {
	if err := ctx.Err(); err != nil {
		return &fs.PathError{Op: op, Path: name, Err: err}
	}
	select {
	case p.jobs <- job:
		return nil
	case <-ctx.Done():
		return &fs.PathError{Op: op, Path: name, Err: ctx.Err()}
	case <-p.quit:
		return &fs.PathError{Op: op, Path: name, Err: fs.ErrClosed}
	}
}

// change runs do on a worker and waits for its end.
func (p *Pool) change(ctx context.Context, op, name string, do func() error) error {
	done := make(chan error, 1)
	if err := p.begin(ctx, op, name, func() { done <- do() }); err != nil {
		return err
	}
	return <-done
}

type answer[T any] struct {
	value T
	err   error
}

// look runs do on a worker and waits for its end or that of ctx. A value that
// comes too late goes to drop.
func look[T any](ctx context.Context, p *Pool, op, name string, do func() (T, error), drop func(T)) (T, error) {
	done := make(chan answer[T])
	job := func() {
		value, err := do()
		select {
		case done <- answer[T]{value, err}:
		case <-ctx.Done():
			if err == nil {
				drop(value)
			}
		}
	}
	var zero T
	if err := p.begin(ctx, op, name, job); err != nil {
		return zero, err
	}
	select {
	case a := <-done:
		return a.value, a.err
	case <-ctx.Done():
		return zero, &fs.PathError{Op: op, Path: name, Err: ctx.Err()}
	}
}

func nothing[T any](T) {}
