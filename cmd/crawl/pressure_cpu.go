package main

import (
	"runtime"
	"time"
)

// busiest is as far as a processor counts that has no time left: a reason not to widen,
// and none to narrow. Were it too much, latency would tell.
const busiest = 0.9

// processor is how much of the processors' time the process has used since it was asked
// last. used is all that it has used so far; ok is false where nobody knows.
func processor(used func() (spent time.Duration, ok bool)) source {
	last, _ := used()
	at := time.Now()
	return source{"processor time", func() float64 {
		now := time.Now()
		spent, ok := used()
		wall := now.Sub(at) * time.Duration(runtime.GOMAXPROCS(0))
		if !ok || wall <= 0 {
			return 0
		}
		share := float64(spent-last) / float64(wall)
		last, at = spent, now
		return min(share, busiest)
	}}
}

// processorTime is what all threads of the process have used.
func processorTime() (time.Duration, bool) {
	used, ok := usage()
	return used.Processor, ok
}
