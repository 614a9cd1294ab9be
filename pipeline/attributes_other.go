//go:build !unix

package pipeline

import (
	"os"
	"syscall"
)

// attributes cannot ask for anything here.
func attributes() *syscall.SysProcAttr { return nil }

// KillOwned kills a process that StartOwned started.
func KillOwned(p *os.Process) { _ = p.Kill() }
