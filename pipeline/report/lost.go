package report

import (
	"crawl/pipeline/compare"
	"crawl/pipeline/report/page"
	"crawl/pipeline/report/plot"
)

// lost shows that no interpreter's lock makes read, change and write one step.
func lost(list []compare.LostUpdate) page.Section {
	s := page.Section{
		ID: "lost", Title: "Lost updates", Short: "Lost updates", Level: 2,
		Lead: "Several workers count together. Who reads, lets others run, and then writes, overwrites what they counted: also on one processor (gil), also under Python's lock. Each cure has its price.",
	}
	var shares, costs []bar
	table := page.Table{Caption: "Updates wanted and found", Folded: true, Head: []string{"way", "workers", "wanted", "found", "lost", "time of one"}}
	var skipped []string
	for _, u := range list {
		name := u.Name
		if u.GIL {
			name += " gil"
		}
		if u.Skip != "" {
			skipped = append(skipped, name+": "+u.Skip)
			continue
		}
		share := lostShare(u)
		shares = append(shares, bar{name, share, plot.Percent(share)})
		costs = append(costs, bar{name, u.Each, plot.Seconds(u.Each)})
		table.Rows = append(table.Rows, []string{name, plot.Number(float64(u.Workers)), plot.Number(float64(u.Want)),
			plot.Number(float64(u.Got)), plot.Percent(share), plot.Seconds(u.Each)})
	}
	if len(shares) > 0 {
		s.Blocks = append(s.Blocks, page.Figure{Grid: true, Table: table, Plots: []plot.Plot{
			bars("lost-share", "Share of updates lost", plot.Linear(1), shares),
			bars("lost-cost", "Time that one update takes", upTo(costs), costs),
		}})
	}
	if len(skipped) > 0 {
		s.Blocks = append(s.Blocks, page.List{Title: "Not measured", Items: skipped})
	}
	return s
}

func lostShare(u compare.LostUpdate) float64 {
	if u.Want <= 0 {
		return 0
	}
	return max(1-float64(u.Got)/float64(u.Want), 0)
}
