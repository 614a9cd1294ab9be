package pipeline

import "syscall"

// attributes have the kernel kill a child whose parent has ended; see child.keep.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// thisProgram is what runs, even when its file has been replaced meanwhile.
func thisProgram() (string, error) { return "/proc/self/exe", nil }
