package compare

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"golang.org/x/perf/benchmath"
)

func TestMedian(t *testing.T) {
	for _, test := range []struct {
		values []float64
		want   float64
	}{
		{nil, 0}, {[]float64{3}, 3}, {[]float64{4, 1}, 2.5}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 3, 2}, 2.5},
	} {
		if got := median(slices.Clone(test.values)); got != test.want {
			t.Errorf("median of %v = %g, want %g", test.values, got, test.want)
		}
	}
}

// The ranks and levels are those of the tables for the sign test (Conover, Practical
// Nonparametric Statistics): n = 10 takes the second and the ninth, at 97.85 %.
func TestMedianInterval(t *testing.T) {
	for _, test := range []struct {
		n     int
		k     int
		level float64
	}{
		{1, 1, 0}, {2, 1, 0.5}, {5, 1, 0.9375}, {6, 1, 0.96875}, {8, 1, 0.9921875}, {9, 2, 0.9609375},
		{10, 2, 0.978515625}, {12, 3, 0.96142578125}, {15, 4, 0.96484375}, {20, 6, 0.95861053}, {50, 18, 0.9671608624},
	} {
		var values []float64
		for i := range test.n {
			values = append(values, float64(test.n-i)) // n down to 1
		}
		got := medianInterval(values)
		want := Interval{float64(test.n+1) / 2, float64(test.k), float64(test.n + 1 - test.k), test.level}
		if got.Value != want.Value || got.Low != want.Low || got.High != want.High || math.Abs(got.Level-want.Level) > 1e-7 {
			t.Errorf("n = %d: %+v, want %+v", test.n, got, want)
		}
	}
	if got := medianInterval(nil); got != (Interval{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

// benchstat's own statistics say the same, as far as they are exact: up to 30 values.
func TestMedianIntervalAgainstBenchmath(t *testing.T) {
	dice := rand.New(rand.NewPCG(1, 1))
	for n := 6; n <= 30; n++ {
		values := make([]float64, n)
		for i := range values {
			values[i] = math.Exp(dice.NormFloat64())
		}
		want := benchmath.AssumeNothing.Summary(benchmath.NewSample(slices.Clone(values), &benchmath.DefaultThresholds), level)
		got := medianInterval(values)
		// It may leave out one value more on one side, which we do on both or none.
		same := got.Low == want.Lo && got.High == want.Hi && math.Abs(got.Level-want.Confidence) < 1e-9
		wider := got.Low <= want.Lo && got.High >= want.Hi && got.Level > want.Confidence
		if got.Value != want.Center || !same && !wider {
			t.Errorf("n = %d: %+v, benchmath %+v", n, got, want)
		}
	}
}

func TestBootstrap(t *testing.T) {
	values := []float64{1.9, 2.1, 2.0, 1.95, 2.05, 2.02, 1.98, 2.2, 1.8, 2.0}
	a := bootstrap(values, level, 1, 2)
	if a != bootstrap(values, level, 1, 2) {
		t.Error("the same seed gives another interval")
	}
	if a.Value != 2 || !(a.Low > 1.9 && a.Low < 2) || !(a.High > 2 && a.High < 2.1) || a.Level != 0.95 {
		t.Errorf("%+v", a)
	}
	if got := bootstrap([]float64{3, 3, 3}, level, 1, 1); got != (Interval{3, 3, 3, 0.95}) {
		t.Errorf("of equal values: %+v", got)
	}
	if got := bootstrap(nil, level, 1, 1); got != (Interval{}) {
		t.Errorf("of nothing: %+v", got)
	}
	if values[0] != 1.9 {
		t.Error("the values were reordered")
	}
}

// coverage is how often an interval of the median of n log-normal values holds the
// true one, 1.
func coverage(n int, interval func(values []float64, run uint64) Interval) float64 {
	dice := rand.New(rand.NewPCG(7, uint64(n)))
	const runs = 300
	held := 0
	for run := range runs {
		values := make([]float64, n)
		for i := range values {
			values[i] = math.Exp(0.05 * dice.NormFloat64())
		}
		if interval(values, uint64(run)).contains(1) {
			held++
		}
	}
	return float64(held) / runs
}

func TestIntervalsHoldTheTruth(t *testing.T) {
	for _, n := range []int{10, 20} {
		sign := coverage(n, func(values []float64, _ uint64) Interval { return medianInterval(values) })
		boot := coverage(n, func(values []float64, run uint64) Interval { return bootstrap(values, level, run, 0) })
		t.Logf("n = %d: sign test %.3f, bootstrap %.3f", n, sign, boot)
		if sign < 0.94 || boot < 0.92 {
			t.Errorf("n = %d: sign test %.3f, bootstrap %.3f of intervals hold the truth", n, sign, boot)
		}
	}
}
