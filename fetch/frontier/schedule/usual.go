package schedule

import (
	"math"
	"time"
)

// grain comes on top of each latency, as in a [pipeline.Limit]: less says nothing of load.
const grain = 3 * time.Millisecond

// usual is what latencies are like: the mean of their logarithms, to which the latest
// always count a little.
type usual struct {
	mean float64
	n    int32
}

// add counts x as one of at most so many.
func (u *usual) add(x float64, most int32) {
	u.n = min(u.n+1, most)
	u.mean += (x - u.mean) / float64(u.n)
}

// yardstick makes latencies of different hosts comparable. Without it every change of
// what the list is about would look like a change of the load: a host that takes a
// second, among those that take a hundredth, like a line that is full.
type yardstick struct {
	unit  usual // of the first leases of all, and fixed from then on
	first usual // of the first leases of hosts
}

// measure returns what the latency of a lease of h, set against the usual one there,
// would have been at the hosts that were asked first.
func (y *yardstick) measure(h *host, latency time.Duration) time.Duration {
	x := math.Log((latency + grain).Seconds())
	if y.unit.n < 64 {
		y.unit.add(x, 64)
	}
	ours := h.usual
	if ours.n == 0 { // which is all there is to know of a host that has one URL
		y.first.add(x, 1024)
		ours = y.first
	}
	h.usual.add(x, 256)
	return time.Duration(math.Exp(x-ours.mean+y.unit.mean) * float64(time.Second))
}
