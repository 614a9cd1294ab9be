package compare

import (
	"runtime"
	"sync"
	"testing"
)

// More threads than processors that all compute have to wait for each other.
func TestRunDelay(t *testing.T) {
	before := runDelay()
	threads := runtime.NumCPU() + 1
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(threads))
	var all sync.WaitGroup
	for range threads {
		all.Go(func() {
			for runDelay() <= before && t.Context().Err() == nil {
			}
		})
	}
	all.Wait()
	if after := runDelay(); after <= before {
		t.Errorf("%v, and %v before", after, before)
	}
}
