package compare

import (
	"math"
	"slices"
	"strings"
	"testing"
)

func TestVerdicts(t *testing.T) {
	const items = 200
	cpuBound := func(row Row, wall float64) float64 {
		return wall * math.Min(float64(row.Width), float64(row.Processors))
	}
	for _, test := range []struct {
		name  string
		sim   sim
		bound Bound
		helps bool
		low   float64 // gain
		high  float64
		width [2]int
		why   Reason
		say   []string
	}{
		{
			name:  "a delay",
			sim:   sim{plan: lab(Network, items, 1, 4, 8, 32), wall: delayed(items, 0.02), cpu: idle},
			bound: BoundIO, helps: true, low: 27, high: 30, width: [2]int{32, 32}, why: Widest,
			say: []string{"I/O-bound: ", "One processor is enough for it: with GOMAXPROCS=1", "It matters little who does it", "still gaining"},
		},
		{
			name:  "a kernel",
			sim:   sim{plan: lab(CPU, items, 1, 2, 4, 8), wall: kernel(2), cpu: cpuBound},
			bound: BoundCPU, helps: true, low: 1.9, high: 2.1, width: [2]int{2, 2}, why: Cores,
			say: []string{"CPU-bound: ", "async is as good as pool", "nothing is gained", "The whole gain comes from more processors", "the processors are busy"},
		},
		{
			name: "a kernel while others compute, too",
			sim: sim{plan: lab(CPU, items, 1, 2, 4, 8), wall: func(Row, int) float64 { return 4 },
				cpu:  func(Row, float64) float64 { return 1 },
				each: func(s *Sample) { s.RunDelay = 0.74 * s.Wall }},
			bound: BoundCPU, helps: false, low: 0.95, high: 1.05, width: [2]int{1, 1}, why: NoGain,
			say: []string{"CPU-bound, ", "for 74 % of its time blocking had no processor to itself"},
		},
		{
			name: "a delay while others compute",
			sim: sim{plan: lab(Network, items, 1, 4, 8, 32), wall: delayed(items, 0.02), cpu: idle,
				each: func(s *Sample) { s.RunDelay = 0.4 * s.Wall }},
			bound: BoundIO, helps: true, low: 27, high: 30, width: [2]int{32, 32}, why: Widest,
			say: []string{"I/O-bound: ", "for 40 % of its time blocking had no processor to itself"},
		},
		{
			name: "warm files on one core",
			sim: sim{plan: lab(Files, items, 1, 2, 4, 8), wall: func(Row, int) float64 { return 0.7 },
				cpu: func(_ Row, wall float64) float64 { return wall }},
			bound: BoundCPU, helps: false, low: 0.95, high: 1.05, width: [2]int{1, 1}, why: NoGain,
			say: []string{"concurrency does not help", "More workers than processors gain nothing"},
		},
		{
			name:  "an origin that serves one at a time",
			sim:   sim{plan: lab(Network, items, 1, 2, 4, 8), wall: func(Row, int) float64 { return 2 }, cpu: idle},
			bound: BoundIO, helps: false, low: 0.95, high: 1.05, width: [2]int{1, 1}, why: NoGain,
			say: []string{"concurrency does not help", "does not serve two at a time"},
		},
		{
			name:  "200 a second behind 50 ms",
			sim:   sim{plan: lab(Network, items, 1, 2, 4, 8, 16, 32, 64), wall: atMost(items, 0.05, 200), cpu: idle},
			bound: BoundIO, helps: true, low: 9, high: 11, width: [2]int{8, 12}, why: Ceiling,
			say: []string{"the other side serves 20", "A faster other side"},
		},
		{
			name:  "latency grows with load",
			sim:   sim{plan: lab(Network, items, 1, 2, 4, 8, 16, 32, 64), wall: slowing(items, 0.02, 16), cpu: idle},
			bound: BoundIO, helps: true, low: 7, high: 9, width: [2]int{12, 20}, why: Coherency,
			say: []string{"(coherency)", "Find what all of them share"},
		},
		{
			name: "politeness",
			sim: func() sim {
				plan := lab(Network, items, 1, 2, 4, 8, 16, 32)
				plan.Cap = 8
				return sim{plan: plan, wall: atMost(items, 0.05, 8/0.05), cpu: idle}
			}(),
			bound: BoundIO, helps: true, low: 7, high: 9, width: [2]int{7, 9}, why: Politeness,
			say: []string{"More is not allowed", "Leave to ask for more"},
		},
		{
			name: "half and half",
			sim: sim{plan: lab(Network, items, 1, 2, 4, 8, 16), wall: func(row Row, _ int) float64 {
				return math.Max(items*0.01/float64(row.Width), items*0.005/float64(row.Processors))
			}, cpu: func(Row, float64) float64 { return items * 0.005 }},
			bound: BoundMixed, helps: true, low: 3.8, high: 4.2, width: [2]int{4, 4}, why: Cores,
			say: []string{"Bound by I/O and CPU alike", "the rest of the gain comes from more processors"},
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.sim.noise, test.sim.seed = 0.02, 1
			r := test.sim.run(t)
			text := say(t, r)
			t.Log("\n" + text)
			v := r.Verdict
			if !v.Given {
				t.Fatalf("refused: %q", v.Refused)
			}
			if v.Bound != test.bound || v.Helps != test.helps || v.Reason != test.why {
				t.Errorf("%s, helps %v, %s", v.Bound, v.Helps, v.Reason)
			}
			if v.Gain.Value < test.low || v.Gain.Value > test.high || !(v.Gain.Low <= v.Gain.Value && v.Gain.Value <= v.Gain.High) {
				t.Errorf("gain %+v", v.Gain)
			}
			if v.Width < test.width[0] || v.Width > test.width[1] {
				t.Errorf("width %d", v.Width)
			}
			flat := strings.Join(strings.Fields(text), " ")
			for _, words := range test.say {
				if !strings.Contains(flat, words) {
					t.Errorf("does not say %q", words)
				}
			}
			roundTrip(t, r)
		})
	}
}

