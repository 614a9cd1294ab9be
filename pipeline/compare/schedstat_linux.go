package compare

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// runDelay is for how long the threads of this process have been ready to run and had
// no processor, in sum.
func runDelay() time.Duration {
	_, waited := schedstat(os.Getpid())
	return waited
}

// ranByDescendants is the processor time so far of the processes that this one started,
// and of theirs, as far as they have not ended.
func ranByDescendants() time.Duration {
	var sum time.Duration
	for _, pid := range descendants(os.Getpid())[1:] {
		ran, _ := schedstat(pid)
		sum += ran
	}
	return sum
}

// schedstat sums what the threads of a process have run and have waited for a processor:
// the first two numbers of the file of that name, of which each thread has its own
// (Documentation/scheduler/sched-stats.rst in the kernel's source).
func schedstat(pid int) (ran, waited time.Duration) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0, 0
	}
	for _, name := range threads {
		line, err := os.ReadFile(name)
		if err != nil {
			continue // that thread has ended
		}
		fields := strings.Fields(string(line))
		if len(fields) < 2 {
			continue
		}
		on, _ := strconv.ParseInt(fields[0], 10, 64) // a kernel without them says 0
		off, _ := strconv.ParseInt(fields[1], 10, 64)
		ran += time.Duration(on)
		waited += time.Duration(off)
	}
	return ran, waited
}
