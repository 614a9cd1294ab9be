package compare

import (
	"math"
	"slices"
)

// series are the counted samples of a row, by block.
type series map[int]Sample

func measured(r *Result) map[string]series {
	rows := map[string]series{}
	for _, s := range r.Samples {
		if s.WarmUp {
			continue
		}
		if rows[s.Row] == nil {
			rows[s.Row] = series{}
		}
		rows[s.Row][s.Block] = s
	}
	return rows
}

// blocks are in order, so that sums and draws are the same each time.
func (s series) blocks() []int {
	list := make([]int, 0, len(s))
	for block := range s {
		list = append(list, block)
	}
	slices.Sort(list)
	return list
}

func (s series) values(of func(Sample) float64) []float64 {
	list := make([]float64, 0, len(s))
	for _, block := range s.blocks() {
		list = append(list, of(s[block]))
	}
	return list
}

// pass is the median of what one pass takes of something.
func (s series) pass(of func(Sample) float64) float64 {
	return median(s.values(func(m Sample) float64 { return of(m) / float64(max(m.Repeats, 1)) }))
}

func (s series) median(of func(Sample) float64) float64 { return median(s.values(of)) }

// ratios are how many times as fast as base s was, block by block.
func (s series) ratios(base series) []float64 {
	var list []float64
	for _, block := range s.blocks() {
		if b, ok := base[block]; ok {
			list = append(list, b.Pass()/s[block].Pass())
		}
	}
	return list
}

func estimates(r *Result) []Estimate {
	rows := measured(r)
	least := leastCPU(r, rows)
	list := make([]Estimate, 0, len(rows))
	for _, row := range r.Plan.Rows {
		s := rows[row.Name]
		if len(s) == 0 {
			continue
		}
		e := s.estimate(row, r.Plan)
		base := rows[row.Baseline]
		if row.Name == row.Baseline {
			e.Ratio = Interval{1, 1, 1, level}
		} else {
			e.Ratio = bootstrap(s.ratios(base), levelOf(row))
		}
		if len(base) > 0 {
			wall := base.pass(wallOf)
			e.Ideal = wall / ideal(r.Plan.Items, s.repeats(), row, wall, least[row.Baseline])
			e.Efficiency = e.Ratio.Value / e.Ideal
		}
		list = append(list, e)
	}
	return list
}

func levelOf(row Row) float64 {
	if row.Twin {
		return twinLevel
	}
	return level
}

// repeats are those of the last sample; the warm-ups' alone may differ.
func (s series) repeats() int {
	repeats := 1
	for _, block := range s.blocks() {
		repeats = max(s[block].Repeats, 1)
	}
	return repeats
}

func wallOf(s Sample) float64 { return s.Wall }

func (s series) estimate(row Row, plan Plan) Estimate {
	wall := medianInterval(s.values(Sample.Pass))
	e := Estimate{
		Row: row.Name, Baseline: row.Baseline, Samples: len(s),
		Wall: wall, Throughput: float64(plan.Items) / wall.Value,
		CPU:         s.pass(Sample.CPU),
		CPUShare:    s.median(func(m Sample) float64 { return m.CPU() / m.Wall }),
		RunDelay:    s.pass(func(m Sample) float64 { return m.RunDelay }),
		RSS:         int64(s.median(func(m Sample) float64 { return float64(m.RSS) })),
		Threads:     int(s.median(func(m Sample) float64 { return float64(m.Threads) })),
		Voluntary:   int64(s.pass(func(m Sample) float64 { return float64(m.Voluntary) })),
		Involuntary: int64(s.pass(func(m Sample) float64 { return float64(m.Involuntary) })),
		New:         int64(s.median(func(m Sample) float64 { return float64(m.New) })),
		Reused:      int64(s.median(func(m Sample) float64 { return float64(m.Reused) })),
		StartUp:     s.median(func(m Sample) float64 { return m.StartUp }),
		Phases: Phases{
			Queue:     s.pass(func(m Sample) float64 { return m.Phases.Queue }),
			DNS:       s.pass(func(m Sample) float64 { return m.Phases.DNS }),
			Connect:   s.pass(func(m Sample) float64 { return m.Phases.Connect }),
			TLS:       s.pass(func(m Sample) float64 { return m.Phases.TLS }),
			FirstByte: s.pass(func(m Sample) float64 { return m.Phases.FirstByte }),
			Body:      s.pass(func(m Sample) float64 { return m.Phases.Body }),
			Disk:      s.pass(func(m Sample) float64 { return m.Phases.Disk }),
			CPU:       s.pass(func(m Sample) float64 { return m.Phases.CPU }),
		},
		ServerCPU: s.pass(func(m Sample) float64 {
			if m.Server == nil {
				return 0
			}
			return m.Server.CPU
		}),
	}
	for _, m := range s {
		e.Heartbeat = max(e.Heartbeat, m.Heartbeat)
	}
	return e
}

// leastCPU is, by baseline, the least processor time in which one of its rows did a
// pass: a loop that sleeps between items pays for waking up what a busy one does not.
func leastCPU(r *Result, rows map[string]series) map[string]float64 {
	least := map[string]float64{}
	for _, row := range r.Plan.Rows {
		s := rows[row.Name]
		if len(s) == 0 {
			continue
		}
		cpu := s.pass(Sample.CPU)
		if known, ok := least[row.Baseline]; !ok || cpu < known {
			least[row.Baseline] = cpu
		}
	}
	return least
}

// ideal is the least time in which a row can do a pass that takes its baseline wall,
// one item after the other, and takes cpu of processor time at least: by Little's
// law (1961) no more are in flight than the width, and so it takes as many rounds of
// one item's time as widths go into the items; by Amdahl's (1967) what is computed
// is spread over the processors at best.
// Passes follow each other without a pause, so only the last one has idle workers.
func ideal(items, repeats int, row Row, wall, cpu float64) float64 {
	n, passes := float64(items), float64(repeats)
	rounds := math.Ceil(n*passes/float64(max(row.Width, 1))) / passes
	return math.Max(rounds*wall/n, cpu/float64(max(row.Processors, 1)))
}

// keepSpans drops all spans but those of each row's most typical sample.
func keepSpans(r *Result) {
	for _, e := range r.Estimates {
		best := -1
		for i, s := range r.Samples {
			if s.Row != e.Row || s.WarmUp || len(s.Spans) == 0 {
				continue
			}
			if best < 0 || math.Abs(s.Pass()-e.Wall.Value) < math.Abs(r.Samples[best].Pass()-e.Wall.Value) {
				best = i
			}
		}
		for i := range r.Samples {
			if r.Samples[i].Row == e.Row && i != best {
				r.Samples[i].Spans = nil
			}
		}
	}
}