func TestJudgeOfNothing(t *testing.T) {
	var r Result
	Judge(&r)
	if r.Verdict.Given || r.Verdict.Lines[0] != "Nothing was measured." {
		t.Errorf("%+v", r.Verdict)
	}
	roundTrip(t, &r)
}

func TestIdealIsWhatLittleAndAmdahlAllow(t *testing.T) {
	row := Row{Width: 32, Processors: 2}
	for _, test := range []struct {
		items, repeats int
		wall, cpu      float64
		want           float64
	}{
		{200, 1, 4, 0.02, 0.14}, // seven rounds of 20 ms
		{200, 4, 4, 0.02, 0.125},
		{200, 1, 4, 4, 2}, // two processors
		{2, 1, 0.23, 0.23, 0.115},
	} {
		if got := ideal(test.items, test.repeats, row, test.wall, test.cpu); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("%+v: %g", test, got)
		}
	}
}

// Of rows that do as well, the best is the one of which more widths were measured; and
// files from the device are a story of their own.
func TestVerdictOnFiles(t *testing.T) {
	plan := Plan{Items: 100, Work: Files, Noun: "files", Rows: []Row{
		{Name: "blocking", Mode: "blocking", Width: 1}, {Name: "blocking again", Mode: "blocking", Width: 1, Twin: true},
		{Name: "threads 8", Mode: "threads", Width: 8}, {Name: "pool 4", Mode: "pool", Width: 4}, {Name: "pool 8", Mode: "pool", Width: 8},
		{Name: "async 8", Mode: "async", Width: 8},
		{Name: "blocking cold", Mode: "blocking", Width: 1, Cold: true}, {Name: "pool 8 cold", Mode: "pool", Width: 8, Cold: true},
		{Name: "open()", Mode: "open()", Width: 1, Python: true}, {Name: "open() threads 8", Mode: "open() threads", Width: 8, Python: true},
		{Name: "open() cold", Mode: "open()", Width: 1, Python: true, Cold: true},
		{Name: "open() threads 8 cold", Mode: "open() threads", Width: 8, Python: true, Cold: true},
	}}
	for i := range plan.Rows {
		plan.Rows[i].Job = "j"
	}
	for _, test := range []struct {
		cold float64 // gain from the device
		says string
	}{
		{4, "From the device, with nothing of them in the page cache, the files take 8.0"},
		{4, "pool 8 cold is 4.0"},
		{1, "no way is faster beyond what noise explains (pool 8 cold: "},
	} {
		r := sim{plan: plan, noise: 0.003, seed: 1, wall: func(row Row, _ int) float64 {
			switch gain := math.Min(float64(row.Width), 2); {
			case row.Cold && row.Width > 1:
				return 8 / test.cold
			case row.Cold:
				return 8
			case row.Mode == "threads":
				return 0.99 * 2 / gain
			default:
				return 2 / gain
			}
		}, cpu: func(Row, float64) float64 { return 2 }, each: func(s *Sample) { s.Phases.Disk = 0.5 }}.run(t)
		v := r.Verdict
		text := strings.Join(strings.Fields(say(t, r)), " ")
		if v.Best != "pool 4" || v.Width > 4 || !strings.Contains(text, test.says) {
			t.Errorf("best %s, width %d: %s", v.Best, v.Width, text)
		}
		if !strings.Contains(text, "In Python the best way, open() threads 8, is") || strings.Contains(text, "A faster disk") {
			t.Error(text)
		}
	}
}

