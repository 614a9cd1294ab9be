package main

import (
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"time"

	"crawl/pipeline"
	"crawl/pipeline/compare"
)

// cpuSpec says how much there is to compute.
type cpuSpec struct {
	Steps int `json:"steps"` // of each item
}

// Knuth's constants for a linear congruential generator, MMIX.
const (
	multiplier uint64 = 6364136223846793005
	increment  uint64 = 1442695040888963407
)

// kernel computes steps numbers of a generator, each from the one before, so that
// neither the compiler nor the processor can take a short cut. It is integer work in
// registers: it allocates nothing, calls nothing and waits for nothing.
func kernel(seed uint64, steps int) uint64 {
	x := seed
	for range steps {
		x = x*multiplier + increment
	}
	return x
}

// jump is the short cut that kernel must not take, to see that it took none: the same
// number by repeated squaring of the generator's function (Brown, Random Number
// Generation with Arbitrary Strides, 1994).
func jump(seed uint64, steps int) uint64 {
	a, c := multiplier, increment // of the function for a power of two of steps
	m, d := uint64(1), uint64(0)  // of that for the steps so far
	for ; steps > 0; steps >>= 1 {
		if steps&1 == 1 {
			m, d = m*a, d*a+c
		}
		a, c = a*a, c*a+c
	}
	return seed*m + d
}

// compute does an item and says whether its result is right.
func compute(item, steps int) error {
	seed := uint64(item) + 1
	if got, want := kernel(seed, steps), jump(seed, steps); got != want {
		return fmt.Errorf("item %d came to %d, not %d", item, got, want)
	}
	return nil
}

// computed is the content of an item whose result was right. It is the same whatever
// the steps, since Python takes fewer of them.
func computed(item int) [32]byte { return sha256.Sum256(fmt.Appendf(nil, "%d is right", item)) }

// cpuWorker makes workers that compute single items for a parent process.
func cpuWorker(spec cpuSpec) pipeline.Maker[int, bool] {
	return pipeline.Shared(func(_ context.Context, item int) (bool, error) {
		return true, compute(item, spec.Steps)
	})
}

// measureCPU is a row of computing.
func measureCPU(ctx context.Context, spec compare.Spec, clock *compare.Clock) (compare.Sample, error) {
	var data cpuSpec
	if err := json.Unmarshal(spec.Data, &data); err != nil {
		return compare.Sample{}, err
	}
	t := newTally(spec, clock)
	make := cpuWorker(data)
	if spec.Mode == string(pipeline.Processes) {
		make = pipeline.Children[int, bool](cpuJob, data, pipeline.ChildOptions{Procs: 1})
	}
	src := behind(newGate(spec, clock), pipeline.Slice(pieces(spec)))
	err := pipeline.Run(ctx, modeOf(spec), spec.Width, src, t.numbers(make), func(context.Context, pipeline.Result[int, bool]) error { return nil })
	if err != nil {
		return compare.Sample{}, err
	}
	return t.result()
}

// numbers has a tally taken of what workers compute.
func (t *tally) numbers(mk pipeline.Maker[int, bool]) pipeline.Maker[int, bool] {
	return func(ctx context.Context, worker int) (pipeline.Func[int, bool], func() error, error) {
		do, release, err := mk(ctx, worker)
		return func(ctx context.Context, n int) (bool, error) {
			item := n % t.spec.Items
			p := piece{n: n, name: fmt.Sprint("item ", item), worker: worker, start: time.Now()}
			_, err := do(ctx, item)
			p.took, p.sum = time.Since(p.start), computed(item)
			if err != nil {
				p.failure = err.Error()
			}
			t.add(p)
			return err == nil, nil
		}, release, err
	}
}
