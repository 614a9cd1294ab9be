package compare

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"crawl/pipeline/stats"
)

const (
	fewestRounds = 3    // below which nothing can be said
	fairRounds   = 6    // below which no interval of a median reaches 95 %
	enoughRounds = 8    // below which none reaches what is asked of a twin
	shortRow     = 0.5  // of what a row should take is the least that it may
	headroom     = 5    // times what is asked of it that the server has to be able to
	mostSteal    = 0.02 // share of processor time taken by the host
	mostLoad     = 0.5  // of each processor, by others, before the run
	mostSpread   = 0.2  // width of the baseline's interval by its median
	mostDelay    = 0.1  // of the baseline's time, without a processor
	mostReasons  = 5    // of one kind that are listed
)

// refusals are the reasons for which there is no verdict.
func refusals(r *Result) []string {
	rows := measured(r)
	var list []string
	list = append(list, few(failures(r), "row that could not be measured", "rows that could not be measured")...)
	list = append(list, few(itemsFailed(r), "row with failed "+r.Plan.Noun, "rows with failed "+r.Plan.Noun)...)
	list = append(list, few(otherBytes(r), "row with other bytes", "rows with other bytes")...)
	if r.Rounds < fewestRounds {
		list = append(list, fmt.Sprintf("too few rounds to say anything: %d, and at least %d are needed", r.Rounds, fewestRounds))
	}
	list = append(list, twins(r)...)
	if what, block, factor, found := drift(r, rows); found {
		round := block - r.Plan.WarmUps + 1
		list = append(list, fmt.Sprintf("things changed midway: from round %d on %s took %s times as long as before",
			round, show(what), times(factor)))
	}
	return append(list, few(tooNear(r), "row too near to it", "rows too near to it")...)
}

// spoiled says what was done wrong, after which no measuring can help.
func spoiled(r *Result) []string { return slices.Concat(failures(r), itemsFailed(r), otherBytes(r)) }

// few shortens a list that would say the same over and over.
func few(list []string, one, many string) []string {
	more := len(list) - mostReasons
	switch {
	case more <= 0:
		return list
	case more == 1:
		return append(list[:mostReasons], "and 1 more "+one)
	default:
		return append(list[:mostReasons], fmt.Sprintf("and %d more %s", more, many))
	}
}

func failures(r *Result) []string {
	var list []string
	for _, f := range r.Failures {
		list = append(list, show(f.Error))
	}
	return list
}

// itemsFailed says which rows lost items, warm-ups included: what failed there is no
// less failed.
func itemsFailed(r *Result) []string {
	var list []string
	told := map[string]bool{}
	for _, s := range r.Samples {
		want := int64(r.Plan.Items) * int64(max(s.Repeats, 1))
		if told[s.Row] || s.Failed == 0 && s.Items == want && s.Error == "" {
			continue
		}
		told[s.Row] = true
		text := fmt.Sprintf("%s: %s of %s %s failed", show(s.Row), stats.Count(s.Failed), stats.Count(s.Items), r.Plan.Noun)
		if s.Failed == 0 && s.Items != want {
			text = fmt.Sprintf("%s: did %s %s where there are %s", show(s.Row), stats.Count(s.Items), r.Plan.Noun, stats.Count(want))
		}
		if s.Error != "" {
			text += ": " + show(s.Error)
		}
		list = append(list, text)
	}
	return list
}

// otherBytes says which rows got something else than most did. Those that failed in part
// got less, which is told already.
func otherBytes(r *Result) []string {
	counts := map[string]int{}
	usual := ""
	whole := slices.DeleteFunc(slices.Clone(r.Samples), func(s Sample) bool { return s.Failed > 0 })
	for _, s := range whole {
		counts[s.Digest]++
	}
	for _, s := range whole { // in order, so that the first of equals wins
		if usual == "" || counts[s.Digest] > counts[usual] {
			usual = s.Digest
		}
	}
	var list []string
	told := map[string]bool{}
	for _, s := range whole {
		if told[s.Row] || s.Digest == usual && usual != "" {
			continue
		}
		told[s.Row] = true
		if s.Digest == "" {
			list = append(list, fmt.Sprintf("%s: does not tell what bytes it got", show(s.Row)))
			continue
		}
		list = append(list, fmt.Sprintf("%s: got other bytes than the rest (%s)", show(s.Row), roundOf(r, s)))
	}
	return list
}

