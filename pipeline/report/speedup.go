package report

import (
	"fmt"
	"math"
	"slices"

	"crawl/pipeline/compare"
	"crawl/pipeline/report/page"
	"crawl/pipeline/report/plot"
)

// Pixels of a panel of the speed-up, from its top.
const (
	panelTop    = 46 // its name and what is said of it are above
	panelBottom = 236
	panelHeight = 274 // the axis' labels and its name are below
)

// speedup shows how much faster each way of working gets by width.
func speedup(curves []compare.Curve) page.Section {
	s := page.Section{ID: "speedup", Title: "Speed-up by width", Short: "Speed-up"}
	curves = slices.DeleteFunc(slices.Clone(curves), func(c compare.Curve) bool { return len(c.Points) == 0 })
	if len(curves) == 0 {
		s.Blocks = append(s.Blocks, page.Text("No way of working was measured at several widths."))
		return s
	}
	if slices.ContainsFunc(curves, bends) { // two points tell no more than their interval below
		curves = slices.DeleteFunc(curves, func(c compare.Curve) bool { return !bends(c) })
	}
	s.Lead = "How many times as fast as one at a time, with so many in flight."
	x, y := panelScales(curves)
	figure := page.Figure{
		Note: note(x),
		Grid: true,
		Legend: []page.Key{
			{Class: "point", Shape: plot.KindDot, Text: "measured, with its interval"},
			{Class: "ideal", Shape: plot.KindLine, Text: "ideal"},
			{Class: "fit", Shape: plot.KindLine, Text: "Universal Scalability Law, fitted"},
			{Class: "knee", Shape: plot.KindLine, Text: "knee: beyond it nothing is gained"},
		},
		Table: curveTable(curves),
	}
	if slices.ContainsFunc(curves, hasCeiling) {
		figure.Legend = append(figure.Legend, page.Key{Class: "ceiling", Shape: plot.KindLine, Text: "ceiling that fits as well or better"})
	}
	for i, c := range curves {
		figure.Plots = append(figure.Plots, panel(c, x, y, fmt.Sprintf("curve%d", i+1)))
	}
	s.Blocks = append(s.Blocks, figure)
	return s
}

// bends reports whether a curve has points enough to have a bend.
func bends(c compare.Curve) bool { return len(c.Points) > 2 }

func note(x plot.Scale) string {
	if x.Log() {
		return "Each step along an axis doubles. The same axes in all panels."
	}
	return "The same axes in all panels."
}

// panelScales are the axes that all panels share: both are logarithmic when the
// widths are wide apart, so that the ideal is a straight line either way.
func panelScales(curves []compare.Curve) (x, y plot.Scale) {
	var widths, ratios []float64
	for _, c := range curves {
		for _, p := range c.Points {
			widths = append(widths, float64(p.Width))
			ratios = append(ratios, p.Speedup.Value, p.Speedup.Low, p.Speedup.High, p.Ideal)
		}
	}
	if plot.Wide(widths...) {
		x, y = plot.Log(2, widths...), plot.Log(2, append(ratios, 1, 2)...)
	} else {
		x, y = plot.Linear(widths...), plot.Linear(append(ratios, 1)...)
	}
	return x.Between(13, 93), y.Padded(0.06).Between(panelBottom, panelTop)
}

// panel is one curve.
func panel(c compare.Curve, x, y plot.Scale, id string) plot.Plot {
	p := plot.Plot{
		ID: id, Title: "Speed-up of " + c.Label + " by width", Height: panelHeight, Class: "curve",
		Desc: fmt.Sprintf("%s at width %d, the widest measured. %s.", plot.Times(c.Points[len(c.Points)-1].Speedup.Value),
			c.Points[len(c.Points)-1].Width, kneeWords(c)),
	}
	p.Marks = append(p.Marks,
		plot.Text(0, 14, plot.Start, clip(c.Label, longest), "name"),
		plot.Text(0, 31, plot.Start, clip(kneeWords(c), 52), "small"))
	p.Marks = append(p.Marks, plot.Levels(y, y.Ticks(5), plot.Factor)...)
	p.Marks = append(p.Marks, plot.Line(0, panelBottom, 100, panelBottom, "axis"))
	for _, w := range widthTicks(c, x) {
		p.Marks = append(p.Marks, plot.Text(x.At(w), panelBottom+15, plot.AnchorAt(x.At(w)), plot.Number(w), "tick"))
	}
	p.Marks = append(p.Marks, plot.Text(52, panelBottom+32, plot.Middle, "width (in flight)", "tick"))
	p.Marks = append(p.Marks, ideal(c, x, y))
	p.Marks = append(p.Marks, fitted(c, x, y)...)
	p.Marks = append(p.Marks, knee(c, x, y)...)
	for _, point := range c.Points {
		p.Marks = append(p.Marks, measuredAt(point, x, y)...)
	}
	return p
}

// kneeWords say where a curve bends and why.
func kneeWords(c compare.Curve) string {
	switch {
	case c.Knee <= 0 && c.Reason == "":
		return "too few widths for a fit"
	case c.Knee <= 0:
		return reason(c.Reason)
	case c.Reason == compare.NoGain:
		return reasons[compare.NoGain]
	case c.Reason == compare.Widest:
		return fmt.Sprintf("no bend up to width %d", c.Knee)
	}
	return fmt.Sprintf("knee at %d: %s", c.Knee, reason(c.Reason))
}

