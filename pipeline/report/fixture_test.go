package report

import (
	"fmt"
	"math/rand/v2"
	"time"

	"crawl/pipeline/compare"
	"crawl/pipeline/compare/usl"
)

// networkRun is a run as the lab gives it: items of 20 ms, by name "URL 7", with some
// rows at one width and curves over several.
func networkRun(items int) *compare.Result {
	f := fixture{rng: rand.New(rand.NewPCG(5, 1)), each: 0.020, work: 0.0004}
	r := &compare.Result{
		Plan: compare.Plan{
			Title: fmt.Sprintf("%d URLs of the lab, 20 ms each", items), Work: compare.Network, Noun: "URLs",
			Items: items, Rounds: 10, WarmUps: 1, Seed: 42, Ceiling: 21000,
		},
		Started: time.Date(2026, 3, 2, 9, 30, 0, 0, time.UTC), Took: 97.4, Rounds: 10,
		Environment: compare.Environment{OS: "linux", Arch: "amd64", Kernel: "6.1.0", CPU: "Some Processor 9", Cores: 2, Memory: 8 << 30, Go: "go1.26",
			Known: true, Load: [2]float64{0.2, 1.1}, Busy: 0.4, Steal: 0.002, Interpreter: "python3 3.11.2", Libraries: map[string]string{"aiohttp": "3.8.4"}},
		Notes: []string{"requests is not bound by the width"},
		Verdict: compare.Verdict{
			Given: true, Bound: compare.BoundIO, Waiting: 0.979, Helps: true, Best: "pool 32", Width: 32, Reason: compare.Widest,
			Gain:     compare.Interval{Value: 29.4, Low: 28.9, High: 29.8, Level: 0.95},
			Headline: "Concurrency makes this 29 times as fast: nearly all of the time is waiting, and waiting can be done side by side.",
			Lines:    []string{"One at a time it waits 98 % of the time. With 32 in flight 29.4 times as much is done in the same time, 92 % of what is possible."},
			Doubts:   []string{"The machine was 40 % busy."},
			Next:     []string{"A greater width: up to 32 there is no bend."},
		},
	}
	f.add(r, compare.Row{Name: "blocking 1", Mode: "blocking", Width: 1})
	f.add(r, compare.Row{Name: "blocking 1 again", Mode: "blocking", Width: 1, Twin: true})
	for _, mode := range []string{"threads", "processes", "pool", "async"} {
		f.add(r, compare.Row{Name: mode + " 32", Mode: mode, Width: 32})
	}
	f.add(r, compare.Row{Name: "pool gil 32", Mode: "pool", Width: 32, GIL: true})
	f.add(r, compare.Row{Name: "requests 1", Mode: "requests", Width: 1, Python: true})
	f.add(r, compare.Row{Name: "aiohttp 32", Mode: "aiohttp", Width: 32, Python: true})
	r.Plan.Rows = append(r.Plan.Rows, compare.Row{Name: "aiohttp uvloop 32", Skip: "uvloop is not installed"})
	for _, mode := range []string{"threads", "processes", "pool", "async"} {
		r.Curves = append(r.Curves, f.curve(mode, []int{1, 2, 4, 8, 16, 32, 64}, 0.002, 0.00001, 1e9))
	}
	r.Curves[0].Knee, r.Curves[0].Reason, r.Curves[0].Enough = 32, compare.Coherency, 24
	return r
}

// kernelRun is the same for work that only computes, on two processors.
func kernelRun(items int) *compare.Result {
	f := fixture{rng: rand.New(rand.NewPCG(5, 2)), each: 0.005, work: 0.005}
	r := &compare.Result{
		Plan:   compare.Plan{Title: "a kernel of 5 ms", Work: compare.CPU, Items: items, Rounds: 10, WarmUps: 1, Seed: 7},
		Rounds: 10, Took: 31,
		Environment: compare.Environment{OS: "linux", Arch: "amd64", Cores: 2, Go: "go1.26"},
		Verdict: compare.Verdict{Given: true, Bound: compare.BoundCPU, Helps: true, Best: "processes 2", Width: 2, Reason: compare.Cores,
			Gain:     compare.Interval{Value: 1.93, Low: 1.9, High: 1.96, Level: 0.95},
			Headline: "Concurrency does not help here; two processors do, 1.93 times.", Lines: []string{"All of the time is computing."}},
	}
	f.add(r, compare.Row{Name: "blocking 1", Mode: "blocking", Width: 1, Processors: 1})
	f.add(r, compare.Row{Name: "blocking 1 again", Mode: "blocking", Width: 1, Twin: true, Processors: 1})
	f.add(r, compare.Row{Name: "pool 8", Mode: "pool", Width: 8, Processors: 2})
	f.add(r, compare.Row{Name: "pool gil 8", Mode: "pool", Width: 8, GIL: true, Processors: 1})
	f.add(r, compare.Row{Name: "processes 2", Mode: "processes", Width: 2, Processors: 2})
	r.Curves = []compare.Curve{f.curve("pool", []int{1, 2, 4, 8}, 0.01, 0, 2), f.curve("pool gil", []int{1, 2, 4, 8}, 0.01, 0, 1)}
	r.Curves[0].Knee, r.Curves[0].Reason, r.Curves[0].Top = 2, compare.Cores, 2/f.each
	r.Curves[1].Knee, r.Curves[1].Reason = 1, compare.NoGain
	return r
}

