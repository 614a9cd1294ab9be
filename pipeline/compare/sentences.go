package compare

import (
	"fmt"
	"math"
	"slices"

	"crawl/pipeline/stats"
)

// nature says what the work is.
func (v *Verdict) nature(r *Result) []string {
	base := show(firstBaseline(r))
	switch v.Bound {
	case BoundIO:
		return []string{fmt.Sprintf("This work is I/O-bound: done one after the other (%s), it spends %s of its time waiting, and waiting can overlap.", base, percent(v.Waiting))}
	case BoundCPU:
		return []string{fmt.Sprintf("This work is CPU-bound: done one after the other (%s), it computes for %s of its time. There is no waiting to overlap; only more processors can share it.", base, percent(1-v.Waiting))}
	default:
		return []string{fmt.Sprintf("This work waits for %s of its time and computes for the rest (%s): the first part can overlap on one processor, the second needs more of them.", percent(v.Waiting), base)}
	}
}

// gains says by how much concurrency helps, and how near that is to what can be.
func (v *Verdict) gains(r *Result) []string {
	best, _ := r.Estimate(v.Best)
	base, _ := r.Estimate(best.Baseline)
	if !v.Helps {
		if v.Gain.High < 1 {
			return []string{fmt.Sprintf("Concurrency makes it slower: even the best way, %s, takes %s times as long.", show(v.Best), times(1/v.Gain.Value))}
		}
		return []string{fmt.Sprintf("Concurrency does not help: even the best way, %s, is no faster beyond what noise explains (%s).", show(v.Best), between(v.Gain))}
	}
	return []string{fmt.Sprintf("With %s at once (%s) it takes %s instead of %s. That is %s of what is possible at this width.",
		stats.Count(int64(r.Row(v.Best).Width)), show(v.Best), seconds(best.Wall.Value), seconds(base.Wall.Value), percent(min(best.Efficiency, 1)))}
}

// oneProcessor says what the rows on one processor show.
func (v *Verdict) oneProcessor(r *Result) []string {
	gil, ok := v.best(r, firstBaseline(r), true)
	if !ok || gil.Row == v.Best {
		return nil
	}
	switch {
	case gil.Ratio.Low > 1 && gil.Ratio.Value >= helps && gil.Ratio.Value >= 0.8*v.Gain.Value:
		return []string{fmt.Sprintf("One processor is enough for it: with GOMAXPROCS=1, the nearest thing to Python's GIL, %s is still %s times as fast. Concurrency is not parallelism.", show(gil.Row), times(gil.Ratio.Value))}
	case gil.Ratio.Low > 1 && gil.Ratio.Value >= helps:
		return []string{fmt.Sprintf("On one processor (GOMAXPROCS=1, the nearest thing to Python's GIL) %s is %s times as fast; the rest of the gain comes from more processors.", show(gil.Row), times(gil.Ratio.Value))}
	case v.Helps:
		return []string{fmt.Sprintf("On one processor (GOMAXPROCS=1, the nearest thing to Python's GIL) nothing is gained (%s: %s): there they take turns. The whole gain comes from more processors.", show(gil.Row), between(gil.Ratio))}
	default:
		return []string{fmt.Sprintf("The same holds on one processor (GOMAXPROCS=1, the nearest thing to Python's GIL; %s: %s).", show(gil.Row), between(gil.Ratio))}
	}
}

// others names the modes that do as well as the best.
func (v *Verdict) others(r *Result) []string {
	if !v.Helps {
		return nil
	}
	best := r.Row(v.Best)
	var equal []string
	for _, e := range r.Estimates {
		row := r.Row(e.Row)
		if e.Row == v.Best || row.Width != best.Width || row.GIL || row.Python || row.Twin || row.Mode == best.Mode {
			continue
		}
		if e.Ratio.Value >= nearlyAsFast*v.Gain.Value && !slices.Contains(equal, row.Mode) {
			equal = append(equal, show(row.Mode))
		}
	}
	if len(equal) == 0 {
		return nil
	}
	verb := "are"
	if len(equal) == 1 {
		verb = "is"
	}
	return []string{fmt.Sprintf("It matters little who does it: %s %s as good as %s to within 5 %%.", list(equal), verb, show(best.Mode))}
}

