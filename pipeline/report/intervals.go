package report

import (
	"fmt"

	"crawl/pipeline/report/page"
	"crawl/pipeline/report/plot"
)

// band is the height of one row in plots that have rows below each other: a line of
// text and what it is of.
const band = 34

// bandsTop is where the first begins.
const bandsTop = 24

// mostBands is how many rows one plot has, so that a sheet of paper holds it.
const mostBands = 20

// intervals shows how sure each row's ratio is.
func intervals(rows []row) page.Section {
	s := page.Section{ID: "intervals", Title: "How sure", Short: "Intervals"}
	if len(rows) == 0 {
		s.Blocks = append(s.Blocks, page.Text("No row was measured."))
		return s
	}
	s.Lead = "How many times as fast as its baseline each row is. Whatever the line touches may be the true value; a line that touches 1 shows no difference."
	figure := page.Figure{
		Note:  "The twin is the baseline once more under another name. Its line has to touch 1, else there is no verdict.",
		Table: ratioTable(rows),
		Legend: []page.Key{
			{Class: "point", Shape: plot.KindDot, Text: "ratio, with its interval"},
			{Class: "twin", Shape: plot.KindDot, Text: "twin (A/A)"},
			{Class: "one", Shape: plot.KindLine, Text: "1, the baseline"},
			{Class: "best", Shape: plot.KindLine, Text: "ideal"},
		},
	}
	scale := ratioScale(rows)
	for i, group := range byBaseline(rows) {
		figure.Plots = append(figure.Plots, forest(group, scale, fmt.Sprintf("forest%d", i+1)))
	}
	s.Blocks = append(s.Blocks, figure)
	return s
}

// ratioScale is what all ratios are drawn to. 1 is on it always.
func ratioScale(rows []row) plot.Scale {
	values := []float64{1}
	for _, r := range rows {
		values = append(values, r.estimate.Ratio.Value, r.estimate.Ratio.Low, r.estimate.Ratio.High, r.estimate.Ideal)
	}
	return plot.Choose(2, values...).Between(7, 93)
}

// byBaseline are the rows grouped by what they are compared with, in pieces that fit
// on paper.
func byBaseline(rows []row) [][]row {
	var groups [][]row
	open := map[string]int{} // baseline to its group that has room
	for _, r := range rows {
		i, ok := open[r.estimate.Baseline]
		if !ok || len(groups[i]) == mostBands {
			i = len(groups)
			groups = append(groups, nil)
			open[r.estimate.Baseline] = i
		}
		groups[i] = append(groups[i], r)
	}
	return groups
}

// forest is rows with one baseline.
func forest(rows []row, scale plot.Scale, id string) plot.Plot {
	against := rows[0].estimate.Baseline
	bottom := bandsTop + band*float64(len(rows))
	p := plot.Plot{
		ID: id, Title: "Ratios to " + against, Height: bottom + 20, Class: "forest",
		Desc: fmt.Sprintf("%s, each as many times as fast as %s, with its interval.", plural(len(rows), "row", "rows"), against),
	}
	p.Marks = append(p.Marks, plot.Text(0, 14, plot.Start, "times as fast as "+clip(against, 40), "small"))
	p.Marks = append(p.Marks, plot.Labels(scale, scale.Ticks(5), plot.Factor, bottom)...)
	for i, r := range rows {
		p.Marks = append(p.Marks, ratio(r, scale, bandsTop+band*float64(i))...)
	}
	return p
}

// ratio is one row of a forest, from y down.
func ratio(r row, scale plot.Scale, y float64) []plot.Mark {
	name, class := r.name(), "point"
	i := r.estimate.Ratio
	said := plot.Times(i.Value)
	switch {
	case r.Twin:
		name, class = clip(name, longest-7)+" (twin)", "twin"
	case r.isBaseline():
		name = clip(name, longest-11) + " (baseline)"
	}
	top, middle, bottom := y+18, y+25, y+32
	marks := []plot.Mark{plot.Text(0, y+14, plot.Start, name, "name"), plot.Rect(0, top, 100, bottom-top, "track")}
	marks = append(marks, plot.Rules(scale, scale.Ticks(5), top, bottom)...)
	marks = append(marks, plot.Line(scale.At(1), top, scale.At(1), bottom, "one"))
	if !finite(i.Value) {
		return append(marks, plot.Text(100, y+14, plot.End, "not known", "value"))
	}
	if finite(i.Low) && finite(i.High) && !r.isBaseline() {
		said += " (" + span(i) + ")"
		marks = append(marks, plot.Line(scale.At(i.Low), middle, scale.At(i.High), middle, "interval"))
	}
	if ideal := r.estimate.Ideal; positive(ideal) && !r.isBaseline() && !r.Twin {
		marks = append(marks, plot.Line(scale.At(ideal), top, scale.At(ideal), bottom, "best"))
	}
	return append(marks,
		plot.Dot(scale.At(i.Value), middle, class).Hover(r.Name+": "+said),
		plot.Text(100, y+14, plot.End, said, "value"))
}

func ratioTable(rows []row) page.Table {
	t := page.Table{Caption: "Ratios and intervals", Folded: true, Head: []string{"row", "baseline", "ratio", "interval", "level", "ideal", "of the ideal"}}
	for _, r := range rows {
		e := r.estimate
		t.Rows = append(t.Rows, []string{r.Name, e.Baseline, plot.Times(e.Ratio.Value), span(e.Ratio), level(e.Ratio), plot.Times(e.Ideal), plot.Percent(e.Efficiency)})
	}
	return t
}