func updates() []compare.LostUpdate {
	return []compare.LostUpdate{
		{Name: "read, yield, write", Workers: 8, Want: 80000, Got: 10021, Each: 210e-9},
		{Name: "read, yield, write", GIL: true, Workers: 8, Want: 80000, Got: 10000, Each: 190e-9},
		{Name: "mutex", Workers: 8, Want: 80000, Got: 80000, Each: 32e-9},
		{Name: "atomic", Workers: 8, Want: 80000, Got: 80000, Each: 6e-9},
		{Name: "Python: read, sleep(0), write", Python: true, Workers: 8, Skip: "no Python found"},
	}
}

// fixture makes up runs that look like measured ones, the same ones each time.
type fixture struct {
	rng  *rand.Rand
	each float64 // seconds that an item takes
	work float64 // of these it works
}

// add measures a row that never was.
func (f *fixture) add(r *compare.Result, row compare.Row) {
	base := ""
	for _, other := range r.Plan.Rows {
		if base == "" && other.Python == row.Python {
			base = other.Name
		}
	}
	if base == "" {
		base = row.Name
	}
	row.Baseline = base
	r.Plan.Rows = append(r.Plan.Rows, row)

	spans, wall := f.spans(row, r.Plan.Items)
	for block := range 4 {
		s := compare.Sample{Row: row.Name, Block: block, WarmUp: block == 0, Repeats: 1, Items: int64(r.Plan.Items), Wall: wall * (1 + f.noise(0.01))}
		if block == 1 {
			s.Spans = spans
		}
		r.Samples = append(r.Samples, s)
	}
	first := wall
	for _, e := range r.Estimates {
		if e.Row == base {
			first = e.Wall.Value
		}
	}
	ratio, ideal := first/wall, float64(row.Width)
	if f.work == f.each {
		ideal = float64(min(row.Width, row.Processors))
	}
	items := float64(r.Plan.Items)
	r.Estimates = append(r.Estimates, compare.Estimate{
		Row: row.Name, Baseline: base, Samples: 10,
		Wall:       compare.Interval{Value: wall, Low: wall * 0.98, High: wall * 1.02, Level: 0.95},
		Throughput: items / wall,
		Ratio:      compare.Interval{Value: ratio, Low: ratio * 0.975, High: ratio * 1.02, Level: 0.95},
		Ideal:      ideal, Efficiency: ratio / ideal,
		CPU: f.work * items, CPUShare: f.work * items / wall, RSS: int64(12+row.Width) << 20, Threads: 6 + row.Width/4,
		Voluntary: 400 + int64(10*row.Width), Involuntary: int64(3 * row.Width), New: int64(row.Width), Reused: int64(r.Plan.Items - row.Width), StartUp: 0.011, Heartbeat: 0.0004,
		Phases: compare.Phases{Queue: 0.001 * items * float64(row.Width) / 8, FirstByte: (f.each - f.work) * 0.97 * items,
			Body: (f.each - f.work) * 0.02 * items, Connect: 0.0002 * float64(row.Width), CPU: f.work * items},
	})
}

// spans are what a closed loop of workers would do.
func (f *fixture) spans(row compare.Row, items int) ([]compare.Span, float64) {
	workers := row.Width
	if f.work == f.each {
		workers = min(workers, max(row.Processors, 1))
	}
	free := make([]float64, workers)
	var spans []compare.Span
	end := 0.0
	for i := range items {
		w := i % workers
		start := free[w]
		took := f.each * (1.02 + f.noise(0.04))
		free[w] = start + took
		end = max(end, free[w])
		if i < mostItems {
			half := f.work / 2
			s := compare.Span{Item: i, Name: fmt.Sprintf("http://lab.example/delay/20?n=%d", i), Worker: w, Start: start, End: free[w]}
			s.Parts = []compare.Part{
				{Phase: "send", Start: start, End: start + half},
				{Phase: "first byte", Waiting: true, Start: start + half, End: s.End - half},
				{Phase: "parse", Start: s.End - half, End: s.End},
			}
			if f.work == f.each {
				s.Parts = []compare.Part{{Phase: "CPU", Start: start, End: s.End}}
			}
			spans = append(spans, s)
		}
	}
	return spans, end
}

func (f *fixture) curve(label string, widths []int, alpha, beta, most float64) compare.Curve {
	law := usl.Model{Alpha: alpha, Beta: beta, Gamma: 1 / f.each}
	c := compare.Curve{Label: label, Fit: law, Error: 0.012, Knee: widths[len(widths)-1], Enough: widths[len(widths)-1], Reason: compare.Widest}
	for _, w := range widths {
		ratio := min(law.At(float64(w))/law.Gamma, most) * (1 + f.noise(0.02))
		c.Points = append(c.Points, compare.Point{
			Row: fmt.Sprintf("%s %d", label, w), Width: w,
			Throughput: compare.Interval{Value: ratio * law.Gamma, Low: ratio * law.Gamma * 0.97, High: ratio * law.Gamma * 1.03, Level: 0.95},
			Speedup:    compare.Interval{Value: ratio, Low: ratio * 0.97, High: ratio * 1.03, Level: 0.95},
			Ideal:      min(float64(w), most),
		})
	}
	if most < 100 {
		c.Fit.Alpha, c.Fit.Beta = 1/most, 0
	}
	return c
}

// noise is between -by and by.
func (f *fixture) noise(by float64) float64 { return by * (2*f.rng.Float64() - 1) }
