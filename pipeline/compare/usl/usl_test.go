package usl_test

import (
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"crawl/pipeline/compare/usl"
)

var widths = []float64{1, 2, 4, 8, 16, 32, 64}

func points(at func(n float64) float64, widths ...float64) []usl.Point {
	var list []usl.Point
	for _, n := range widths {
		list = append(list, usl.Point{Width: n, Throughput: at(n)})
	}
	return list
}

// noisy multiplies each throughput by a log-normal factor.
func noisy(list []usl.Point, sigma float64, dice *rand.Rand) []usl.Point {
	for i := range list {
		list[i].Throughput *= math.Exp(sigma * dice.NormFloat64())
	}
	return list
}

func near(t *testing.T, what string, got, want, tolerance float64) {
	t.Helper()
	if math.Abs(got-want) > tolerance*math.Max(math.Abs(want), 1e-9) {
		t.Errorf("%s = %g, want %g within %g %%", what, got, want, 100*tolerance)
	}
}

func TestFitFindsTheParameters(t *testing.T) {
	for _, m := range []usl.Model{
		{Alpha: 0.02, Beta: 0.0005, Gamma: 50},
		{Alpha: 0, Beta: 0.001, Gamma: 1000},
		{Alpha: 0.3, Beta: 0, Gamma: 2},
		{Alpha: 0, Beta: 0, Gamma: 7},
	} {
		t.Run(fmt.Sprint(m), func(t *testing.T) {
			got, err := usl.Fit(points(m.At, widths...))
			if err != nil {
				t.Fatal(err)
			}
			if math.Abs(got.Alpha-m.Alpha) > 1e-9 || math.Abs(got.Beta-m.Beta) > 1e-11 {
				t.Errorf("fit %+v, want %+v", got, m)
			}
			near(t, "gamma", got.Gamma, m.Gamma, 1e-9)
			if e := usl.Error(got.At, points(m.At, widths...)); e > 1e-9 {
				t.Errorf("error %g", e)
			}
		})
	}
}

// The table that Gunther fits in chapter 5 of Guerrilla Capacity Planning: a ray
// tracer on an SGI Origin 2000; his parameters are 0.05 and 0.
func TestFitGunthersTable(t *testing.T) {
	m, err := usl.Fit([]usl.Point{{1, 20}, {4, 78}, {8, 130}, {12, 170}, {16, 190}, {20, 200}, {24, 210}, {28, 230}, {32, 260}, {48, 280}, {64, 310}})
	if err != nil {
		t.Fatal(err)
	}
	near(t, "alpha", m.Alpha, 0.05, 0.25)
	if m.Beta > 5e-5 {
		t.Errorf("beta = %g", m.Beta)
	}
	near(t, "gamma", m.Gamma, 20, 0.1)
}

func TestFitRefuses(t *testing.T) {
	for name, list := range map[string][]usl.Point{
		"nothing":    nil,
		"two widths": {{1, 1}, {2, 2}, {2, 2.1}},
		"zero":       {{1, 1}, {2, 0}, {4, 4}},
		"negative":   {{1, 1}, {-2, 2}, {4, 4}},
		"nan":        {{1, 1}, {2, math.NaN()}, {4, 4}},
		"infinite":   {{1, 1}, {2, math.Inf(1)}, {4, 4}},
	} {
		if _, err := usl.Fit(list); !errors.Is(err, usl.ErrPoints) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := usl.FindBend(list); !errors.Is(err, usl.ErrPoints) {
			t.Errorf("%s: bend: %v", name, err)
		}
	}
}

// limited is an origin that serves at most so many a second, behind a delay.
func limited(delay, most float64) func(float64) float64 {
	return func(n float64) float64 { return math.Min(n/delay, most) }
}

// slowing is an origin that is later the more are in flight: (n/k)² on top.
func slowing(delay, k float64) func(float64) float64 {
	return func(n float64) float64 { return n / (delay * (1 + n*n/(k*k))) }
}

// queued is mean value analysis of one server with exponential service behind a
// delay: it bends smoothly, its asymptotes cross at (delay+service)/service.
func queued(delay, service float64) func(float64) float64 {
	return func(n float64) float64 {
		var x, q float64
		for i := 1.0; i <= n; i++ {
			r := service * (1 + q)
			x = i / (delay + r)
			q = x * r
		}
		return x
	}
}

