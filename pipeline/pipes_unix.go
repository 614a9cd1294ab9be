//go:build unix

package pipeline

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
)

// The descriptors of a child's pipes: those after stdin, stdout and stderr.
const (
	childIn  = 3
	childOut = 4
)

// attach gives a child its pipes. Its stdout is no place for data: that goes where
// stderr goes. The child has a process group of its own, so that Ctrl-C reaches the
// parent only.
func attach(cmd *exec.Cmd, in, out *os.File) {
	cmd.Stdout = cmd.Stderr
	cmd.ExtraFiles = []*os.File{in, out}
}

// inherited returns the pipes of this process when it is a child. Processes that a
// job starts do not inherit them, for they would keep them open.
func inherited() (in, out *os.File, err error) {
	for _, fd := range []int{childIn, childOut} {
		var stat syscall.Stat_t
		if err := syscall.Fstat(fd, &stat); err != nil {
			return nil, nil, fmt.Errorf("descriptor %d: %w", fd, err)
		}
		if stat.Mode&syscall.S_IFMT != syscall.S_IFIFO {
			return nil, nil, errors.New("no pipe: " + childArgument + " is for child processes only")
		}
		syscall.CloseOnExec(fd)
		// So that a wait for the parent takes no thread.
		if err := syscall.SetNonblock(fd, true); err != nil {
			return nil, nil, err
		}
	}
	return os.NewFile(childIn, "parent"), os.NewFile(childOut, "parent"), nil
}
