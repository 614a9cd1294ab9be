package stats

import (
	"math"
	"math/bits"
	"sync/atomic"
	"time"
)

// histogram counts durations in buckets that grow with them: each power of two of
// nanoseconds is cut in 16, so a bucket's middle is within 3.2 % of all in it.
// It takes 8 KiB, whatever is added.
type histogram struct {
	buckets [64 * cuts]atomic.Int64
	most    atomic.Int64 // exactly, in nanoseconds
}

const (
	cutBits = 4
	cuts    = 1 << cutBits
)

func (h *histogram) add(d time.Duration) {
	n := max(int64(d), 0)
	h.buckets[bucketOf(uint64(n))].Add(1)
	for {
		most := h.most.Load()
		if n <= most || h.most.CompareAndSwap(most, n) {
			return
		}
	}
}

// bucketOf numbers the buckets: the power of two above the cut within it. The first
// hold one value each.
func bucketOf(n uint64) int {
	power := max(bits.Len64(n)-cutBits-1, 0)
	return power<<cutBits + int(n>>power)
}

// middleOf returns the value that stands for a bucket.
func middleOf(bucket int) float64 {
	power := max(bucket>>cutBits-1, 0)
	low := float64(bucket - power<<cutBits)
	if power == 0 {
		return low
	}
	return math.Ldexp(low+0.5, power)
}

// quantiles returns, for each of the ascending fractions, the duration that so many
// do not exceed, with an error of at most 3.2 %.
func (h *histogram) quantiles(fractions ...float64) []time.Duration {
	var counts [len(h.buckets)]int64
	var total int64
	for i := range counts {
		counts[i] = h.buckets[i].Load()
		total += counts[i]
	}

	found := make([]time.Duration, len(fractions))
	var below int64
	bucket := 0
	for i, fraction := range fractions {
		rank := int64(math.Ceil(fraction * float64(total)))
		for bucket < len(counts)-1 && below+counts[bucket] < rank {
			below += counts[bucket]
			bucket++
		}
		found[i] = min(time.Duration(middleOf(bucket)), time.Duration(h.most.Load()))
	}
	return found
}
