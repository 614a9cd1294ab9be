package compare

import (
	"fmt"
	"math"
	"slices"
	"strings"
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
	around := took // what a block takes besides what is measured
	for _, s := range r.result.Samples {
		around -= s.Wall
	}
	least := r.shorten(around)
	r.lengthen(least)
	r.length = around + r.measuring(least)
	r.ration()
}

// shorten is how long a row takes at least, so that the rounds that an interval needs
// fit into the budget. They are worth more than long rows, up to a point.
func (r *runner) shorten(around float64) float64 {
	least := r.plan.Least
	if r.plan.Budget == 0 {
		return least
	}
	const share = 0.7 // of it is still clear of what counts as short
	shortest := share * least
	rounds := float64(r.plan.WarmUps - 1 + min(r.plan.Rounds, enoughRounds))
	for least > shortest && rounds*(around+r.measuring(least)) > r.remains() {
		least = max(0.95*least, shortest)
	}
	if least < r.plan.Least {
		r.note("rows are kept to %s instead of %s, so that more rounds fit into %s", seconds(least), given(r.plan.Least), given(r.plan.Budget))
	}
	return least
}

// measuring is how many seconds of a block are measured when no row takes less than
// least, going by the first block.
func (r *runner) measuring(least float64) float64 {
	var sum float64
	for _, s := range r.result.Samples {
		sum += s.Wall * float64(r.times(s, least))
	}
	return sum
}

// times is how often a row has to do its items to take least.
func (r *runner) times(s Sample, least float64) int {
	if s.Wall >= least || r.result.Row(s.Row).Cold {
		return 1
	}
	return min(int(math.Ceil(least/s.Wall)), maxRepeats)
}

// lengthen has rows repeated that take less than least, in which they could not be told
// from noise.
func (r *runner) lengthen(least float64) {
	var cold []string
	for _, s := range r.result.Samples {
		if n := r.times(s, least); n > 1 {
			r.repeats[s.Row] = n
		} else if s.Wall < least {
			cold = append(cold, stats.Printable(s.Row))
		}
	}
	if n := len(r.repeats); n > 0 {
		r.note("%d of %d rows take less than %s, so they do their %s several times over",
			n, len(r.rows), seconds(least), r.plan.Noun)
	}
	if len(cold) > 0 {
		slices.Sort(cold)
		r.note("these take less, and cannot be repeated, since the second time their files are in the page cache: %s", strings.Join(cold, ", "))
	}
}

// ration gives up the rounds for which there is no time.
func (r *runner) ration() {
	if r.plan.Budget == 0 {
		return
	}
	fit := max(int((r.remains()-float64(r.plan.WarmUps-1)*r.length)/r.length), 1)
	if fit >= r.plan.Rounds {
		return
	}
	r.note("%d of %d rounds fit into %s", fit, r.plan.Rounds, given(r.plan.Budget))
	r.plan.Rounds = fit
}

// remains is what is left of the budget, in seconds.
func (r *runner) remains() float64 {
	return r.plan.Budget - time.Since(r.result.Started).Seconds()
}

// affordable reports whether there is time for the next block. One is always measured.
func (r *runner) affordable() bool {
	if r.plan.Budget == 0 || r.result.Rounds == 0 {
		return true
	}
	if r.length <= r.remains() {
		return true
	}
	r.note("stopped after %d rounds, since the time of %s is up", r.result.Rounds, given(r.plan.Budget))
	return false
}

func (r *runner) note(format string, args ...any) {
	r.result.Notes = append(r.result.Notes, fmt.Sprintf(format, args...))
}
