package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"crawl/pipeline"
	"crawl/pipeline/compare"
)

// lostSpec is one way of counting up, by many goroutines at once.
type lostSpec struct {
	Way     string `json:"way"`
	Workers int    `json:"workers"`
	Each    int    `json:"each"` // updates of each worker
}

// way is one of counting up.
type way struct {
	name  string
	begin func() (add func(), value func() int64)
}

// counting are the ways, in the order in which they are shown. The first one is wrong,
// and loses updates with one processor as with many: between reading and writing it
// lets the others go on. It reads and writes atomically, so it is no data race, which
// would mean nothing at all; making each step whole does not make the two of them one.
var counting = []way{
	{"read, yield, write", func() (func(), func() int64) {
		var n atomic.Int64
		return func() {
			seen := n.Load()
			runtime.Gosched()
			n.Store(seen + 1)
		}, n.Load
	}},
	{"mutex", func() (func(), func() int64) {
		var mu sync.Mutex
		var n int64
		return func() {
			mu.Lock()
			n++
			mu.Unlock()
		}, func() int64 { return n }
	}},
	{"atomic add", func() (func(), func() int64) {
		var n atomic.Int64
		return func() { n.Add(1) }, n.Load
	}},
	{"compare and swap", func() (func(), func() int64) {
		var n atomic.Int64
		return func() {
			for seen := n.Load(); !n.CompareAndSwap(seen, seen+1); seen = n.Load() {
			}
		}, n.Load
	}},
	{"single owner", func() (func(), func() int64) {
		updates, quit := make(chan struct{}), make(chan int64)
		go func() { // until value is asked for
			n := int64(0)
			for range updates {
				n++
			}
			quit <- n
		}()
		return func() { updates <- struct{}{} }, func() int64 {
			close(updates)
			return <-quit
		}
	}},
}

// countUp has so many workers update one counter.
func countUp(spec lostSpec) (compare.LostUpdate, error) {
	i := slices.IndexFunc(counting, func(w way) bool { return w.name == spec.Way })
	if i < 0 {
		return compare.LostUpdate{}, fmt.Errorf("no way of counting is called %q", spec.Way)
	}
	add, value := counting[i].begin()
	var all sync.WaitGroup
	start := time.Now()
	for range spec.Workers {
		all.Go(func() {
			for range spec.Each {
				add()
			}
		})
	}
	all.Wait()
	took := time.Since(start)
	want := int64(spec.Workers) * int64(spec.Each)
	return compare.LostUpdate{
		Name:    spec.Way,
		Workers: spec.Workers,
		Want:    want,
		Got:     value(),
		Each:    took.Seconds() / float64(want),
	}, nil
}

// lostWorker makes a worker that counts for a parent process.
func lostWorker(lostSpec) pipeline.Maker[lostSpec, compare.LostUpdate] {
	return pipeline.Shared(func(_ context.Context, spec lostSpec) (compare.LostUpdate, error) { return countUp(spec) })
}

const lostWorkers = 8

// lostUpdates counts in every way, each in a fresh process with all processors and in
// one with a single one.
func (p process) lostUpdates(ctx context.Context, each int) ([]compare.LostUpdate, error) {
	var all []compare.LostUpdate
	for _, procs := range []int{0, 1} {
		for _, w := range counting {
			spec := lostSpec{Way: w.name, Workers: lostWorkers, Each: each}
			make := pipeline.Children[lostSpec, compare.LostUpdate](lostJob, spec, pipeline.ChildOptions{Procs: procs, Stderr: p.stderr})
			err := pipeline.Run(ctx, pipeline.Processes, 1, pipeline.Slice([]lostSpec{spec}), make,
				func(_ context.Context, r pipeline.Result[lostSpec, compare.LostUpdate]) error {
					r.Out.GIL = procs == 1
					all = append(all, r.Out)
					return r.Err
				})
			if err != nil {
				return all, err
			}
		}
	}
	return all, nil
}
