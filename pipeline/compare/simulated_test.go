package compare

import (
	"math"
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"
)

// sim makes results as a run would, of times that a model says.
type sim struct {
	plan  Plan
	noise float64 // sigma of a log-normal factor on each sample
	seed  uint64

	wall func(row Row, block int) float64
	cpu  func(row Row, wall float64) float64
	each func(s *Sample) // a last touch
}

func (m sim) run(t *testing.T) *Result {
	t.Helper()
	plan, err := m.plan.complete()
	if err != nil {
		t.Fatal(err)
	}
	dice := rand.New(rand.NewPCG(m.seed, 99))
	r := &Result{Plan: plan, Rounds: plan.Rounds, Environment: Environment{Cores: 2}}
	for block := range plan.WarmUps + plan.Rounds {
		for _, row := range plan.measured() {
			s := Sample{
				Row: row.Name, Block: block, WarmUp: block < plan.WarmUps, Repeats: 1,
				Items: int64(plan.Items), Digest: "d", RSS: 20 << 20, Threads: 5, Voluntary: 400, StartUp: 0.02,
			}
			s.Wall = m.wall(row, block) * math.Exp(m.noise*dice.NormFloat64())
			if m.cpu != nil {
				s.User = m.cpu(row, s.Wall)
			}
			if m.each != nil {
				m.each(&s)
			}
			r.Samples = append(r.Samples, s)
		}
	}
	Judge(r)
	return r
}

// lab are the rows of a run: a baseline, its twin, and a mode at several widths, with
// and without the lock.
func lab(work Workload, items int, widths ...int) Plan {
	plan := Plan{Title: "simulated", Work: work, Noun: "URLs", Items: items, Seed: 1}
	plan.Rows = []Row{
		{Name: "blocking", Mode: "blocking", Width: 1},
		{Name: "blocking again", Mode: "blocking", Width: 1, Twin: true},
	}
	for _, mode := range []string{"pool", "async"} {
		for _, gil := range []bool{false, true} {
			for _, width := range widths {
				row := Row{Mode: mode, Width: width, GIL: gil}
				row.Name = row.Label() + " " + strconv.Itoa(width)
				plan.Rows = append(plan.Rows, row)
			}
		}
	}
	for i := range plan.Rows {
		plan.Rows[i].Job = "simulated"
		if plan.Rows[i].Processors = 2; plan.Rows[i].GIL {
			plan.Rows[i].Processors = 1
		}
	}
	return plan
}

// delayed is an origin that answers after a delay, however many ask.
func delayed(items int, delay float64) func(Row, int) float64 {
	return func(row Row, _ int) float64 {
		return math.Ceil(float64(items)/float64(row.Width)) * delay
	}
}

// atMost is an origin that serves so many a second behind a delay.
func atMost(items int, delay, rate float64) func(Row, int) float64 {
	return func(row Row, _ int) float64 {
		return float64(items) / math.Min(float64(row.Width)/delay, rate)
	}
}

// slowing is one that answers later the more ask: (n/k)² on top.
func slowing(items int, delay, k float64) func(Row, int) float64 {
	return func(row Row, _ int) float64 {
		n := float64(row.Width)
		return float64(items) / n * delay * (1 + n*n/(k*k))
	}
}

// kernel is work that computes for as long.
func kernel(seconds float64) func(Row, int) float64 {
	return func(row Row, _ int) float64 {
		return seconds / math.Min(float64(row.Width), float64(row.Processors))
	}
}

func idle(_ Row, wall float64) float64 { return 0.02 * math.Min(wall, 1) }

func say(t *testing.T, r *Result) string {
	t.Helper()
	var b strings.Builder
	if err := WriteTable(&b, r, 80, false); err != nil {
		t.Fatal(err)
	}
	b.WriteString("\n")
	if err := WriteVerdict(&b, r, 80); err != nil {
		t.Fatal(err)
	}
	return b.String()
}
