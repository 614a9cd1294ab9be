package compare

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"time"
)

// Options are what a run may have besides its plan. The zero value is good.
type Options struct {
	// Before is called outside the clock, before a row's process is started: to
	// drop what is in the page cache, or to set a server's counters to zero.
	Before func(ctx context.Context, row Row) error

	// After is called when it has ended, and may add to the sample what the other
	// side knows of it.
	After func(ctx context.Context, row Row, s *Sample) error

	Progress func(Progress) // called before each row and at the end, never twice at once
	Raw      io.Writer      // gets each sample as a line of JSON, as soon as there is one

	Environment Environment // what the caller knows: version, interpreter, libraries
	Dir         string      // where the files are, to learn of what they lie on
}

// Progress is how far a run is.
type Progress struct {
	Row    string // to be measured next; "" at the end
	Block  int    // from 0
	Blocks int    // warm-ups included
	WarmUp bool

	Done, Total int     // samples
	Left        float64 // seconds, as an estimate; 0: not known yet
}

// Run measures plan, one row at a time, and judges. What has been measured is
// returned even when it ends early: with an error, by ctx, or since a row failed,
// which is no error but no verdict either. The result is nil for a [*PlanError] only.
func Run(ctx context.Context, plan Plan, o Options) (*Result, error) {
	plan, err := plan.complete()
	if err != nil {
		return nil, err
	}
	r := &runner{plan: plan, options: o, rows: plan.measured(), repeats: map[string]int{}}
	r.result.Plan = plan
	r.result.Started = time.Now()
	env, watch := observe(o.Environment, o.Dir)

	err = r.blocks(ctx)
	r.result.Environment = watch.finish(env)
	r.result.Took = time.Since(r.result.Started).Seconds()
	if err != nil {
		r.result.Stopped = err.Error()
		if ctx.Err() != nil {
			r.result.Stopped = "interrupted"
		}
	}
	Judge(&r.result)
	if o.Progress != nil {
		o.Progress(r.progress(nil))
	}
	return &r.result, err
}

// Judge works out everything of a result that follows from its plan, environment,
// samples and failures: estimates, curves and verdict. [Run] has done so; it is for
// results that were read back. The same samples and seed give the same result.
func Judge(r *Result) {
	r.Estimates = estimates(r)
	r.Curves = curves(r)
	keepSpans(r)
	r.Verdict = verdict(r)
}

// runner carries out a plan.
type runner struct {
	plan    Plan
	options Options
	rows    []Row
	repeats map[string]int // by row; none: 1
	block   int
	length  float64 // seconds that a measured block takes, as an estimate
	result  Result
}

func (r *runner) blocks(ctx context.Context) error {
	for r.block = 0; r.block < r.plan.WarmUps+r.plan.Rounds; r.block++ {
		if !r.affordable() {
			return nil
		}
		start := time.Now()
		if err := r.measureBlock(ctx); err != nil {
			return err
		}
		if !r.warmUp() {
			r.result.Rounds++
		}
		if len(spoiled(&r.result)) > 0 { // nobody is asked for what is of no use
			r.result.Stopped = "something failed or differs, so there is nothing to compare"
			return nil
		}
		r.learn(time.Since(start).Seconds())
	}
	return nil
}

func (r *runner) warmUp() bool { return r.block < r.plan.WarmUps }

// measureBlock measures every row once, in random order.
func (r *runner) measureBlock(ctx context.Context) error {
	for _, i := range r.order() {
		row := r.rows[i]
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if r.options.Progress != nil {
			r.options.Progress(r.progress(&row))
		}
		s, err := r.measureRow(ctx, row)
		if ctx.Err() != nil && err != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			r.result.Failures = append(r.result.Failures, Failure{row.Name, r.block, err.Error()})
			continue
		}
		r.result.Samples = append(r.result.Samples, s)
		if err := r.write(s); err != nil {
			return err
		}
	}
	return nil
}

// order is that of the rows in this block: the same seed gives the same ones.
func (r *runner) order() []int {
	return rand.New(rand.NewPCG(r.plan.Seed, uint64(r.block))).Perm(len(r.rows))
}

func (r *runner) measureRow(ctx context.Context, row Row) (Sample, error) {
	if r.options.Before != nil {
		if err := r.options.Before(ctx, row); err != nil {
			return Sample{}, fmt.Errorf("%s: before it: %w", row.Name, err)
		}
	}
	limit := time.Duration(min(r.plan.Limit, math.MaxInt32) * float64(time.Second))
	s, err := measure(ctx, row, r.plan.spec(row, max(r.repeats[row.Name], 1)), limit)
	if err != nil {
		return s, err
	}
	s.Block, s.WarmUp = r.block, r.warmUp()
	if r.options.After != nil {
		if err := r.options.After(ctx, row, &s); err != nil {
			return s, fmt.Errorf("%s: after it: %w", row.Name, err)
		}
	}
	return s, nil
}

func (r *runner) write(s Sample) error {
	if r.options.Raw == nil {
		return nil
	}
	line, err := json.Marshal(s)
	if err != nil {
		return err
	}
	if _, err := r.options.Raw.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("write the samples: %w", err)
	}
	return nil
}

func (r *runner) progress(row *Row) Progress {
	p := Progress{
		Block: r.block, Blocks: r.plan.WarmUps + r.plan.Rounds, WarmUp: r.warmUp(),
		Done: len(r.result.Samples), Total: len(r.rows) * (r.plan.WarmUps + r.plan.Rounds),
	}
	if row != nil {
		p.Row = row.Name
		p.Left = r.length * float64(p.Total-p.Done) / float64(len(r.rows))
	}
	return p
}
