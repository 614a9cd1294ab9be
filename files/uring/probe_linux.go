package uring

import (
	"errors"
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Probe returns nil where a ring can be had, else an error that says why not and
// is [errors.ErrUnsupported].
func Probe() error {
	fd, p, err := setup(2, 4)
	if err != nil {
		return unavailableFor(err)
	}
	defer unix.Close(fd)
	return usable(fd, &p)
}

// usable reports whether the kernel's ring does all that is asked of it here.
func usable(fd int, p *params) error {
	const need = featSingleMmap | featNoDrop | featRWCurPos
	if p.features&need != need {
		return unavailable("the kernel is older than 5.6")
	}
	var list probeList
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(fd), registerProbe, uintptr(unsafe.Pointer(&list)), uintptr(len(list.ops)), 0, 0)
	if errno != 0 {
		return unavailableFor(errno)
	}
	for _, op := range []int{opRead, opAsyncCancel, opOpenat2} {
		if list.ops[op].flags&probeSupported == 0 {
			return unavailable(fmt.Sprintf("the kernel does not know operation %d", op))
		}
	}
	return nil
}

// unavailableFor tells what an error of io_uring_setup or io_uring_register means.
func unavailableFor(err error) error {
	switch {
	case errors.Is(err, unix.ENOSYS):
		return unavailable("the kernel is older than 5.1, built without it, or a sandbox hides it")
	case errors.Is(err, unix.EPERM), errors.Is(err, unix.EACCES):
		disabled, _ := os.ReadFile("/proc/sys/kernel/io_uring_disabled") // since 6.6
		switch strings.TrimSpace(string(disabled)) {
		case "2":
			return unavailable("sysctl kernel.io_uring_disabled is 2: it is off for all")
		case "1":
			return unavailable("sysctl kernel.io_uring_disabled is 1: it is for root and the group in kernel.io_uring_group")
		}
		return unavailable("refused, as seccomp filters of containers do")
	case errors.Is(err, unix.ENOMEM):
		return unavailable("too little memory may be locked (ulimit -l)")
	case errors.Is(err, unix.EMFILE), errors.Is(err, unix.ENFILE):
		return unavailable("too many files are open (ulimit -n)")
	}
	return unavailable(err.Error())
}

// suitable refuses the file systems that may keep the ring's owner waiting: FUSE
// and those over a network answer some calls only once a daemon has, whatever
// the ring asks.
func suitable(root int) error {
	var stat unix.Statfs_t
	if err := unix.Fstatfs(root, &stat); err != nil {
		return os.NewSyscallError("fstatfs", err)
	}
	switch uint32(stat.Type) {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.TMPFS_MAGIC:
		return nil
	}
	return unavailable(fmt.Sprintf("file system type %#x may block it; ext2 to 4, xfs, btrfs, f2fs and tmpfs do not", uint32(stat.Type)))
}
