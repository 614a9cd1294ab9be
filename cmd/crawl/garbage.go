package main

import (
	"runtime/debug"
	"runtime/metrics"
	"sync"
	"time"
)

// fewGarbage is how many bytes of garbage may gather however little lives beside it.
const fewGarbage = 64 << 20

// collectLess lets the garbage collector wait for fewGarbage while less than that lives,
// until stop: pages that are read for links leave so much garbage that it is at work all
// the time otherwise (measured: a fifth of a crawl's processor time, for 50 MiB).
func collectLess(env func(string) (string, bool)) (stop func()) {
	if _, set := env("GOGC"); set {
		return func() {}
	}
	quit := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		live := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for percent := 0; ; {
			metrics.Read(live)
			if want := garbagePercent(live[0].Value.Uint64()); 10*max(want-percent, percent-want) > want {
				debug.SetGCPercent(want) // which stops the world, so not each time
				percent = want
			}
			select {
			case <-ticker.C:
			case <-quit:
				return
			}
		}
	})
	return func() {
		close(quit)
		done.Wait()
	}
}

// garbagePercent is how much garbage may gather beside so many bytes that live.
func garbagePercent(live uint64) int {
	return int(min(max(100*fewGarbage/max(live, 1), 100), 400))
}
