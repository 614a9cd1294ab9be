package compare

import (
	"fmt"
	"math"
	"time"

	"crawl/pipeline/stats"
)

// learn takes from a block, which took so many seconds, how long the next will.
func (r *runner) learn(took float64) {
	if r.block > 0 {
		// The latest knows best, but one alone may have been disturbed.
		r.length = (r.length + took) / 2
		return
	}
	before := 0.0
	for _, s := range r.result.Samples {
		before += s.Wall
	}
	r.lengthen()
	after := 0.0
	for _, s := range r.result.Samples {
		after += s.Wall * float64(max(r.repeats[s.Row], 1))
	}
	r.length = took - before + after
	r.ration()
}

// lengthen has rows repeated that are too short to be told from noise, going by the
// first block.
func (r *runner) lengthen() {
	for _, s := range r.result.Samples {
		if s.Wall >= r.plan.Least {
			continue
		}
		if r.result.Row(s.Row).Cold {
			r.note("%s takes %s only, and cannot be repeated: the second time its files are in the page cache",
				stats.Printable(s.Row), seconds(s.Wall))
			continue
		}
		n := min(int(math.Ceil(r.plan.Least/s.Wall)), maxRepeats)
		r.repeats[s.Row] = n
	}
	if n := len(r.repeats); n > 0 {
		r.note("%d of %d rows take less than %s, so they do their %s several times over",
			n, len(r.rows), given(r.plan.Least), r.plan.Noun)
	}
}

// ration gives up the rounds for which there is no time.
func (r *runner) ration() {
	if r.plan.Budget == 0 {
		return
	}
	left := r.plan.Budget - time.Since(r.result.Started).Seconds() - float64(r.plan.WarmUps-1)*r.length
	fit := max(int(left/r.length), 1)
	if fit >= r.plan.Rounds {
		return
	}
	r.note("%d of %d rounds fit into %s", fit, r.plan.Rounds, given(r.plan.Budget))
	r.plan.Rounds = fit
}

// affordable reports whether there is time for the next block. One is always measured.
func (r *runner) affordable() bool {
	if r.plan.Budget == 0 || r.result.Rounds == 0 {
		return true
	}
	if time.Since(r.result.Started).Seconds()+r.length <= r.plan.Budget {
		return true
	}
	r.note("stopped after %d rounds, since the time of %s is up", r.result.Rounds, given(r.plan.Budget))
	return false
}

func (r *runner) note(format string, args ...any) {
	r.result.Notes = append(r.result.Notes, fmt.Sprintf(format, args...))
}