// The width is within a quarter of the true one, under 5 % of noise on each sample.
func TestWidthOfNoisyOrigins(t *testing.T) {
	const items, runs = 200, 25
	for _, test := range []struct {
		name string
		wall func(Row, int) float64
		want float64
	}{
		{"200/s behind 50 ms", atMost(items, 0.05, 200), 10},
		{"200/s behind 100 ms", atMost(items, 0.1, 200), 20},
		{"slowing, 16", slowing(items, 0.02, 16), 16},
		{"slowing, 30", slowing(items, 0.02, 30), 30},
	} {
		wrong := 0
		for seed := range uint64(runs) {
			plan := lab(Network, items, 1, 2, 4, 8, 16, 32, 64)
			plan.Seed = seed
			plan.Rows = plan.Rows[:2+7]
			r := sim{plan: plan, wall: test.wall, cpu: idle, noise: 0.05, seed: seed}.run(t)
			if r.Curves[0].Knee == 0 {
				t.Fatalf("%s: no knee: %+v", test.name, r.Curves)
			}
			if math.Abs(float64(r.Curves[0].Knee)/test.want-1) > 0.25 {
				wrong++
				t.Logf("%s: %+v", test.name, r.Curves[0])
			}
		}
		if wrong > 0 {
			t.Errorf("%s: %d of %d runs are off by more than a quarter", test.name, wrong, runs)
		}
	}
}

// A twin that is the same is seldom taken for another, and one that differs is found
// out.
func TestTwins(t *testing.T) {
	const runs = 100
	alarms := func(differs, noise float64) int {
		n := 0
		for seed := range uint64(runs) {
			plan := Plan{Items: 10, Seed: seed, Rows: []Row{{Name: "a", Width: 1, Job: "j"}, {Name: "a again", Width: 1, Job: "j", Twin: true}}}
			r := sim{plan: plan, noise: noise, seed: seed, wall: func(row Row, _ int) float64 {
				if row.Twin {
					return 1 + differs
				}
				return 1
			}}.run(t)
			if slices.ContainsFunc(r.Verdict.Refused, func(s string) bool { return strings.Contains(s, "differs from itself") }) {
				n++
			}
		}
		return n
	}
	if n := alarms(0, 0.03); n > runs*4/100 {
		t.Errorf("%d false alarms in %d", n, runs)
	} else {
		t.Logf("%d false alarms in %d", n, runs)
	}
	if n := alarms(0.1, 0.03); n < runs*95/100 {
		t.Errorf("%d of %d twins that differ by 10 %% were found out", n, runs)
	}
}

