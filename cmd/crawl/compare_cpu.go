package main

import (
	"context"
	"fmt"
	"runtime"
	"slices"

	"crawl/pipeline/compare"
)

// The kernel's items: some 20 ms each, in Go and in Python, which takes some 100 times
// as long for a step. To hand one to another process and to wake up for its result costs
// a third of a millisecond while all processors compute, which is to be no part of the
// answer.
const (
	cpuItems    = 16
	goSteps     = 16_000_000
	pythonSteps = 200_000
)

// onCPU compares on computing.
func (c *comparing) onCPU(ctx context.Context, budget float64) error {
	cores := runtime.NumCPU()
	widths := c.flags.widths.within(widths{cores, 2 * cores}, 0)
	plan := compare.Plan{
		Title:  fmt.Sprintf("%d pieces of integer arithmetic", cpuItems),
		Work:   compare.CPU,
		Noun:   "pieces",
		Items:  cpuItems,
		Budget: budget,
		Least:  leastOf(budget),
	}
	all := widths.widest()
	if slices.Contains(widths, cores) {
		all = cores // more can't help
	}
	plan.Rows = append(c.flags.ways(cpuJob, asJSON(cpuSpec{Steps: goSteps}), widths, all),
		c.python.rows(pythonCPU, all, asJSON(cpuSpec{Steps: pythonSteps}), "")...)
	r, err := c.measure(ctx, plan, compare.Options{})
	if r != nil {
		r.Notes = append(r.Notes, heldUp(r)...)
		c.tell(r)
	}
	return err
}

// leastOf is how long a row takes at least: less where time is short.
func leastOf(budget float64) float64 {
	if budget > 0 {
		return 0.25
	}
	return 0
}

// heldUp says what computing does to all else in a process with one processor.
func heldUp(r *compare.Result) []string {
	for _, row := range r.Plan.Rows {
		e, ok := r.Estimate(row.Name)
		if !ok || !row.GIL || row.Mode != "async" {
			continue
		}
		return []string{fmt.Sprintf("while %s computes, a timer in the same process is late by up to %.0f ms: whoever computes holds up everybody else", row.Name, 1000*e.Heartbeat)}
	}
	return nil
}
