package compare

import (
	"math"
	"math/rand/v2"
	"slices"
)

const (
	level     = 0.95
	twinLevel = 0.99 // since a run whose twin differs by chance is lost
	resamples = 4000
)

// median of values, which it may reorder; 0 of none.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	switch {
	case n == 0:
		return 0
	case n%2 == 1:
		return values[n/2]
	default:
		return (values[n/2-1] + values[n/2]) / 2
	}
}

// medianInterval is the median with an interval that assumes nothing about how the
// values are distributed, by the sign test: the kth smallest and the kth largest
// hold the true median between them unless fewer than k of n fall to one side, which
// is as likely as fewer than k heads of n coins. The largest k is taken that leaves
// 95 %; below six values even the extremes leave less, and Level says how much.
func medianInterval(values []float64) Interval {
	n := len(values)
	if n == 0 {
		return Interval{}
	}
	sorted := slices.Sorted(slices.Values(values))
	outside := math.Ldexp(1, -n) // that fewer than k coins of n are heads
	term := outside
	k := 1
	for k < (n+1)/2 {
		term *= float64(n-k+1) / float64(k)
		if 1-2*(outside+term) < level {
			break
		}
		outside += term
		k++
	}
	return Interval{
		Value: median(sorted),
		Low:   sorted[k-1],
		High:  sorted[n-k],
		Level: math.Max(1-2*outside, 0),
	}
}

// bootstrap is the median with a percentile bootstrap interval (Efron, 1979): the
// values are drawn anew, with replacement, and the medians of the draws are where it
// may be. The same seed gives the same interval.
func bootstrap(values []float64, level float64, seed1, seed2 uint64) Interval {
	n := len(values)
	if n == 0 {
		return Interval{}
	}
	dice := rand.New(rand.NewPCG(seed1, seed2))
	sorted := slices.Sorted(slices.Values(values))
	drawn := make([]int, n) // how often each of them was
	medians := make([]float64, resamples)
	for i := range medians {
		clear(drawn)
		for range n {
			drawn[dice.IntN(n)]++
		}
		medians[i] = (sorted[rank(drawn, (n-1)/2)] + sorted[rank(drawn, n/2)]) / 2
	}
	slices.Sort(medians)
	tail := (1 - level) / 2
	return Interval{
		Value: median(sorted),
		Low:   medians[int(math.Floor(tail*resamples))],
		High:  medians[resamples-1-int(math.Floor(tail*resamples))],
		Level: level,
	}
}

// rank returns which value is at place k of those drawn.
func rank(drawn []int, k int) int {
	i := 0
	for ; k >= drawn[i]; i++ {
		k -= drawn[i]
	}
	return i
}

// contains reports whether x is in the interval.
func (i Interval) contains(x float64) bool { return i.Low <= x && x <= i.High }