func roundOf(r *Result, s Sample) string {
	if s.WarmUp {
		return "while warming up"
	}
	return fmt.Sprintf("in round %d", s.Block-r.Plan.WarmUps+1)
}

// twins says whether a row differs from itself, and hence any difference may be
// nothing.
func twins(r *Result) []string {
	var list []string
	found := false
	for _, e := range r.Estimates {
		if !r.Row(e.Row).Twin {
			continue
		}
		found = true
		if !e.Ratio.contains(1) {
			list = append(list, fmt.Sprintf("%s measured twice differs from itself: %s times as fast (%s), so differences of this size mean nothing. Something disturbs the measurement; try again on a quiet machine, or with more rounds",
				show(e.Baseline), times(e.Ratio.Value), between(e.Ratio)))
		}
	}
	if !found && len(r.Failures) == 0 {
		list = append(list, "no row was measured twice under two names, so nobody knows which differences mean something")
	}
	return list
}

// tooNear says which rows ask so much of the server that it may be what is measured.
func tooNear(r *Result) []string {
	var list []string
	if r.Plan.Ceiling == 0 {
		return nil
	}
	fastest := slices.SortedFunc(slices.Values(r.Estimates), func(a, b Estimate) int { return cmp.Compare(b.Throughput, a.Throughput) })
	for _, e := range fastest {
		if e.Throughput*headroom > r.Plan.Ceiling {
			list = append(list, fmt.Sprintf("the server is the bottleneck: %s asks for %s, and the server cannot do more than %s; it should be able to do %d times as much",
				show(e.Row), stats.Rate(e.Throughput), stats.Rate(r.Plan.Ceiling), headroom))
		}
	}
	return list
}

// doubts are what a verdict has to be taken with.
func doubts(r *Result) []string {
	var list []string
	env := r.Environment
	if env.Known && env.Steal > mostSteal {
		list = append(list, fmt.Sprintf("the host took %s of the processor time for others", percent(env.Steal)))
	}
	if env.Cores > 0 && env.Load[0] > mostLoad*float64(env.Cores) {
		list = append(list, fmt.Sprintf("the machine was not idle before: its load was %.1f on %d processors", env.Load[0], env.Cores))
	}
	if r.Rounds >= fewestRounds && r.Rounds < fairRounds {
		list = append(list, fmt.Sprintf("with %d rounds the intervals are rough", r.Rounds))
	}
	if r.Stopped != "" && len(r.Failures) == 0 {
		list = append(list, fmt.Sprintf("stopped after %d of %d rounds: %s", r.Rounds, r.Plan.Rounds, show(r.Stopped)))
	}
	for _, name := range baselines(r) {
		e, ok := r.Estimate(name)
		if share := e.RunDelay / e.Wall.Value; ok && share > mostDelay {
			list = append(list, fmt.Sprintf("for %s of its time %s had no processor to itself, since others had them", percent(share), show(name)))
		}
		if spread := (e.Wall.High - e.Wall.Low) / e.Wall.Value; ok && spread > mostSpread {
			list = append(list, fmt.Sprintf("the times of %s vary by %s", show(name), percent(spread)))
		}
	}
	return append(list, r.shortRows()...)
}

// shortRows are those that stayed too short to be told from noise.
func (r *Result) shortRows() []string {
	var names []string
	rows := measured(r)
	for _, e := range r.Estimates {
		if s := rows[e.Row]; s.median(wallOf) < shortRow*r.Plan.Least {
			names = append(names, show(e.Row))
		}
	}
	if len(names) == 0 {
		return nil
	}
	return []string{fmt.Sprintf("shorter than %s, where noise is large: %s", given(shortRow*r.Plan.Least), strings.Join(names, ", "))}
}

func show(s string) string { return stats.Printable(s) }
