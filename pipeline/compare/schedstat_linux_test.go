package compare

import (
	"os/exec"
	"runtime"
	"sync"
	"testing"
	"time"
)

// A process that is still there has used its time so far, and none once it has ended.
func TestRanByDescendants(t *testing.T) {
	if ran := ranByDescendants(); ran != 0 {
		t.Errorf("%v without any", ran)
	}
	cmd := exec.CommandContext(t.Context(), "/bin/sh", "-c", "while :; do :; done")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for ranByDescendants() == 0 && t.Context().Err() == nil {
		runtime.Gosched()
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Error(err)
	}
	_ = cmd.Wait() // it was killed
	if ran := ranByDescendants(); ran != 0 {
		t.Errorf("%v after its end", ran)
	}
}

// What children used before the clock ran does not count.
func TestUsageAfter(t *testing.T) {
	u := usage{user: 30 * time.Second, system: 10 * time.Second, voluntary: 5}
	for ran, want := range map[time.Duration]usage{
		0:                u,
		10 * time.Second: {user: 22500 * time.Millisecond, system: 7500 * time.Millisecond, voluntary: 5},
		time.Hour:        {voluntary: 5},
	} {
		if got := u.after(ran); got != want {
			t.Errorf("after %v: %+v, want %+v", ran, got, want)
		}
	}
	if got := (usage{}).after(time.Second); got != (usage{}) {
		t.Errorf("of nothing: %+v", got)
	}
}

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