func TestRefusalsAndDoubts(t *testing.T) {
	base := func() sim {
		plan := lab(Network, 200, 1, 4, 8, 32)
		plan.Rows = plan.Rows[:2+4]
		return sim{plan: plan, wall: delayed(200, 0.02), cpu: idle, noise: 0.01, seed: 3}
	}
	for _, test := range []struct {
		name    string
		change  func(*sim)
		after   func(*Result)
		refused string
		doubt   string
	}{
		{name: "the server is the bottleneck", change: func(m *sim) { m.plan.Ceiling = 5000 },
			refused: "the server is the bottleneck"},
		{name: "it is not", change: func(m *sim) { m.plan.Ceiling = 20_000 }},
		{name: "the origin slows down midway", change: func(m *sim) {
			m.wall = func(row Row, block int) float64 {
				if block > 6 {
					return 1.5 * delayed(200, 0.02)(row, block)
				}
				return delayed(200, 0.02)(row, block)
			}
		}, refused: "things changed midway: from round 7 on all rows took 1.5"},
		{name: "no twin", change: func(m *sim) { m.plan.Rows = slices.Delete(m.plan.Rows, 1, 2) },
			refused: "no row was measured twice"},
		{name: "two rounds", change: func(m *sim) { m.plan.Rounds = 2 }, refused: "too few rounds to say anything: 2"},
		{name: "four rounds", change: func(m *sim) { m.plan.Rounds, m.seed = 4, 5 }, doubt: "with 4 rounds the intervals are rough"},
		{name: "no digest", change: func(m *sim) { m.each = func(s *Sample) { s.Digest = "" } }, refused: "blocking: does not tell what bytes it got"},
		{name: "other bytes in one block", change: func(m *sim) {
			m.each = func(s *Sample) {
				if s.Row == "pool 8" && s.Block == 4 {
					s.Digest = "e"
				}
			}
		}, refused: "pool 8: got other bytes than the rest (in round 4)"},
		{name: "all others fail", change: func(m *sim) {
			m.each = func(s *Sample) { s.Failed = 2 }
		}, refused: "and 1 more row with failed URLs"},
		{name: "steal", after: func(r *Result) { r.Environment.Known, r.Environment.Steal = true, 0.07 }, doubt: "the host took 7 %"},
		{name: "load", after: func(r *Result) { r.Environment.Load[0] = 3 }, doubt: "its load was 3.0 on 2 processors"},
		{name: "short", change: func(m *sim) { m.wall = delayed(200, 0.0005) }, doubt: "shorter than 0.25 s, where noise is large: "},
		{name: "interrupted", after: func(r *Result) { r.Rounds, r.Stopped = 8, "interrupted" }, doubt: "stopped after 8 of 10 rounds: interrupted"},
		{name: "noise that hides a gain", change: func(m *sim) {
			m.plan.Rounds = 3
			m.wall = func(row Row, block int) float64 {
				if row.Width > 1 && block == 2 {
					return 2
				}
				return 2 / (1 + 0.1*math.Min(float64(row.Width), 2))
			}
		}, refused: "noise is too large to say whether concurrency helps: "},
		{name: "noise", change: func(m *sim) { m.noise = 0.3; m.seed = 8 }, doubt: "the times of blocking vary by "},
	} {
		t.Run(test.name, func(t *testing.T) {
			m := base()
			if test.change != nil {
				test.change(&m)
			}
			r := m.run(t)
			if test.after != nil {
				test.after(r)
				Judge(r)
			}
			v := r.Verdict
			has := func(list []string, want string) bool {
				return want == "" || slices.ContainsFunc(list, func(s string) bool { return strings.Contains(s, want) })
			}
			if !has(v.Refused, test.refused) || !has(v.Doubts, test.doubt) || test.refused == "" && test.name != "noise" && !v.Given {
				t.Errorf("refused %q, doubts %q", v.Refused, v.Doubts)
			}
			if (len(v.Refused) == 0) != v.Given || strings.HasPrefix(v.Headline, "No verdict") == v.Given {
				t.Errorf("given %v: %s", v.Given, v.Headline)
			}
		})
	}
}
