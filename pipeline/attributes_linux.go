package pipeline

import "syscall"

// attributes have the kernel kill a child whose parent has ended; see StartOwned.
func attributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// Program is what runs, even when its file has been replaced meanwhile.
func Program() (string, error) { return "/proc/self/exe", nil }
