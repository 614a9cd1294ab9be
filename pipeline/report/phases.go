package report

import (
	"fmt"

	"crawl/pipeline/compare"
	"crawl/pipeline/report/page"
	"crawl/pipeline/report/plot"
)

// phase is a part of an item's time.
type phase struct {
	name  string
	class string
	of    func(compare.Phases) float64
}

// order is in which they are drawn. That in the queue is the last one, though it
// comes first: so an item's own time begins at one line, and can be compared.
var order = []phase{
	{"DNS", "dns", func(p compare.Phases) float64 { return p.DNS }},
	{"connect", "connect", func(p compare.Phases) float64 { return p.Connect }},
	{"TLS", "tls", func(p compare.Phases) float64 { return p.TLS }},
	{"first byte", "first-byte", func(p compare.Phases) float64 { return p.FirstByte }},
	{"body", "body", func(p compare.Phases) float64 { return p.Body }},
	{"disk", "disk", func(p compare.Phases) float64 { return p.Disk }},
	{"CPU", "cpu", func(p compare.Phases) float64 { return p.CPU }},
	{"queue", "queue", func(p compare.Phases) float64 { return p.Queue }},
}

// seconds is what an item of the row spent in a phase on average; 0 when that is not
// known.
func (p phase) seconds(r row) float64 {
	if v := p.of(r.estimate.Phases) / float64(r.items); positive(v) {
		return v
	}
	return 0
}

func total(r row) (sum float64) {
	for _, p := range order {
		sum += p.seconds(r)
	}
	return sum
}

// phases shows where an item's time went.
func phases(rows []row, noun string) page.Section {
	s := page.Section{ID: "phases", Title: "Where the time went", Short: "Time"}
	totals := []float64{}
	for _, r := range rows {
		totals = append(totals, total(r))
	}
	scale := plot.Linear(totals...)
	figure := page.Figure{Table: phaseTable(rows)}
	for _, p := range order {
		for _, r := range rows {
			if p.seconds(r) > 0 {
				figure.Legend = append(figure.Legend, page.Key{Class: p.class, Text: p.name})
				break
			}
		}
	}
	if len(figure.Legend) == 0 {
		s.Blocks = append(s.Blocks, page.Text("Where the time went was not recorded."))
		return s
	}
	s.Lead = "What one item went through, on average. Concurrency makes none of this shorter: it lets items go through it side by side."
	figure.Note = fmt.Sprintf("Mean time of one of the %s. What it waited for its turn (queue) is drawn last.", noun)
	for i := 0; i < len(rows); i += mostBands {
		figure.Plots = append(figure.Plots, stacks(rows[i:min(i+mostBands, len(rows))], scale, fmt.Sprintf("stacks%d", i/mostBands+1)))
	}
	s.Blocks = append(s.Blocks, figure)
	return s
}

// stacks are rows as stacked bars.
func stacks(rows []row, scale plot.Scale, id string) plot.Plot {
	bottom := band*float64(len(rows)) + 4
	p := plot.Plot{ID: id, Title: "Where the time of an item went", Height: bottom + 20, Class: "stacks",
		Desc: fmt.Sprintf("Stacked bars of %s; the longest is %s.", plural(len(rows), "row", "rows"), plot.Seconds(scale.Max))}
	p.Marks = plot.Labels(scale, scale.Ticks(5), plot.SecondsLike(scale.Max), bottom)
	for i, r := range rows {
		p.Marks = append(p.Marks, stack(r, scale, band*float64(i))...)
	}
	return p
}

// recorded is a sum of phases; no item takes no time.
func recorded(sum float64) string {
	if sum == 0 {
		return "not recorded"
	}
	return plot.Seconds(sum)
}

// stack is one row's bar, from y down.
func stack(r row, scale plot.Scale, y float64) []plot.Mark {
	const room = 17 // percent that a name within its part needs on a telephone
	marks := []plot.Mark{
		plot.Text(0, y+13, plot.Start, r.name(), "name"),
		plot.Text(100, y+13, plot.End, recorded(total(r)), "value"),
	}
	marks = append(marks, plot.Rect(0, y+17, 100, 14, "track"))
	marks = append(marks, plot.Rules(scale, scale.Ticks(5), y+17, y+31)...)
	at := 0.0
	for _, p := range order {
		v := p.seconds(r)
		if v == 0 {
			continue
		}
		x := scale.At(at)
		at += v
		width := scale.At(at) - x
		marks = append(marks, plot.Rect(x, y+17, width, 14, p.class+" part").
			Hover(fmt.Sprintf("%s: %s %s", r.Name, p.name, plot.Seconds(v))))
		if width >= room {
			marks = append(marks, plot.Text(x+0.8, y+28, plot.Start, p.name, "inside on-"+p.class))
		}
	}
	return marks
}

func phaseTable(rows []row) page.Table {
	t := page.Table{Caption: "Mean time of one item by phase", Head: []string{"row"}, Folded: true}
	for _, p := range order {
		t.Head = append(t.Head, p.name)
	}
	t.Head = append(t.Head, "sum")
	for _, r := range rows {
		line := []string{r.Name}
		for _, p := range order {
			line = append(line, plot.Seconds(p.seconds(r)))
		}
		t.Rows = append(t.Rows, append(line, recorded(total(r))))
	}
	return t
}
