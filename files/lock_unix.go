//go:build unix

package files

import "golang.org/x/sys/unix"

const errHeld = unix.EWOULDBLOCK

// tryLock uses flock: it belongs to the open file, so two callers in one process
// exclude each other, and closing an unrelated descriptor does not free it.
func tryLock(fd uintptr) error {
	for {
		if err := unix.Flock(int(fd), unix.LOCK_EX|unix.LOCK_NB); err != unix.EINTR {
			return err
		}
	}
}
