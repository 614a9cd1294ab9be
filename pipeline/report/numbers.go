package report

import (
	"fmt"
	"slices"

	"crawl/pipeline/compare"
	"crawl/pipeline/report/page"
	"crawl/pipeline/report/plot"
)

// numbers are all estimates, in two tables so that each fits on paper.
func numbers(r *compare.Result) []page.Block {
	times := page.Table{
		Caption: "How fast: medians for one pass",
		Head:    []string{"row", "blocks", "time", "low", "high", "items/s", "ratio", "ideal", "start-up"},
	}
	costs := page.Table{
		Caption: "What it took: medians for one pass",
		Head: []string{"row", "CPU", "busy", "RSS", "threads", "switches, own", "forced",
			"connections, new", "reused", "timer late", "server CPU"},
	}
	for _, e := range r.Estimates {
		times.Rows = append(times.Rows, []string{
			e.Row, fmt.Sprint(e.Samples), plot.Seconds(e.Wall.Value), plot.Seconds(e.Wall.Low), plot.Seconds(e.Wall.High),
			plot.Number(e.Throughput), plot.Times(e.Ratio.Value), plot.Times(e.Ideal), plot.Seconds(e.StartUp),
		})
		costs.Rows = append(costs.Rows, []string{
			e.Row, plot.Seconds(e.CPU), plot.Percent(e.CPUShare), size(float64(e.RSS)), fmt.Sprint(e.Threads),
			plot.Number(float64(e.Voluntary)), plot.Number(float64(e.Involuntary)),
			plot.Number(float64(e.New)), plot.Number(float64(e.Reused)), plot.Seconds(e.Heartbeat), plot.Seconds(e.ServerCPU),
		})
	}
	return []page.Block{times, costs}
}

// passes are the times of single samples: a line for a row, a column for a block.
func passes(samples []compare.Sample) page.Table {
	t := page.Table{Caption: "Time of one pass in each block", Head: []string{"row"}, Folded: true}
	var blocks []int
	var rows []string
	cells := map[string]map[int]string{}
	for _, s := range samples {
		if s.WarmUp {
			continue
		}
		if cells[s.Row] == nil {
			cells[s.Row] = map[int]string{}
			rows = append(rows, s.Row)
		}
		if !slices.Contains(blocks, s.Block) {
			blocks = append(blocks, s.Block)
		}
		cells[s.Row][s.Block] = plot.Seconds(s.Pass())
	}
	slices.Sort(blocks)
	slices.Sort(rows)
	for _, b := range blocks {
		t.Head = append(t.Head, fmt.Sprintf("block %d", b))
	}
	for _, r := range rows {
		line := []string{r}
		for _, b := range blocks {
			line = append(line, cells[r][b])
		}
		t.Rows = append(t.Rows, line)
	}
	return t
}
