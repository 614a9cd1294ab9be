//go:build unix && !linux

package files

import "golang.org/x/sys/unix"

// openat is openat(2), begun again when a signal interrupts it.
func openat(dir int, base string, flag int, mode uint32) (int, error) {
	for {
		fd, err := unix.Openat(dir, base, flag, mode)
		if err != unix.EINTR {
			return fd, err
		}
	}
}
