package main

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	"crawl/pipeline"
	"crawl/pipeline/compare"
)

// The jobs that this program does as a child process: single items for a run under
// the mode processes, and whole rows for compare. Both are made of what the plain
// commands are made of, so that compare measures these and not a copy.
const (
	fetchJob = "fetch" // a URL, as crawl does, its body hashed and not kept
	fileJob  = "file"  // a file, as transform does
	cpuJob   = "cpu"
	lostJob  = "lost-update"
	labJob   = "lab"
)

// isChild reports whether this process is one that [serveChild] has to serve.
func isChild() bool { return pipeline.IsChild() || compare.IsChild() }

// serveChild does what the parent process asks for.
func serveChild(ctx context.Context, p process) error {
	if pipeline.IsChild() {
		return pipeline.Serve(ctx, pipeline.Jobs{
			fetchJob: pipeline.NewJob(p.fetchWorker),
			fileJob:  pipeline.NewJob(p.fileWorker),
			cpuJob:   pipeline.NewJob(cpuWorker),
			lostJob:  pipeline.NewJob(lostWorker),
			labJob:   pipeline.NewJob(labWorker),
		})
	}
	return compare.Serve(ctx, compare.Jobs{
		fetchJob: p.measureFetch,
		fileJob:  p.measureFiles,
		cpuJob:   measureCPU,
	})
}

// childOptions are for the children of a measured row, each a processor's worth: what
// Python's multiprocessing starts. They say on stderr what went wrong, if anything.
func (p process) childOptions() pipeline.ChildOptions {
	return pipeline.ChildOptions{Procs: 1, Stderr: p.stderr}
}

// gate holds the workers of a measured row back until all of them are there and the
// parent says go.
type gate struct {
	clock *compare.Clock
	all   *pipeline.Barrier
	once  sync.Once
	err   error       // set by once
	open  atomic.Bool // and this
}

// newGate is for the workers of spec. Other modes than these make them one after the
// other, when there is something to do.
func newGate(spec compare.Spec, clock *compare.Clock) *gate {
	parties := 1
	if mode := pipeline.Mode(spec.Mode); mode == pipeline.Threads || mode == pipeline.Processes {
		parties = spec.Width
	}
	return &gate{clock: clock, all: pipeline.NewBarrier(parties)}
}

// pass is called before an item is taken.
func (g *gate) pass(ctx context.Context) error {
	if g.open.Load() {
		return nil
	}
	if err := g.all.Wait(ctx); err != nil {
		return err
	}
	g.once.Do(func() {
		g.err = g.clock.Ready(ctx)
		g.open.Store(g.err == nil)
	})
	return g.err
}

// behind is a source whose first items wait for the gate.
func behind[T any](g *gate, src pipeline.Source[T]) pipeline.Source[T] {
	return pipeline.SourceFunc[T](func(ctx context.Context) (T, error) {
		if err := g.pass(ctx); err != nil {
			var none T
			return none, err
		}
		return src.Next(ctx)
	})
}

// pieces are the numbers of all that a row has to do, its items over and over.
func pieces(spec compare.Spec) []int {
	all := make([]int, spec.Items*spec.Repeats)
	for n := range all {
		all[n] = n
	}
	return all
}

// modeOf is how a row is run: uring is an engine, and the rest of it a pool.
func modeOf(spec compare.Spec) pipeline.Mode {
	if spec.Mode == uringMode {
		return pipeline.Pool
	}
	return pipeline.Mode(spec.Mode)
}

// checkData says what is wrong with a spec, which only another version would send.
func checkData(items, want int) error {
	if items != want {
		return fmt.Errorf("%d items, of which %d are known", want, items)
	}
	return nil
}
