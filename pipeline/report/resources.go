package report

import (
	"crawl/pipeline/compare"
	"crawl/pipeline/report/page"
	"crawl/pipeline/report/plot"
	"crawl/pipeline/stats"
)

// measure is something that rows take.
type measure struct {
	id    string
	title string
	of    func(compare.Estimate) float64
	text  func(float64) string
}

var measures = []measure{
	{"cpu", "CPU time of a pass", func(e compare.Estimate) float64 { return e.CPU }, plot.Seconds},
	{"rss", "Memory at the peak (RSS)", func(e compare.Estimate) float64 { return float64(e.RSS) }, size},
	{"threads", "Threads of the system at the peak", func(e compare.Estimate) float64 { return float64(e.Threads) }, plot.Number},
	{"voluntary", "Context switches: it waited", func(e compare.Estimate) float64 { return float64(e.Voluntary) }, plot.Number},
	{"involuntary", "Context switches: it was made to", func(e compare.Estimate) float64 { return float64(e.Involuntary) }, plot.Number},
}

func size(v float64) string { return stats.Bytes(int64(v)) }

// resources shows what each row took from the machine.
func resources(rows []row) page.Section {
	s := page.Section{ID: "resources", Title: "What it took", Short: "Resources"}
	if len(rows) == 0 {
		s.Blocks = append(s.Blocks, page.Text("No row was measured."))
		return s
	}
	s.Lead = "The price of each way of working, for one pass over all items."
	figure := page.Figure{Grid: true, Note: "Each picture has its own scale, from zero.", Table: resourceTable(rows)}
	for _, m := range measures {
		figure.Plots = append(figure.Plots, m.bars(rows))
	}
	s.Blocks = append(s.Blocks, figure)
	return s
}

// bars are one measure by row.
func (m measure) bars(rows []row) plot.Plot {
	list := make([]bar, len(rows))
	for i, r := range rows {
		v := m.of(r.estimate)
		list[i] = bar{r.Name, v, m.text(v)}
	}
	return bars(m.id, m.title, upTo(list), list)
}

// bar is a name with a value.
type bar struct {
	name  string
	value float64
	text  string
}

// upTo is a scale from zero to the greatest.
func upTo(list []bar) plot.Scale {
	var values []float64
	for _, b := range list {
		values = append(values, b.value)
	}
	return plot.Linear(values...)
}

// bars draws values below each other.
func bars(id, title string, scale plot.Scale, list []bar) plot.Plot {
	const thick = 9
	most := bar{}
	for _, b := range list {
		if b.value > most.value {
			most = b
		}
	}
	p := plot.Plot{ID: id, Title: title, Height: bandsTop + band*float64(len(list)), Class: "bars"}
	if most.name != "" {
		p.Desc = "The most has " + most.name + ": " + most.text + "."
	}
	p.Marks = append(p.Marks, plot.Text(0, 14, plot.Start, title, "small"))
	for i, b := range list {
		y := bandsTop + band*float64(i)
		p.Marks = append(p.Marks,
			plot.Text(0, y+14, plot.Start, clip(b.name, longest+10), ""),
			plot.Text(100, y+14, plot.End, b.text, "value"),
			plot.Rect(0, y+18, 100, thick, "track"),
			plot.Rect(0, y+18, scale.At(b.value), thick, "bar").Hover(b.name+": "+b.text))
	}
	return p
}

func resourceTable(rows []row) page.Table {
	t := page.Table{Caption: "What each row took", Head: []string{"row"}, Folded: true}
	for _, m := range measures {
		t.Head = append(t.Head, m.title)
	}
	for _, r := range rows {
		line := []string{r.Name}
		for _, m := range measures {
			line = append(line, m.text(m.of(r.estimate)))
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}
