package report

import (
	"fmt"
	"strings"

	"crawl/pipeline/compare"
	"crawl/pipeline/report/page"
	"crawl/pipeline/report/plot"
)

// verdict is what a reader who has a minute should see.
func verdict(r *compare.Result, id string, several bool) page.Section {
	v := r.Verdict
	s := page.Section{ID: id, Title: "In short", Short: "In short", Level: 2}
	if several {
		s.Title, s.Short = r.Plan.Title, ""
	}
	if v.Headline != "" {
		s.Blocks = append(s.Blocks, page.Headline{Text: v.Headline, Bad: !v.Given})
	} else if !v.Given {
		s.Blocks = append(s.Blocks, page.Headline{Text: "There is no verdict.", Bad: true})
	}
	if !v.Given {
		if len(v.Refused) > 1 || len(v.Refused) == 1 && !strings.Contains(v.Headline, v.Refused[0]) {
			s.Blocks = append(s.Blocks, page.List{Title: "Why there is no verdict", Class: "refused", Items: v.Refused})
		}
	} else {
		s.Blocks = append(s.Blocks, tiles(v))
	}
	for _, line := range v.Lines {
		if line != v.Headline {
			s.Blocks = append(s.Blocks, page.Text(line))
		}
	}
	if len(v.Doubts) > 0 {
		s.Blocks = append(s.Blocks, page.List{Title: "To be taken with these doubts", Class: "doubt", Items: v.Doubts})
	}
	if len(v.Next) > 0 {
		s.Blocks = append(s.Blocks, page.List{Title: "What would help next", Items: v.Next})
	}
	return s
}

// tiles are the numbers of a verdict.
func tiles(v compare.Verdict) page.Tiles {
	var t page.Tiles
	if positive(v.Gain.Value) {
		tile := page.Tile{Name: "Gain", Value: plot.Times(v.Gain.Value), Note: spanOf(v.Gain)}
		if v.Best != "" {
			tile.Name += ", by " + clip(v.Best, longest)
		}
		t = append(t, tile)
	}
	if v.Width > 0 {
		t = append(t, page.Tile{Name: "Width to use", Value: fmt.Sprint(v.Width), Note: reason(v.Reason)})
	}
	if v.Bound != "" {
		tile := page.Tile{Name: "Bound by", Value: string(v.Bound)}
		if v.Bound == compare.BoundMixed {
			tile.Value = "I/O and CPU"
		}
		if finite(v.Waiting) {
			tile.Note = fmt.Sprintf("one at a time waits %s of the time", plot.Percent(v.Waiting))
		}
		t = append(t, tile)
	}
	return t
}
