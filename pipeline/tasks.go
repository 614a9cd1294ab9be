package pipeline

import (
	"context"
	"fmt"
	"sync"

	"github.com/panjf2000/ants/v2"
)

// tasks are what runs on a pool of goroutines.
type tasks struct {
	pool *ants.Pool
	all  sync.WaitGroup
}

// newTasks makes a pool without a limit, because its users have one: they submit no
// more at a time than there are workers. So Submit, which hears no context, never
// blocks. Nothing is purged, since the pool lives no longer than the run.
func newTasks() (*tasks, error) {
	p, err := ants.NewPool(-1, ants.WithOptions(ants.Options{
		DisablePurge: true,
		PanicHandler: func(p any) { panic(p) }, // by default it would be logged and forgotten
	}))
	if err != nil {
		return nil, fmt.Errorf("start a pool: %w", err)
	}
	return &tasks{pool: p}, nil
}

// start starts task on the pool, and reports whether the pool took it.
func (t *tasks) start(task func()) bool {
	t.all.Add(1)
	err := t.pool.Submit(func() {
		task()
		t.all.Done() // not deferred: a panic must not let the process go on to its end
	})
	if err != nil {
		t.all.Done()
	}
	return err == nil
}

// submit is start, or runs task here should the pool not take it: the item in it must not
// be lost. It is not called from inside a task.
func (t *tasks) submit(task func()) {
	if !t.start(task) {
		task()
	}
}

// wait returns when every task and every goroutine of the pool has ended.
func (t *tasks) wait() error {
	t.all.Wait()
	if err := t.pool.ReleaseContext(context.Background()); err != nil {
		return fmt.Errorf("stop the pool: %w", err)
	}
	return nil
}
