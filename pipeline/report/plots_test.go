package report

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"testing"

	"crawl/pipeline/compare"
	"crawl/pipeline/compare/usl"
	"crawl/pipeline/report/page"
	"crawl/pipeline/report/plot"
)

// figure is the only one of a section.
func figure(t *testing.T, s page.Section) page.Figure {
	t.Helper()
	for _, b := range s.Blocks {
		if f, ok := b.(page.Figure); ok {
			return f
		}
	}
	t.Fatalf("section %s has no figure", s.ID)
	return page.Figure{}
}

// marks are those of a class, in groups too.
func marks(list []plot.Mark, class string) (found []plot.Mark) {
	for _, m := range list {
		if slices.Contains(strings.Fields(m.Class), class) {
			found = append(found, m)
		}
		found = append(found, marks(m.Marks, class)...)
	}
	return found
}

// places writes marks for comparing.
func places(list []plot.Mark) string {
	var b strings.Builder
	for _, m := range list {
		fmt.Fprintf(&b, "%.4g,%.4g+%.4g,%.4g %s\n", m.X, m.Y, m.W, m.H, m.Text)
	}
	return b.String()
}

func TestPieces(t *testing.T) {
	wait := func(a, b float64) compare.Part { return compare.Part{Waiting: true, Start: a, End: b} }
	work := func(a, b float64) compare.Part { return compare.Part{Start: a, End: b} }
	for _, test := range []struct {
		name string
		span compare.Span
		want string
	}{
		{"parts", compare.Span{End: 10, Parts: []compare.Part{work(0, 1), wait(1, 9), work(9, 10)}}, "[{work 0 1} {wait 1 9} {work 9 10}]"},
		{"neighbours become one", compare.Span{End: 10, Parts: []compare.Part{wait(0, 4), wait(4, 10)}}, "[{wait 0 10}]"},
		{"gaps are unknown", compare.Span{End: 10, Parts: []compare.Part{wait(2, 4), work(6, 8)}}, "[{unknown 0 2} {wait 2 4} {unknown 4 6} {work 6 8} {unknown 8 10}]"},
		{"gaps that nobody sees are not", compare.Span{End: 10, Parts: []compare.Part{work(0.05, 4), wait(4.05, 9.95)}}, "[{work 0 4} {wait 4 9.95}]"},
		{"no parts", compare.Span{Start: 1, End: 3}, "[{unknown 1 3}]"},
		{"no time", compare.Span{Start: 1, End: 1}, "[{unknown 1 1}]"},
		{"parts beyond the end", compare.Span{End: 10, Parts: []compare.Part{wait(-5, 20), work(20, 30)}}, "[{wait 0 10}]"},
		{"parts out of order", compare.Span{End: 10, Parts: []compare.Part{wait(0, 8), work(2, 3), work(8, 10)}}, "[{wait 0 8} {work 8 10}]"},
		{"backwards", compare.Span{Start: 3, End: 1}, "[]"},
		{"not a number", compare.Span{Start: math.NaN(), End: 1}, "[]"},
	} {
		if got := fmt.Sprint(pieces(test.span)); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

func TestLane(t *testing.T) {
	r := row{Row: compare.Row{Name: "pool 2"}, spans: []compare.Span{
		{Item: 0, Name: "a", Start: 0, End: 4, Parts: []compare.Part{{Waiting: true, Phase: "first byte", Start: 0, End: 3}, {Start: 3, End: 4}}},
		{Item: 1, Start: 5, End: 10, Parts: []compare.Part{{Waiting: true, Start: 5, End: 10}}},
	}}
	p := lane(r, plot.Linear(10), 10, "lane1")
	if got, want := places(marks(p.Marks, "wait")), "0,22+30,10 \n50,32+50,10 \n"; got != want {
		t.Errorf("waiting: got\n%swant\n%s", got, want)
	}
	if got, want := places(marks(p.Marks, "work")), "30,22+10,10 \n"; got != want {
		t.Errorf("working: got\n%swant\n%s", got, want)
	}
	if got, want := places(marks(p.Marks, "value")), "100,14+0,0 done at 10 s, waited 89 %\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := told(r.spans[0]), "a: 0 s to 4 s, first byte 3 s"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A row that is done early stands there once more, as wide as there is room.
func TestMagnified(t *testing.T) {
	for end, want := range map[float64]float64{100: 0, 25.1: 0, 20: 3, 4.1: 15, 2: 30, 0.001: 10000, 0: 0} {
		if got := magnified(end); got != want {
			t.Errorf("%v %%: got %v, want %v", end, got, want)
		}
	}
	r := row{spans: []compare.Span{{End: 1, Parts: []compare.Part{{Waiting: true, End: 1}}}}}
	p := lane(r, plot.Linear(50), 10, "lane1") // it ends at 2 %
	for _, m := range p.Marks {
		if m.Kind == plot.KindZoom {
			if m.ID != "lane1-items" || m.Scale != 30 || m.X != 40 {
				t.Errorf("got %+v", m)
			}
			return
		}
	}
	t.Error("no magnified copy")
}

func TestWaterfall(t *testing.T) {
	rows := measured(networkRun(200))
	f := figure(t, waterfall(featured(rows), "URLs"))
	if len(f.Plots) != 8 {
		t.Errorf("%d lanes, want 8: the twin has none", len(f.Plots))
	}
	for _, p := range f.Plots {
		if n := len(marks(p.Marks, "wait")); n != mostItems {
			t.Errorf("%s: %d items, want %d", p.Title, n, mostItems)
		}
		ticks := marks(p.Marks, "rule")
		if want := marks(f.Plots[0].Marks, "rule"); len(ticks) != len(want) || ticks[1].X != want[1].X {
			t.Errorf("%s has another axis of time", p.Title)
		}
	}
	if len(f.Table.Rows) != mostItems || len(f.Table.Head) != 9 {
		t.Errorf("table of %d by %d", len(f.Table.Rows), len(f.Table.Head))
	}
}

func TestPanel(t *testing.T) {
	at := func(n int, v float64) compare.Point {
		return compare.Point{Row: fmt.Sprintf("pool %d", n), Width: n, Ideal: float64(n),
			Throughput: compare.Interval{Value: 50 * v}, Speedup: compare.Interval{Value: v, Low: v / 2, High: v * 2, Level: 0.95}}
	}
	c := compare.Curve{Label: "pool", Points: []compare.Point{at(1, 1), at(4, 4), at(16, 16)}, Fit: usl.Model{Gamma: 50}, Knee: 4, Reason: compare.Ceiling, Top: 200}
	x := plot.Log(2, 1, 16).Between(0, 100)
	y := plot.Log(2, 1, 16).Between(200, 0)
	p := panel(c, x, y, "curve1")
	for class, want := range map[string]string{
		"point":    "0,200+0,0 pool 1: 1.00×, 95 % interval 0.50 to 2.00×\n50,100+0,0 pool 4: 4.00×, 95 % interval 2.00 to 8.00×\n100,0+0,0 pool 16: 16×, 95 % interval 8.00 to 32×\n",
		"interval": "0,200+0,-50 \n50,150+0,-100 \n100,50+0,-50 \n",
		"ceiling":  "0,100+100,0 \n",
		"knee":     "50,46+0,190 \n48.5,228+0,0 knee 4\n",
	} {
		if got := places(marks(p.Marks, class)); got != want {
			t.Errorf("%s: got\n%swant\n%s", class, got, want)
		}
	}
	ideal, fit := marks(p.Marks, "ideal")[0], marks(p.Marks, "fit")[0]
	if got := fmt.Sprint(ideal.Points); got != "[{0 200} {50 100} {100 0}]" {
		t.Errorf("ideal: %s", got)
	}
	if middle := fit.Points[len(fit.Points)/2]; math.Abs(middle.X-50) > 0.01 || math.Abs(middle.Y-100) > 0.01 {
		t.Errorf("the fit passes %v, want {50 100}", middle)
	}
}

// Axes are by doubling where widths are far apart, and the ideal is straight either way.
func TestPanelScales(t *testing.T) {
	for _, test := range []struct {
		widths []int
		log    bool
	}{{[]int{1, 2, 4, 8}, true}, {[]int{1, 2, 3}, false}, {[]int{8}, false}} {
		c := compare.Curve{}
		for _, w := range test.widths {
			c.Points = append(c.Points, compare.Point{Width: w, Ideal: float64(w), Speedup: compare.Interval{Value: 1, Low: 1, High: 1}})
		}
		x, y := panelScales([]compare.Curve{c})
		if x.Log() != test.log || y.Log() != test.log {
			t.Errorf("%v: logarithmic %v and %v", test.widths, x.Log(), y.Log())
		}
	}
}

func TestKneeIsNotMarkedWhereNoneIs(t *testing.T) {
	for _, r := range []compare.Reason{compare.Widest, compare.NoGain} {
		if m := knee(compare.Curve{Knee: 8, Reason: r}, plot.Linear(8), plot.Linear(8)); m != nil {
			t.Errorf("%s: got %v", r, m)
		}
	}
}

func TestForest(t *testing.T) {
	rows := []row{
		{Row: compare.Row{Name: "blocking 1"}, estimate: compare.Estimate{Row: "blocking 1", Baseline: "blocking 1", Ratio: compare.Interval{Value: 1, Low: 1, High: 1}}},
		{Row: compare.Row{Name: "again", Twin: true}, estimate: compare.Estimate{Baseline: "blocking 1", Ratio: compare.Interval{Value: 1, Low: 0.9, High: 1.1}}},
		{Row: compare.Row{Name: "pool 4"}, estimate: compare.Estimate{Baseline: "blocking 1", Ideal: 4, Ratio: compare.Interval{Value: 2, Low: 1.5, High: 3}}},
	}
	p := forest(rows, plot.Linear(4), "forest1")
	for class, want := range map[string]string{
		"one":      "25,42+0,14 \n25,76+0,14 \n25,110+0,14 \n",
		"interval": "22.5,83+5,0 \n37.5,117+37.5,0 \n",
		"twin":     "25,83+0,0 again: 1.00× (0.90 to 1.10×)\n",
		"point":    "25,49+0,0 blocking 1: 1.00×\n50,117+0,0 pool 4: 2.00× (1.50 to 3.00×)\n",
		"best":     "100,110+0,14 \n",
	} {
		if got := places(marks(p.Marks, class)); got != want {
			t.Errorf("%s: got\n%swant\n%s", class, got, want)
		}
	}
	if s := ratioScale(rows); s.Log() || s.Min != 0 {
		t.Errorf("the scale is %+v", s)
	}
	if s := ratioScale(measured(networkRun(100))); !s.Log() {
		t.Errorf("the scale is %+v", s)
	}
}

func TestByBaseline(t *testing.T) {
	var rows []row
	for i := range mostBands + 3 {
		rows = append(rows, row{estimate: compare.Estimate{Baseline: "a"}}, row{estimate: compare.Estimate{Baseline: "b"}})
		if i > 1 {
			rows = rows[:len(rows)-1]
		}
	}
	var got []string
	for _, g := range byBaseline(rows) {
		got = append(got, fmt.Sprint(g[0].estimate.Baseline, len(g)))
	}
	if want := "[a20 b2 a3]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

func TestStack(t *testing.T) {
	r := row{Row: compare.Row{Name: "pool 4"}, items: 2, estimate: compare.Estimate{Phases: compare.Phases{Queue: 8, FirstByte: 4, CPU: 8, Body: math.NaN(), Disk: -1}}}
	got := places(marks(stack(r, plot.Linear(10), 0), "part"))
	want := "0,17+20,14 pool 4: first byte 2 s\n20,17+40,14 pool 4: CPU 4 s\n60,17+40,14 pool 4: queue 4 s\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestBars(t *testing.T) {
	list := []bar{{"a", 5, "5 s"}, {"b", 10, "10 s"}, {"c", math.NaN(), "–"}}
	p := bars("cpu", "CPU", upTo(list), list)
	if got, want := places(marks(p.Marks, "bar")), "0,42+50,9 a: 5 s\n0,76+100,9 b: 10 s\n0,110+0,9 c: –\n"; got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
	if want := "The most has b: 10 s."; p.Desc != want {
		t.Errorf("got %q, want %q", p.Desc, want)
	}
	if f := figure(t, resources(measured(networkRun(10)))); len(f.Plots) != 5 || len(f.Table.Rows) != 9 {
		t.Errorf("%d plots, %d rows", len(f.Plots), len(f.Table.Rows))
	}
}

// Of many rows one of each mode is shown, the fastest, and the baselines.
func TestFeatured(t *testing.T) {
	var rows []row
	for _, mode := range []string{"blocking", "pool", "async"} {
		for _, width := range []int{1, 2, 4, 8} {
			r := row{Row: compare.Row{Name: fmt.Sprint(mode, width), Mode: mode, Width: width}, estimate: compare.Estimate{Baseline: "blocking1"}}
			r.estimate.Wall.Value = 1 / float64(width)
			rows = append(rows, r)
		}
	}
	names := func(rows []row) (names []string) {
		for _, r := range rows {
			names = append(names, r.Name)
		}
		return names
	}
	if got, want := names(featured(rows)), []string{"blocking1", "blocking8", "pool8", "async8"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	rows[1].Twin = true
	if got := names(featured(rows[:5])); len(got) != 4 || slices.Contains(got, "blocking2") {
		t.Errorf("got %v", got)
	}
}

func TestLost(t *testing.T) {
	s := lost(updates())
	f := figure(t, s)
	if got, want := places(marks(f.Plots[0].Marks, "bar"))[:24], "0,42+87.47,9 read, yield"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if list, ok := s.Blocks[len(s.Blocks)-1].(page.List); !ok || len(list.Items) != 1 {
		t.Errorf("the skipped one is not told: %v", s.Blocks)
	}
}