// width says which width to use, and why.
func (v *Verdict) width(r *Result) []string {
	if !v.Helps {
		return nil
	}
	c, ok := v.curve(r)
	if !ok {
		return []string{fmt.Sprintf("Use a width of %d, the best of those measured; why not more, only further widths would tell.", v.Width)}
	}
	text := fmt.Sprintf("Use a width of %d. ", c.Knee)
	switch c.Reason {
	case Ceiling:
		text += fmt.Sprintf("Beyond it nothing is gained: the other side serves %s and no more, and further requests only wait there.", stats.Rate(c.Top))
	case Cores:
		text += "Beyond it nothing is gained: the processors are busy."
	case Coherency:
		text += "Beyond it things get slower: each one in flight makes all the others wait longer (coherency)."
	case Contention:
		text += "It was still gaining a little there, but ever less: all of them wait for something that only one can have at a time (contention)."
	case Politeness:
		text += "More is not allowed: the bound on what may be asked of a host ends it there."
	case Widest:
		text += "That is the widest measured, and it was still gaining; a wider one may be better."
	case NoGain:
		text += "No width of this way is better than another."
	}
	if c.Enough > 0 && float64(c.Enough) <= 0.75*float64(c.Knee) {
		text += fmt.Sprintf(" A width of %d already gets %s of it.", c.Enough, percent(enough))
	}
	return []string{text}
}

// cold says what is different when files come from the device.
func (v *Verdict) cold(r *Result) []string {
	names := baselines(r)
	i := slices.IndexFunc(names, func(name string) bool { return r.Row(name).Cold && !r.Row(name).Python })
	if i < 0 {
		return nil
	}
	base, _ := r.Estimate(names[i])
	best, ok := v.best(r, base.Row, false)
	if !ok {
		return nil
	}
	text := fmt.Sprintf("From the device, with nothing of them in the page cache, the %s take %s one after the other, and ", r.Plan.Noun, seconds(base.Wall.Value))
	if best.Ratio.Low > 1 && best.Ratio.Value >= helps {
		return []string{text + fmt.Sprintf("%s is %s times as fast (%s).", show(best.Row), times(best.Ratio.Value), between(best.Ratio))}
	}
	return []string{text + fmt.Sprintf("no way is faster beyond what noise explains (%s: %s).", show(best.Row), between(best.Ratio))}
}

// python says what Python's own rows show.
func (v *Verdict) python(r *Result) []string {
	var best Estimate
	for _, e := range r.Estimates {
		if r.Row(e.Row).Python && !r.Row(e.Row).Cold && e.Row != e.Baseline && !r.Row(e.Row).Twin && e.Ratio.Value > best.Ratio.Value {
			best = e
		}
	}
	if best.Row == "" {
		return nil
	}
	return []string{fmt.Sprintf("In Python the best way, %s, is %s times as fast as %s (%s). Compare the factors, not the seconds: the languages differ in much else.",
		show(best.Row), times(best.Ratio.Value), show(best.Baseline), between(best.Ratio))}
}

// next says what would help further.
func (v *Verdict) next(r *Result, base Estimate) []string {
	var list []string
	c, _ := v.curve(r)
	switch {
	case v.Helps && c.Reason == Ceiling:
		list = append(list, "A faster other side, a cache in front of it, or several of them: this side has time to spare.")
	case v.Helps && c.Reason == Politeness:
		list = append(list, "Leave to ask for more, from whom the host belongs to. It is the only limit that was met.")
	case v.Helps && c.Reason == Widest:
		list = append(list, fmt.Sprintf("Measure widths beyond %d.", c.Knee))
	case v.Helps && c.Reason == Coherency, v.Helps && c.Reason == Contention:
		list = append(list, "Find what all of them share, be it a lock, a connection, a disk or the other side's database: that is what the curve bends at.")
	case v.Bound == BoundCPU:
		list = append(list, "Less work for each of the "+r.Plan.Noun+", or more processors. More workers than processors gain nothing.")
	case !v.Helps:
		list = append(list, "Find out what the waiting is for: the other side does not serve two at a time.")
	}
	if v.Bound == BoundCPU {
		return list // what little there is to wait for is not worth any advice
	}
	return append(list, phases(base)...)
}

// phases names what most of the waiting is for.
func phases(e Estimate) []string {
	p := e.Phases
	opening := p.DNS + p.Connect + p.TLS
	all := p.Queue + opening + p.FirstByte + p.Body + p.Disk
	if all <= 0 || math.IsInf(all, 0) {
		return nil
	}
	switch {
	case opening > 0.3*all:
		return []string{fmt.Sprintf("Keep connections open: %s of the time goes into opening them.", percent(opening/all))}
	case p.Body > 0.5*all:
		return []string{fmt.Sprintf("Fewer bytes: %s of the time goes into receiving bodies, which compression or a nearer server would shorten.", percent(p.Body/all))}
	case p.Disk > 0.5*all:
		return []string{fmt.Sprintf("A faster disk, or fewer and larger files: %s of the time goes there.", percent(p.Disk/all))}
	default:
		return nil
	}
}