// widthTicks are the curve's own widths, without those that would overlap.
func widthTicks(c compare.Curve, x plot.Scale) []float64 {
	var ticks []float64
	last := math.Inf(-1)
	for _, p := range c.Points {
		if at := x.At(float64(p.Width)); at-last >= 8 {
			ticks, last = append(ticks, float64(p.Width)), at
		}
	}
	return ticks
}

// ideal is what could be at best at the widths that were measured.
func ideal(c compare.Curve, x, y plot.Scale) plot.Mark {
	var points []plot.Point
	for _, p := range c.Points {
		if positive(p.Ideal) {
			points = append(points, plot.Point{X: x.At(float64(p.Width)), Y: y.At(p.Ideal)})
		}
	}
	return plot.Path(points, "ideal")
}

// fitted are the law's curve and the ceiling, which are in items a second, drawn as
// speed-ups.
func fitted(c compare.Curve, x, y plot.Scale) []plot.Mark {
	per := perThroughput(c)
	if !positive(c.Fit.Gamma) || !positive(per) {
		return nil
	}
	const steps = 48
	from, to := float64(c.Points[0].Width), float64(c.Points[len(c.Points)-1].Width)
	var points []plot.Point
	for i := range steps + 1 {
		share := float64(i) / steps
		n := from + (to-from)*share
		if x.Log() {
			n = from * math.Pow(to/from, share)
		}
		if v := c.Fit.At(n) * per; positive(v) {
			points = append(points, plot.Point{X: x.At(n), Y: y.At(v)})
		}
	}
	marks := []plot.Mark{plot.Path(points, "fit").Hover(law(c))}
	if hasCeiling(c) {
		at := y.At(c.Top * per)
		marks = append(marks, plot.Line(x.From, at, x.To, at, "ceiling"),
			plot.Text(x.From, at-6, plot.Start, "ceiling "+plot.Number(c.Top)+"/s", "small"))
	}
	return marks
}

func hasCeiling(c compare.Curve) bool { return positive(c.Top) }

// law is the fit in numbers.
func law(c compare.Curve) string {
	return fmt.Sprintf("Universal Scalability Law: α %s (contention), β %s (coherency), points are off by %s",
		plot.Number(c.Fit.Alpha), plot.Number(c.Fit.Beta), plot.Percent(c.Error))
}

// perThroughput is how much speed-up an item a second is, which the baseline gives;
// by the median, since each point has its noise.
func perThroughput(c compare.Curve) float64 {
	var list []float64
	for _, p := range c.Points {
		if per := p.Speedup.Value / p.Throughput.Value; positive(per) {
			list = append(list, per)
		}
	}
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[len(list)/2]
}

// knee marks where the curve bends. Its label is where the curve is not.
func knee(c compare.Curve, x, y plot.Scale) []plot.Mark {
	if c.Knee <= 0 || c.Reason == compare.Widest || c.Reason == compare.NoGain {
		return nil
	}
	at := x.At(float64(c.Knee))
	label, side, shift := panelBottom-8.0, plot.End, -1.5
	if at < 40 {
		side, shift = plot.Start, 1.5
	}
	if v := c.Fit.At(float64(c.Knee)) * perThroughput(c); !finite(v) || y.At(v) > (panelTop+panelBottom)/2 {
		label = panelTop + 12
	}
	return []plot.Mark{
		plot.Line(at, panelTop, at, panelBottom, "knee"),
		plot.Text(at+shift, label, side, fmt.Sprintf("knee %d", c.Knee), "knee"),
	}
}

// measuredAt is a point with its interval.
func measuredAt(p compare.Point, x, y plot.Scale) []plot.Mark {
	if !positive(p.Speedup.Value) {
		return nil
	}
	at := x.At(float64(p.Width))
	var marks []plot.Mark
	if finite(p.Speedup.Low) && finite(p.Speedup.High) {
		marks = append(marks, plot.Line(at, y.At(p.Speedup.Low), at, y.At(p.Speedup.High), "interval"))
	}
	dot := plot.Dot(at, y.At(p.Speedup.Value), "point")
	return append(marks, dot.Hover(fmt.Sprintf("%s: %s, %s", clip(p.Row, 40), plot.Times(p.Speedup.Value), spanOf(p.Speedup))))
}

// curveTable has the numbers of all panels.
func curveTable(curves []compare.Curve) page.Table {
	t := page.Table{
		Caption: "Speed-up by width", Folded: true,
		Head: []string{"mode", "width", "speed-up", "interval", "ideal", "items/s", "knee", "95 % of it at", "α", "β", "fit is off by"},
	}
	for _, c := range curves {
		for i, p := range c.Points {
			line := []string{c.Label, fmt.Sprint(p.Width), plot.Times(p.Speedup.Value), span(p.Speedup), plot.Times(p.Ideal), plot.Number(p.Throughput.Value)}
			if i == 0 && positive(c.Fit.Gamma) {
				line = append(line, fmt.Sprint(c.Knee), fmt.Sprint(c.Enough), plot.Number(c.Fit.Alpha), plot.Number(c.Fit.Beta), plot.Percent(c.Error))
			} else {
				line = append(line, "", "", "", "", "")
			}
			t.Rows = append(t.Rows, line)
		}
	}
	return t
}
