package files

import (
	"unsafe"

	"golang.org/x/sys/unix"
)

// openat is openat(2) as [unix.Openat] does it, with the name on the stack: that
// one makes a copy on the heap for each.
func openat(dir int, base string, flag int, mode uint32) (int, error) {
	var path [256]byte
	if len(base) >= len(path) {
		return -1, unix.ENAMETOOLONG
	}
	copy(path[:], base)
	for {
		fd, _, errno := unix.Syscall6(unix.SYS_OPENAT, uintptr(dir), uintptr(unsafe.Pointer(&path)),
			uintptr(flag|unix.O_LARGEFILE), uintptr(mode), 0, 0)
		switch errno {
		case 0:
			return int(fd), nil
		case unix.EINTR:
		default:
			return -1, errno
		}
	}
}
