package compare

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestFindChange(t *testing.T) {
	for _, test := range []struct {
		name   string
		values []float64
		at     int // 0: none
	}{
		{"steady", []float64{1, 1.02, 0.99, 1.01, 1, 0.98, 1.03, 1, 1.01, 0.99}, 0},
		{"doubles midway", []float64{1, 1.02, 0.99, 1.01, 1, 2.1, 2, 2.02, 1.98, 2}, 5},
		{"doubles late", []float64{1, 1.02, 0.99, 1.01, 1, 1.01, 0.98, 2, 2.02, 1.98}, 7},
		{"gets faster", []float64{1, 1.02, 0.99, 0.5, 0.51, 0.5, 0.52, 0.5, 0.49, 0.5}, 3},
		{"one outlier", []float64{1, 1.02, 0.99, 1.01, 1, 5, 1, 1.02, 0.98, 1}, 0},
		{"one at the end", []float64{1, 1.02, 0.99, 1.01, 1, 1, 1, 1.02, 0.98, 5}, 0},
		{"too small to matter", []float64{1, 1.001, 1, 1.001, 1, 1.05, 1.051, 1.05, 1.051, 1.05}, 0},
		{"few, doubles", []float64{1, 1.02, 2, 2.1}, 2},
		{"few, a little", []float64{1, 1.02, 1.1, 1.12}, 0},
		{"few, mixed", []float64{1, 2, 1.1, 2.1}, 0},
		{"too few", []float64{1, 2, 3}, 0},
		{"none", nil, 0},
	} {
		c, found := findChange(test.values, 1)
		if found != (test.at > 0) || found && c.block != test.at {
			t.Errorf("%s: %+v, %v", test.name, c, found)
		}
	}
}

// Steady noise is seldom taken for a change.
func TestFindChangeFalseAlarms(t *testing.T) {
	for _, sigma := range []float64{0.02, 0.1, 0.3} {
		dice := rand.New(rand.NewPCG(5, 5))
		const runs = 500
		alarms := 0
		for range runs {
			values := make([]float64, 10)
			for i := range values {
				values[i] = math.Exp(sigma * dice.NormFloat64())
			}
			if _, found := findChange(values, 1); found {
				alarms++
			}
		}
		t.Logf("noise of %g: %d alarms in %d", sigma, alarms, runs)
		if alarms > runs*4/100 {
			t.Errorf("noise of %g: %d alarms in %d", sigma, alarms, runs)
		}
	}
}
