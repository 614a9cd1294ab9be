package plot

import (
	"math"
	"slices"
	"testing"
)

var (
	nan = math.NaN()
	inf = math.Inf(1)
)

func near(a, b float64) bool { return math.Abs(a-b) < 1e-9*math.Max(1, math.Abs(b)) }

func TestAt(t *testing.T) {
	for _, test := range []struct {
		name    string
		scale   Scale
		v, want float64
	}{
		{"middle", Linear(0, 10), 5, 50},
		{"from zero", Linear(5, 10), 5, 50},
		{"below zero", Linear(-10, 10), 0, 50},
		{"other places", Linear(10).Between(200, 100), 2.5, 175},
		{"above", Linear(10), 11, 100},
		{"below", Linear(10), -1, 0},
		{"not a number", Linear(10), nan, 0},
		{"infinite", Linear(10), inf, 100},
		{"values that are none", Linear(nan, inf, 10), 5, 50},
		{"no values", Linear(), 0.5, 50},
		{"zero only", Linear(0), 0, 0},
		{"one value", Linear(4), 4, 100},
		{"largest", Linear(-math.MaxFloat64, math.MaxFloat64), 0, 50},
		{"log middle", Log(2, 1, 64), 8, 50},
		{"log zero", Log(2, 1, 64), 0, 0},
		{"log of nothing", Log(2), 1, 50},
		{"log of one", Log(2, 8), 8, 50},
		{"log leaves out what has none", Log(10, -1, 0, nan, 1, 100), 10, 50},
		{"log of the widest", Log(10, 1e-299, 1e299), 1, 50},
		{"no scale", Scale{}, 3, 0},
	} {
		if got := test.scale.At(test.v); !near(got, test.want) {
			t.Errorf("%s: %v at %v, want %v", test.name, test.v, got, test.want)
		}
	}
}

func TestChoose(t *testing.T) {
	for _, test := range []struct {
		values []float64
		log    bool
	}{
		{[]float64{1, 64}, true},
		{[]float64{1, 1.9}, false},
		{[]float64{0, 1, 64}, true}, // zero is nothing, and has no place
		{[]float64{-1, 1, 64}, false},
		{[]float64{0, 0}, false},
		{[]float64{7}, false},
		{[]float64{nan, inf}, false},
		{nil, false},
	} {
		if got := Choose(2, test.values...).Log(); got != test.log {
			t.Errorf("%v: logarithmic %v", test.values, got)
		}
	}
}

func TestTicks(t *testing.T) {
	for _, test := range []struct {
		name  string
		scale Scale
		n     int
		want  []float64
	}{
		{"round", Linear(10), 5, []float64{0, 2, 4, 6, 8, 10}},
		{"not beyond the end", Linear(2.04), 4, []float64{0, 1, 2}},
		{"fractions", Linear(0.07), 4, []float64{0, 0.02, 0.04, 0.06}},
		{"both signs", Linear(-1, 1), 4, []float64{-1, -0.5, 0, 0.5, 1}},
		{"powers", Log(2, 1, 64), 7, []float64{1, 2, 4, 8, 16, 32, 64}},
		{"fewer powers", Log(2, 1, 64), 4, []float64{1, 4, 16, 64}},
		{"powers below one", Log(2, 0.3, 5), 5, []float64{0.5, 1, 2, 4}},
		{"narrower than a power", Log(2, 1.1, 1.9), 4, []float64{1.2, 1.4, 1.6, 1.8}},
		{"none wanted", Linear(1), 0, nil},
		{"no scale", Scale{}, 5, nil},
	} {
		got := test.scale.Ticks(test.n)
		if !slices.EqualFunc(got, test.want, near) {
			t.Errorf("%s: got %v, want %v", test.name, got, test.want)
		}
	}
}

func TestRound(t *testing.T) {
	for v, want := range map[float64]float64{0.3: 0.5, 1: 1, 1.1: 2, 0.07: 0.1, 42: 50, 51: 100, 0: 0, -3: -3, 5e-324: 5e-324} {
		if got := Round(v); !near(got, want) {
			t.Errorf("%v: got %v, want %v", v, got, want)
		}
	}
}

func TestPadded(t *testing.T) {
	for _, test := range []struct{ scale, want Scale }{
		{Linear(100), Scale{Max: 110}},
		{Linear(-100, 100), Scale{Min: -120, Max: 120}},
		{Log(10, 1, 1e10), Scale{Min: 0.1, Max: 1e11}},
		{Linear(math.MaxFloat64), Scale{Max: math.MaxFloat64}},
		{Log(2, 1e-299, 1), Scale{Min: 1e-299, Max: 1}},
	} {
		got := test.scale.Padded(0.1)
		if !near(got.Min, test.want.Min) || !near(got.Max, test.want.Max) {
			t.Errorf("%v: got %v, want %v", test.scale, got, test.want)
		}
	}
}

// Whatever is measured, places are within the plot and ticks are few and within the
// scale.
func FuzzScale(f *testing.F) {
	for _, v := range []float64{0, 1, -1, 1e-300, 1e300, math.MaxFloat64, 5e-324, nan, inf, -inf} {
		f.Add(v, 1.0, 0.5, true)
		f.Add(v, v, v, false)
	}
	f.Fuzz(func(t *testing.T, a, b, v float64, log bool) {
		s := Linear(a, b)
		if log {
			s = Log(2, a, b)
		}
		for _, s := range []Scale{s, s.Padded(0.1)} {
			if at := s.At(v); !(at >= 0 && at <= 100) {
				t.Fatalf("%v: %v is at %v", s, v, at)
			}
			ticks := s.Ticks(5)
			if len(ticks) > 12 || !slices.IsSorted(ticks) {
				t.Fatalf("%v: ticks %v", s, ticks)
			}
			for _, tick := range ticks {
				slack := (s.Max/2 - s.Min/2) * 1e-6
				if !(tick >= s.Min-slack && tick <= s.Max+slack) {
					t.Fatalf("%v: tick %v", s, tick)
				}
			}
		}
	})
}
