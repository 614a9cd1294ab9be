package compare

import (
	"cmp"
	"math"
	"slices"

	"crawl/pipeline/compare/usl"
)

const (
	enough = 0.95 // share of the knee's throughput that is as good as all of it
	busy   = 0.85 // share of the processors from which on they are what is short
	about  = 0.25 // relative difference within which two widths are about the same
)

// curves gathers rows that differ in their width only. A way that was not measured
// at width 1 begins with its baseline, when that has this width.
func curves(r *Result) []Curve {
	var list []Curve
	for _, row := range r.Plan.Rows {
		e, ok := r.Estimate(row.Name)
		if !ok || row.Twin {
			continue
		}
		i := slices.IndexFunc(list, func(c Curve) bool { return c.Label == row.Label() && c.Python == row.Python })
		if i < 0 {
			list = append(list, Curve{Label: row.Label(), GIL: row.GIL, Python: row.Python})
			i = len(list) - 1
		}
		list[i].Points = append(list[i].Points, point(r, row, e))
	}
	for i := range list {
		list[i].begin(r)
		list[i].bend(r)
	}
	return slices.DeleteFunc(list, func(c Curve) bool { return len(c.Points) < 2 })
}

func point(r *Result, row Row, e Estimate) Point {
	n := float64(r.Plan.Items)
	return Point{
		Row: row.Name, Width: row.Width,
		Throughput: Interval{n / e.Wall.Value, n / e.Wall.High, n / e.Wall.Low, e.Wall.Level},
		Speedup:    e.Ratio, Ideal: e.Ideal,
	}
}

func (c *Curve) begin(r *Result) {
	slices.SortStableFunc(c.Points, func(a, b Point) int { return cmp.Compare(a.Width, b.Width) })
	first := r.Row(c.Points[0].Row)
	base := r.Row(first.Baseline)
	e, ok := r.Estimate(base.Name)
	if ok && first.Width > 1 && base.Width == 1 {
		c.Points = slices.Insert(c.Points, 0, point(r, base, e))
	}
}

// bend fits the law and names the knee, when there are widths enough for it.
func (c *Curve) bend(r *Result) {
	var list []usl.Point
	for _, p := range c.Points {
		list = append(list, usl.Point{Width: float64(p.Width), Throughput: p.Throughput.Value})
	}
	b, err := usl.FindBend(list)
	if err != nil {
		return // the curve has points and no fit
	}
	c.Fit, c.Error, c.Top = b.Law, b.Error, b.Plateau.Top
	c.Knee = max(int(math.Round(b.Knee)), 1)
	c.Enough = min(b.Enough(enough), c.Knee)
	c.Reason = c.why(r, b)
}

// why says what makes it bend. The shape alone does not tell a slow origin from too
// few processors or from our own politeness; what was measured besides does.
func (c *Curve) why(r *Result, b usl.Bend) Reason {
	widest := c.Points[len(c.Points)-1]
	switch {
	case b.Kind == usl.Flat:
		return NoGain
	case polite(r.Plan, c.Knee, widest.Width, b.At(b.Knee)):
		return Politeness
	case b.Kind == usl.Linear:
		return Widest
	case c.full(r):
		return Cores
	case b.Kind == usl.Ceiling:
		return Ceiling
	case b.Kind == usl.Coherency:
		return Coherency
	default:
		return Contention
	}
}

// polite reports whether a knee is where politeness ends it.
func polite(p Plan, knee, widest int, throughput float64) bool {
	capped := p.Cap > 0 && widest >= p.Cap && math.Abs(float64(knee)/float64(p.Cap)-1) <= about
	return capped || p.Rate > 0 && throughput >= busy*p.Rate
}

// full reports whether the processors are in use from the knee on: those that the
// row can use by the row, or all of them by it and the server together.
func (c *Curve) full(r *Result) bool {
	for _, p := range c.Points {
		if p.Width < c.Knee {
			continue
		}
		e, _ := r.Estimate(p.Row)
		if e.CPUShare >= busy*float64(r.Row(p.Row).Processors) {
			return true
		}
		if cores := r.Environment.Cores; cores > 0 && e.CPUShare+e.ServerCPU/e.Wall.Value >= busy*float64(cores) {
			return true
		}
	}
	return false
}
