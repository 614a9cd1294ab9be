// Package report writes what a comparison found as one page of HTML, which needs
// nothing else: it can be mailed, printed, or shown to a class.
//
// There is one call, [Write]:
//
//	err := report.Write(file, report.Report{Command: "crawl compare urls.txt", Parts: []*compare.Result{result}})
//
// The verdict comes first, for who has a minute. Then, for each part: what the first
// items did and when, the speed-up by width, the intervals, where the time went and
// what it took; at last how it was measured, and all numbers. Where there is no
// verdict the page says so, and shows what there is.
//
// Package page is the page without the contents and package plot its pictures; other
// reports can stand on them.
package report

import (
	"fmt"
	"io"

	"crawl/pipeline/compare"
	"crawl/pipeline/report/page"
)

// Report is what a page is about: one part, or several that were measured on one
// machine, such as a network's, files' and a processor's. The zero value makes a
// page that says that nothing was measured.
type Report struct {
	Title   string // of the page; "": that of the only part
	Command string // which repeats it; "": not told
	Parts   []*compare.Result
}

// Write writes the page in one piece. Nothing in a result can make it fail, a value
// that is no number least of all: where there is nothing to draw the page says so.
// Its errors are those of w.
func Write(w io.Writer, r Report) error {
	return page.Write(w, r.page())
}

func (r Report) page() page.Page {
	p := page.Page{Kicker: "crawl compare", Title: r.title()}
	if len(r.Parts) == 0 {
		p.Lead = "Nothing was measured."
		return p
	}
	p.Lead = where(r.Parts[0])
	var updates []compare.LostUpdate
	for i, part := range r.Parts {
		p.Sections = append(p.Sections, verdict(part, fmt.Sprintf("verdict%d", i+1), len(r.Parts) > 1))
	}
	for i, part := range r.Parts {
		p.Sections = append(p.Sections, sections(part, fmt.Sprintf("part%d", i+1), len(r.Parts) > 1)...)
		updates = append(updates, part.Updates...)
	}
	if len(updates) > 0 {
		p.Sections = append(p.Sections, lost(updates))
	}
	p.Sections = append(p.Sections, environment(r))
	for i, part := range r.Parts {
		p.Sections = append(p.Sections, method(part, fmt.Sprintf("method%d", i+1), len(r.Parts) > 1))
	}
	return p
}

func (r Report) title() string {
	switch {
	case r.Title != "":
		return r.Title
	case len(r.Parts) == 1 && r.Parts[0].Plan.Title != "":
		return r.Parts[0].Plan.Title
	}
	return "What concurrency gains"
}

// sections are the plots of one part.
func sections(r *compare.Result, id string, several bool) []page.Section {
	level, list := 2, []page.Section(nil)
	if several {
		level = 3
		list = append(list, page.Section{ID: id, Title: "In detail: " + r.Plan.Title, Short: short(r.Plan), Level: 2})
	}
	rows := measured(r)
	shown := featured(rows)
	for _, s := range []page.Section{
		waterfall(shown, noun(r.Plan)),
		speedup(r.Curves),
		intervals(rows),
		phases(shown, noun(r.Plan)),
		resources(shown),
	} {
		s.Level = level
		if several {
			s.Short = ""
		}
		list = append(list, prefixed(s, id+"-"))
	}
	return list
}

// prefixed makes the names in a section unique: several parts have the same plots.
func prefixed(s page.Section, prefix string) page.Section {
	s.ID = prefix + s.ID
	for _, b := range s.Blocks {
		f, ok := b.(page.Figure)
		if !ok {
			continue
		}
		for i := range f.Plots {
			f.Plots[i].ID = prefix + f.Plots[i].ID
			for j := range f.Plots[i].Marks {
				if m := &f.Plots[i].Marks[j]; m.ID != "" {
					m.ID = prefix + m.ID
				}
			}
		}
	}
	return s
}
