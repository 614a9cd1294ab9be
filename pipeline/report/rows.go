package report

import (
	"math"
	"slices"
	"unicode/utf8"

	"crawl/pipeline/compare"
	"crawl/pipeline/stats"
)

// row is one way of working with all that was found of it.
type row struct {
	compare.Row
	estimate compare.Estimate
	spans    []compare.Span
	items    int // of one pass
}

// measured are the rows that have an estimate, in the plan's order.
func measured(r *compare.Result) []row {
	var rows []row
	for _, planned := range r.Plan.Rows {
		for _, e := range r.Estimates {
			if e.Row == planned.Name {
				rows = append(rows, row{Row: planned, estimate: e, spans: spansOf(r.Samples, e.Row), items: max(r.Plan.Items, 1)})
				break
			}
		}
	}
	return rows
}

func spansOf(samples []compare.Sample, name string) []compare.Span {
	for _, s := range samples {
		if s.Row == name && len(s.Spans) > 0 {
			return s.Spans
		}
	}
	return nil
}

// isBaseline tells whether the row is what others are compared with.
func (r row) isBaseline() bool { return r.estimate.Baseline == r.Name || r.estimate.Baseline == "" }

// mostRows is how many rows a picture holds before it shows only one of each mode.
const mostRows = 10

// featured are the rows that plots by row show: without the twin, and when there are
// many, of each mode the fastest, and what the others are compared with.
func featured(rows []row) []row {
	rows = slices.DeleteFunc(slices.Clone(rows), func(r row) bool { return r.Twin })
	if len(rows) <= mostRows {
		return rows
	}
	best := map[string]row{}
	for _, r := range rows {
		if b, ok := best[r.Label()]; !ok || r.estimate.Wall.Value < b.estimate.Wall.Value {
			best[r.Label()] = r
		}
	}
	return slices.DeleteFunc(rows, func(r row) bool {
		return best[r.Label()].Name != r.Name && !r.isBaseline()
	})
}

// longest is how much of a name a telephone has room for.
const longest = 26

// name is the row's, cut to fit above a plot.
func (r row) name() string { return clip(r.Name, longest) }

// clip cuts s to n characters, which the last one shows.
func clip(s string, n int) string {
	s = stats.Printable(s)
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}

func noun(p compare.Plan) string {
	if p.Noun == "" {
		return "items"
	}
	return p.Noun
}

// short is a part's name in the list of contents.
func short(p compare.Plan) string {
	switch p.Work {
	case compare.Network:
		return "Network"
	case compare.Files:
		return "Files"
	case compare.CPU:
		return "CPU"
	}
	return clip(p.Title, longest)
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }

func positive(v float64) bool { return finite(v) && v > 0 }
