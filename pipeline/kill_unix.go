//go:build unix

package pipeline

import (
	"os"
	"syscall"
)

// KillOwned kills a process that [StartOwned] started, and those that it started
// itself, as far as they are still in its group.
func KillOwned(p *os.Process) {
	_ = syscall.Kill(-p.Pid, syscall.SIGKILL)
	_ = p.Kill()
}
