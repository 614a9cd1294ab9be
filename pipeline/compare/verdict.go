package compare

import (
	"cmp"
	"fmt"
	"math"
	"slices"
)

const (
	mostlyCPU = 0.8  // share of the baseline's time from which on it computes
	mostlyIO  = 0.3  // and up to which it waits
	helps     = 1.05 // least gain that is worth any effort
	asFast    = 0.98 // share of the fastest's gain that is no less

	nearlyAsFast = 0.95 // the same for what is preferred for other reasons
)

// verdict says what the result means, or why it means nothing.
func verdict(r *Result) Verdict {
	v := Verdict{Doubts: doubts(r)}
	if why := refusals(r); len(why) > 0 {
		return refused(r, v.Doubts, why...)
	}
	base, ok := r.Estimate(firstBaseline(r))
	if !ok {
		return refused(r, v.Doubts, "the baseline was not measured")
	}
	v.judge(r, base)
	if v.unsure() {
		return refused(r, v.Doubts, fmt.Sprintf("noise is too large to say whether concurrency helps: %s is %s times as fast as %s (%s). Try again on a quiet machine, or with more rounds",
			show(v.Best), times(v.Gain.Value), show(firstBaseline(r)), between(v.Gain)))
	}
	v.Given = true
	v.Headline = v.headline(r)
	v.Lines = slices.Concat(v.nature(r), v.gains(r), v.oneProcessor(r), v.others(r), v.width(r), v.cold(r), v.python(r))
	v.Next = v.next(r, base)
	return v
}

// refused is no verdict.
func refused(r *Result, doubts []string, why ...string) Verdict {
	v := Verdict{Refused: why, Doubts: doubts, Headline: "No verdict: " + why[0] + "."}
	v.Lines = []string{"The numbers above are what was measured, and not to be trusted."}
	if len(r.Samples) == 0 {
		v.Lines = []string{"Nothing was measured."}
	}
	return v
}

// firstBaseline is the one of the rows that are not Python's, if there are any.
func firstBaseline(r *Result) string {
	names := baselines(r)
	if len(names) == 0 {
		return ""
	}
	i := slices.IndexFunc(names, func(name string) bool { return !r.Row(name).Python })
	return names[max(i, 0)]
}

// judge fills in the facts.
func (v *Verdict) judge(r *Result, base Estimate) {
	// The time without a processor, which others had, tells nothing of the work.
	own := max(base.Wall.Value-base.RunDelay, base.CPU, 1e-9)
	v.Waiting = min(max(1-base.CPU/own, 0), 1)
	switch {
	case v.Waiting <= 1-mostlyCPU:
		v.Bound = BoundCPU
	case v.Waiting >= 1-mostlyIO:
		v.Bound = BoundIO
	default:
		v.Bound = BoundMixed
	}
	if gil, ok := v.best(r, base.Row, true); ok && v.Bound == BoundCPU && gil.Ratio.Low > 1.5 {
		v.Bound = BoundMixed // on one processor only waiting can overlap
	}
	best, ok := v.best(r, base.Row, false)
	if !ok {
		best, ok = v.best(r, base.Row, true)
	}
	if !ok {
		best = base
	}
	v.Best, v.Gain = best.Row, best.Ratio
	v.Helps = v.Gain.Low > 1 && v.Gain.Value >= helps
	v.Width, v.Reason = r.Row(v.Best).Width, ""
	if c, ok := v.curve(r); ok {
		v.Reason = c.Reason
		v.Width = c.Knee
	}
	if !v.Helps {
		v.Width, v.Reason = 1, NoGain
	}
}

// unsure reports whether it may as well gain much as nothing.
func (v *Verdict) unsure() bool {
	return !v.Helps && v.Gain.Value >= helps && v.Gain.High >= 1+changeFew
}

// best is the fastest row that is compared with base, without twins, and of those that
// are as fast the one with the least width. At that width it is one that was measured at
// others, too, if that is nearly as fast: of it more is known.
func (v *Verdict) best(r *Result, base string, gil bool) (Estimate, bool) {
	var all []Estimate
	fastest := 0.0
	for _, e := range r.Estimates {
		row := r.Row(e.Row)
		if e.Baseline != base || e.Row == base || row.Twin || row.GIL != gil {
			continue
		}
		all = append(all, e)
		fastest = max(fastest, e.Ratio.Value)
	}
	if len(all) == 0 {
		return Estimate{}, false
	}
	least := math.MaxInt
	for _, e := range all {
		if e.Ratio.Value >= asFast*fastest {
			least = min(least, r.Row(e.Row).Width)
		}
	}
	all = slices.DeleteFunc(all, func(e Estimate) bool {
		return r.Row(e.Row).Width != least || e.Ratio.Value < nearlyAsFast*fastest
	})
	return slices.MinFunc(all, func(a, b Estimate) int {
		return cmp.Or(-cmp.Compare(r.widths(a), r.widths(b)), -cmp.Compare(a.Ratio.Value, b.Ratio.Value))
	}), true
}

// widths are at how many ones the way of working of a row was measured.
func (r *Result) widths(of Estimate) int {
	label, n := r.Row(of.Row).Label(), 0
	for _, e := range r.Estimates {
		if e.Baseline == of.Baseline && r.Row(e.Row).Label() == label {
			n++
		}
	}
	return n
}

// curve is that of the best row, when the law could be fitted to it.
func (v *Verdict) curve(r *Result) (Curve, bool) {
	for _, c := range r.Curves {
		has := slices.ContainsFunc(c.Points, func(p Point) bool { return p.Row == v.Best })
		if has && c.Knee > 0 {
			return c, true
		}
	}
	return Curve{}, false
}

func (v *Verdict) headline(r *Result) string {
	if !v.Helps {
		return fmt.Sprintf("%s, and concurrency does not help: %s is %s times as fast as %s (%s).",
			v.boundWord(), show(v.Best), times(v.Gain.Value), show(firstBaseline(r)), between(v.Gain))
	}
	return fmt.Sprintf("%s: %s is %s times as fast as %s (%s). Use a width of %d.",
		v.boundWord(), show(v.Best), times(v.Gain.Value), show(firstBaseline(r)), between(v.Gain), v.Width)
}

func (v *Verdict) boundWord() string {
	switch v.Bound {
	case BoundIO:
		return "I/O-bound"
	case BoundCPU:
		return "CPU-bound"
	default:
		return "Bound by I/O and CPU alike"
	}
}
