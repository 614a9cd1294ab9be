package compare

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// runDelay is for how long the threads of this process have been ready to run and had
// no processor, in sum: the second number of schedstat, of which each thread has its own
// (Documentation/scheduler/sched-stats.rst in the kernel's source).
func runDelay() time.Duration {
	var sum time.Duration
	threads, err := filepath.Glob("/proc/self/task/*/schedstat")
	if err != nil {
		return 0
	}
	for _, name := range threads {
		line, err := os.ReadFile(name)
		if err != nil {
			continue // that thread has ended
		}
		if fields := strings.Fields(string(line)); len(fields) > 1 {
			ns, _ := strconv.ParseInt(fields[1], 10, 64) // a kernel without them says 0
			sum += time.Duration(ns)
		}
	}
	return sum
}
