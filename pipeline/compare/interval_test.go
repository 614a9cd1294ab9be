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
	a := bootstrap(values, level)
	if a.Value != 2 || !(a.Low > 1.9 && a.Low < 2) || !(a.High > 2 && a.High < 2.1) || a.Level != 0.95 {
		t.Errorf("%+v", a)
	}
	if got := bootstrap([]float64{3, 3, 3, 3, 3, 3}, level); got != (Interval{3, 3, 3, 0.95}) {
		t.Errorf("of equal values: %+v", got)
	}
	if got := bootstrap(nil, level); got != (Interval{}) {
		t.Errorf("of nothing: %+v", got)
	}
	if got := bootstrap([]float64{3}, level); got != (Interval{3, 3, 3, 0}) {
		t.Errorf("of one: %+v", got)
	}
	if values[0] != 1.9 {
		t.Error("the values were reordered")
	}
}

// The quantiles are those of the tables (Abramowitz and Stegun, 26.10).
func TestQuantile(t *testing.T) {
	for _, test := range []struct {
		level   float64
		freedom int
		want    float64
	}{
		{0.95, 1, 12.706}, {0.95, 2, 4.303}, {0.95, 3, 3.182}, {0.95, 4, 2.776}, {0.95, 9, 2.262}, {0.95, 120, 1.980},
		{0.99, 1, 63.657}, {0.99, 2, 9.925}, {0.99, 7, 3.499}, {0.99, 30, 2.750},
	} {
		if got := quantile(test.level, test.freedom); math.Abs(got-test.want) > 6e-4 {
			t.Errorf("%g, %d: %g, want %g", test.level, test.freedom, got, test.want)
		}
	}
}

// Three ratios of 1.0, 1.1 and 1.21 have a mean logarithm of log 1.1, with a standard
// error of 0.0953/√3, of which Student's interval takes 4.303 at 95 %.
func TestStudent(t *testing.T) {
	got := bootstrap([]float64{1.21, 1, 1.1}, level)
	reach := math.Exp(4.302653 * math.Log(1.1) / math.Sqrt(3))
	if got.Value != 1.1 || math.Abs(got.Low-1.1/reach) > 1e-6 || math.Abs(got.High-1.1*reach) > 1e-6 || got.Level != 0.95 {
		t.Errorf("%+v", got)
	}
	skewed := bootstrap([]float64{1, 1, 1, 1e-3}, level) // whose mean is far from the median
	if skewed.Value != 1 || skewed.High < 1 {
		t.Errorf("%+v", skewed)
	}
}

// Medians come as often as drawing says.
func TestMediansAgainstDraws(t *testing.T) {
	const draws = 20_000
	dice := rand.New(rand.NewPCG(3, 3))
	for _, n := range []int{1, 2, 5, 8, 9, 100} {
		sorted := make([]float64, n)
		for i := range sorted {
			sorted[i] = float64(i * i)
		}
		sum := 0.0
		shares := map[float64]float64{}
		for _, m := range medians(sorted) {
			sum += m.share
			shares[m.value] += m.share
		}
		if math.Abs(sum-1) > 1e-9 {
			t.Errorf("n = %d: the shares come to %g", n, sum)
		}
		drawn := make([]float64, n)
		for range draws {
			for i := range drawn {
				drawn[i] = sorted[dice.IntN(n)]
			}
			shares[median(drawn)] -= 1.0 / draws
		}
		for value, off := range shares {
			if math.Abs(off) > 0.015 { // over four deviations of a half
				t.Errorf("n = %d: %g comes by %g more often than drawn", n, value, off)
			}
		}
	}
}

// Even a thousand values leave shares that mean something.
func TestMediansOfMany(t *testing.T) {
	values := make([]float64, maxRounds)
	for i := range values {
		values[i] = 1 + float64(i)/maxRounds
	}
	got := bootstrap(values, level)
	if reach := 1.96 * math.Sqrt(maxRounds) / 2 / maxRounds; math.Abs(got.Low-(1.4995-reach)) > 2e-3 || math.Abs(got.High-(1.4995+reach)) > 2e-3 {
		t.Errorf("%+v, want %g to either side", got, reach)
	}
}

// coverage is how often an interval of the median of n log-normal values holds the
// true one, 1.
func coverage(n int, interval func(values []float64) Interval) float64 {
	dice := rand.New(rand.NewPCG(7, uint64(n)))
	const runs = 500
	held := 0
	for range runs {
		values := make([]float64, n)
		for i := range values {
			values[i] = math.Exp(0.05 * dice.NormFloat64())
		}
		if interval(values).contains(1) {
			held++
		}
	}
	return float64(held) / runs
}

// However few the rounds are, as many intervals hold the truth as they say.
func TestIntervalsHoldTheTruth(t *testing.T) {
	for _, n := range []int{2, 3, 5, 6, 7, 8, 9, 10, 13, 20} {
		sign := 1.0
		if n >= fairRounds {
			sign = coverage(n, medianInterval)
		}
		boot := coverage(n, func(values []float64) Interval { return bootstrap(values, level) })
		twin := coverage(n, func(values []float64) Interval { return bootstrap(values, twinLevel) })
		t.Logf("n = %d: sign test %.3f, bootstrap %.3f, of twins %.3f", n, sign, boot, twin)
		if sign < 0.94 || boot < 0.91 || twin < 0.975 {
			t.Errorf("n = %d: sign test %.3f, bootstrap %.3f, of twins %.3f hold the truth", n, sign, boot, twin)
		}
	}
}
