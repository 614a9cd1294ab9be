package main

import (
	"math"
	"runtime/debug"
	"runtime/metrics"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

// residentMemory is what the process holds of what it may: by GOMEMLIMIT, by its control group,
// or else of all there is. Nine tenths of that count as all, as the end comes by a kill.
// memlimit reads what control groups say, of both versions and nested.
func residentMemory() source {
	most := debug.SetMemoryLimit(-1)
	bound := memlimit.ApplyFallback(memlimit.FromCgroup, memlimit.FromSystem)
	if limit, err := bound(); err == nil && limit < uint64(most) {
		most = int64(limit)
	}
	if most == math.MaxInt64 {
		return source{"memory", func() float64 { return 0 }}
	}
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	return source{"memory", func() float64 {
		metrics.Read(samples)
		return float64(samples[0].Value.Uint64()-samples[1].Value.Uint64()) / (0.9 * float64(most))
	}}
}
