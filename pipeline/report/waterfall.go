package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"crawl/pipeline/compare"
	"crawl/pipeline/report/page"
	"crawl/pipeline/report/plot"
)

// mostItems is how many items of a row the waterfall shows.
const mostItems = 100

// Pixels of a lane, from its top.
const (
	laneTop     = 22   // the row's name is above
	laneCaption = 18   // more where the magnified copy's caption is
	laneBottom  = 20   // the axis' labels are below
	lanesHeight = 1000 // of all lanes together, about
)

// waterfall shows when the first items of each row waited and worked, all rows on
// one axis of time.
func waterfall(rows []row, noun string) page.Section {
	s := page.Section{ID: "waterfall", Title: "Waiting and working", Short: "Waterfall"}
	rows = slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return len(r.spans) == 0 })
	if len(rows) == 0 {
		s.Blocks = append(s.Blocks, page.Text("What single items did was not recorded."))
		return s
	}
	most := 0.0
	for i := range rows {
		rows[i].spans = first(rows[i].spans)
		for _, span := range rows[i].spans {
			if finite(span.End) {
				most = max(most, span.End)
			}
		}
	}
	s.Lead = fmt.Sprintf("The first %s of each way of working, one line each, all on one clock.", plural(len(rows[0].spans), "item", noun))
	scale := plot.Linear(most)
	figure := page.Figure{
		Note: "A staircase is work one after the other; a cliff is work side by side. Where it is too narrow to see, the same stands to its right, so many times as wide (×).",
		Legend: []page.Key{
			{Class: "wait", Text: "waiting (blue)"},
			{Class: "work", Text: "working (orange)"},
		},
		Table: itemTable(rows),
	}
	if slices.ContainsFunc(rows, hasUnknown) {
		figure.Legend = append(figure.Legend, page.Key{Class: "unknown", Text: "not told apart (grey)"})
	}
	for i, r := range rows {
		figure.Plots = append(figure.Plots, lane(r, scale, itemHeight(len(rows), len(r.spans)), fmt.Sprintf("lane%d", i+1)))
	}
	s.Blocks = append(s.Blocks, figure)
	return s
}

// first are the spans to show, by their start.
func first(spans []compare.Span) []compare.Span {
	spans = slices.SortedStableFunc(slices.Values(spans), func(a, b compare.Span) int {
		return cmp.Or(cmp.Compare(a.Start, b.Start), cmp.Compare(a.Item, b.Item))
	})
	return spans[:min(len(spans), mostItems)]
}

// lane is one row's items below each other, each so many pixels high.
func lane(r row, scale plot.Scale, height float64, id string) plot.Plot {
	end, items := 0.0, []plot.Mark(nil)
	top := float64(laneTop)
	for _, span := range r.spans {
		end = max(end, scale.At(span.End))
	}
	factor := magnified(end)
	if factor > 0 {
		top += laneCaption
	}
	for i, span := range r.spans {
		items = append(items, item(span, scale, top+float64(i)*height, height))
	}
	bottom := top + float64(len(r.spans))*height
	last := finish(r.spans)
	said := fmt.Sprintf("done at %s", plot.Seconds(last))
	if share, ok := waiting(r.spans); ok {
		said += ", waited " + plot.Percent(share)
	}
	p := plot.Plot{
		ID: id, Title: r.Name, Height: bottom + laneBottom, Class: "lane",
		Desc: fmt.Sprintf("The first %s, %s of their time.", plural(len(r.spans), "item", "items"), said),
	}
	ticks := scale.Ticks(5)
	p.Marks = append(plot.Rules(scale, ticks, top, bottom), plot.Labels(scale, ticks, plot.SecondsLike(scale.Max), bottom)...)
	p.Marks = append(p.Marks,
		plot.Text(0, 14, plot.Start, r.name(), "name"),
		plot.Text(100, 14, plot.End, said, "value"),
		plot.Group(id+"-items", items...))
	if factor > 0 {
		p.Marks = append(p.Marks, magnifier(id+"-items", end, factor, top, bottom, last)...)
	}
	return p
}

// itemHeight is whole pixels, so that edges are sharp.
func itemHeight(lanes, items int) float64 {
	all := min(max(lanesHeight/lanes, 100), 200)
	return float64(min(max(all/items, 1), 14))
}

// magnified is how many times as wide a lane that ends early is shown once more: a
// round number, or 0 when it is wide enough.
func magnified(end float64) float64 {
	const narrow, room = 25, 62 // percent of the width
	if end <= 0 || end > narrow {
		return 0
	}
	factor := min(room/end, 1e4)
	digit := 1.0
	if factor >= 20 {
		digit = math.Pow(10, math.Floor(math.Log10(factor)))
	}
	return math.Floor(factor/digit) * digit
}

// magnifier is the magnified copy with lines that lead there from the original.
func magnifier(id string, end, factor, top, bottom, last float64) []plot.Mark {
	left := 100 - factor*end
	return []plot.Mark{
		plot.Line(end, top, left, top, "leader"),
		plot.Line(end, bottom, left, bottom, "leader"),
		plot.Rect(left, top, 100-left, bottom-top, "ground"),
		plot.Zoom(id, left, factor),
		plot.Rect(left, top, 100-left, bottom-top, "box"),
		plot.Text(left, top-5, plot.Start, "×"+plot.Number(factor), "tick"),
		plot.Text(100, top-5, plot.End, plot.Seconds(last), "tick"),
	}
}

// item is one span as rectangles.
func item(s compare.Span, scale plot.Scale, y, height float64) plot.Mark {
	group := plot.Group("")
	for _, piece := range pieces(s) {
		x := scale.At(piece.start)
		group.Marks = append(group.Marks, plot.Rect(x, y, scale.At(piece.end)-x, height, piece.class))
	}
	return group.Hover(told(s))
}

// told is an item in words.
func told(s compare.Span) string {
	name := s.Name
	if name == "" {
		name = fmt.Sprintf("item %d", s.Item)
	}
	text := fmt.Sprintf("%s: %s to %s", clip(name, 60), plot.Seconds(s.Start), plot.Seconds(s.End))
	for _, p := range s.Parts {
		if doing := clip(p.Phase, 20); doing != "" && p.End > p.Start {
			text += fmt.Sprintf(", %s %s", doing, plot.Seconds(p.End-p.Start))
		}
	}
	return text
}

// itemTable has the numbers of the waterfall.
func itemTable(rows []row) page.Table {
	t := page.Table{Caption: "When each item began and ended", Head: []string{"item"}, Folded: true}
	most := 0
	for _, r := range rows {
		t.Head = append(t.Head, r.Name)
		most = max(most, len(r.spans))
	}
	for i := range most {
		line := []string{plot.Number(float64(i + 1))}
		for _, r := range rows {
			cell := ""
			if i < len(r.spans) {
				cell = plot.Seconds(r.spans[i].Start) + " – " + plot.Seconds(r.spans[i].End)
			}
			line = append(line, cell)
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}