// The width that is named is within a quarter of the true one, under noise of 2 %,
// in at least 98 of 100 runs.
func TestKneeUnderNoise(t *testing.T) {
	for _, test := range []struct {
		name string
		at   func(float64) float64
		knee float64
		kind usl.Kind
	}{
		{"200/s behind 20 ms", limited(0.020, 200), 4, usl.Ceiling},
		{"200/s behind 50 ms", limited(0.050, 200), 10, usl.Ceiling},
		{"200/s behind 100 ms", limited(0.100, 200), 20, usl.Ceiling},
		{"latency grows, 10", slowing(0.020, 10), 10, usl.Coherency},
		{"latency grows, 16", slowing(0.020, 16), 16, usl.Coherency},
		{"latency grows, 24", slowing(0.050, 24), 24, usl.Coherency},
		{"latency grows, 40", slowing(0.050, 40), 40, usl.Coherency},
		{"latency grows, 50", slowing(0.050, 50), 50, usl.Coherency},
		{"queue of 5 ms behind 45 ms", queued(0.045, 0.005), 10, usl.Ceiling},
		{"linear", func(n float64) float64 { return 50 * n }, 64, usl.Linear},
		{"flat", func(n float64) float64 { return 50 }, 1, usl.Flat},
		{"worse", func(n float64) float64 { return 50 / n }, 1, usl.Flat},
		{"two cores", func(n float64) float64 { return 10 * math.Min(n, 2) }, 2, usl.Ceiling},
		{"Amdahl", usl.Model{Alpha: 0.1, Gamma: 10}.At, 64, usl.Contention},
	} {
		t.Run(test.name, func(t *testing.T) {
			dice := rand.New(rand.NewPCG(1, 2))
			const runs = 500
			wrong, kinds, worst := 0, map[usl.Kind]int{}, 0.0
			for range runs {
				b, err := usl.FindBend(noisy(points(test.at, widths...), 0.02, dice))
				if err != nil {
					t.Fatal(err)
				}
				off := math.Abs(b.Knee/test.knee - 1)
				worst = max(worst, off)
				kinds[b.Kind]++
				if off > 0.25 {
					wrong++
				}
			}
			t.Logf("%d of %d off by more than a quarter, worst %.0f %%, %v", wrong, runs, 100*worst, kinds)
			if wrong > runs/50 {
				t.Errorf("%d of %d runs named a width off by more than a quarter", wrong, runs)
			}
			if kinds[test.kind] < runs*9/10 {
				t.Errorf("%v, want %s", kinds, test.kind)
			}
		})
	}
}

func TestEnough(t *testing.T) {
	b, err := usl.FindBend(points(slowing(0.02, 16), widths...))
	if err != nil {
		t.Fatal(err)
	}
	n := b.Enough(0.95)
	if b.At(float64(n)) < 0.95*b.At(b.Knee) || b.At(float64(n-1)) >= 0.95*b.At(b.Knee) {
		t.Errorf("%d is not the least width with 95 %% of %g", n, b.At(b.Knee))
	}
}

func ExampleFindBend() {
	b, err := usl.FindBend([]usl.Point{{1, 19.8}, {2, 39.5}, {4, 78.9}, {8, 157}, {16, 199}, {32, 200}, {64, 199}})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Printf("%s at %.1f, %.0f a second\n", b.Kind, b.Knee, b.At(b.Knee))
	// Output: ceiling at 10.1, 199 a second
}

// Whatever the points are, what is named lies within them.
func FuzzFindBend(f *testing.F) {
	f.Add(1.0, 10.0, 4.0, 35.0, 16.0, 60.0, 64.0, 50.0)
	f.Add(1.0, 1e-300, 2.0, 1e300, 3.0, 1.0, 1e308, 1e-308)
	f.Fuzz(func(t *testing.T, w1, x1, w2, x2, w3, x3, w4, x4 float64) {
		list := []usl.Point{{w1, x1}, {w2, x2}, {w3, x3}, {w4, x4}}
		b, err := usl.FindBend(list)
		if err != nil {
			return
		}
		low, high := min(w1, w2, w3, w4), max(w1, w2, w3, w4)
		if !(b.Knee >= low && b.Knee <= high) {
			t.Errorf("%v: knee at %g", list, b.Knee)
		}
	})
}
