//go:build unix && !linux

package pipeline

import (
	"os"
	"syscall"
)

// attributes cannot ask for more here: a child hears the end of its pipe.
func attributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// Program is the file of what runs.
func Program() (string, error) { return os.Executable() }
