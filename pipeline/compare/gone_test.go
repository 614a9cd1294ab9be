package compare

import (
	"fmt"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"
)

// waitGone waits until a process that nobody here started is no more than a zombie.
func waitGone(t *testing.T, pid int) {
	t.Helper()
	if runtime.GOOS != "linux" {
		return // there is no /proc to look at
	}
	deadline := time.Now().Add(10 * time.Second)
	for {
		stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
		if err != nil {
			return
		}
		if _, rest, _ := strings.Cut(string(stat), ") "); strings.HasPrefix(rest, "Z") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("process %d lives", pid)
		}
		runtime.Gosched()
	}
}
