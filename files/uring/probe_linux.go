package uring

import (
	"fmt"
	"os"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// Probe returns nil where a ring can be had, else an error that says why not and
// is [errors.ErrUnsupported].
func Probe() error {
	fd, _, err := setup(2, 4)
	if err == nil {
		unix.Close(fd) // nothing was written
	}
	return err
}

// setup is io_uring_setup, with what newer kernels do better where they can, for a
// ring that does all that is asked of it here.
func setup(entries, answers uint32) (fd int, p params, err error) {
	for _, better := range []uint32{setupSingleIssuer | setupDeferTaskrun, 0} {
		p = params{flags: setupCQSize | setupClamp | better, cqEntries: answers}
		ring, _, errno := unix.Syscall(unix.SYS_IO_URING_SETUP, uintptr(entries), uintptr(unsafe.Pointer(&p)), 0)
		if errno == unix.EINVAL && better != 0 {
			continue
		}
		if errno != 0 {
			disabled, _ := os.ReadFile("/proc/sys/kernel/io_uring_disabled") // since 6.6
			return -1, p, refusal(errno, strings.TrimSpace(string(disabled)))
		}
		fd = int(ring) // close-on-exec from the start
		break
	}
	if err := usable(fd, &p); err != nil {
		unix.Close(fd) // nothing was written
		return -1, p, err
	}
	return fd, p, nil
}

func usable(fd int, p *params) error {
	var list supported
	const need = featSingleMmap | featNoDrop | featRWCurPos
	_, _, errno := unix.Syscall6(unix.SYS_IO_URING_REGISTER, uintptr(fd), opsProbe, uintptr(unsafe.Pointer(&list)), uintptr(len(list.ops)), 0, 0)
	if errno != 0 || p.features&need != need {
		return unavailable("the kernel is older than 5.6, or hides what it can do")
	}
	for _, op := range []int{opAsyncCancel, opRead, opOpenat2} {
		if list.ops[op].flags&opsSupported == 0 {
			return unavailable(fmt.Sprintf("the kernel does not know operation %d", op))
		}
	}
	return nil
}

// refusal tells what an error of io_uring_setup means where the sysctl says disabled.
func refusal(errno unix.Errno, disabled string) unavailable {
	switch {
	case errno == unix.ENOSYS:
		return "the kernel is older than 5.1, built without it, or a sandbox hides it"
	case errno == unix.EPERM && disabled == "2":
		return "sysctl kernel.io_uring_disabled is 2: off for all"
	case errno == unix.EPERM && disabled == "1":
		return "sysctl kernel.io_uring_disabled is 1: only for root and the group in kernel.io_uring_group"
	case errno == unix.EPERM, errno == unix.EACCES:
		return "refused, as seccomp filters of containers do"
	case errno == unix.ENOMEM:
		return "too little memory may be locked (ulimit -l)"
	}
	return unavailable(errno.Error())
}

// suitable refuses the file systems that may keep the ring's owner waiting: FUSE
// and those over a network answer some calls only once a daemon has, whatever
// the ring asks.
func suitable(root int) error {
	var stat unix.Statfs_t
	if err := unix.Fstatfs(root, &stat); err != nil {
		return os.NewSyscallError("fstatfs", err)
	}
	switch kind := uint32(stat.Type); kind {
	case unix.EXT4_SUPER_MAGIC, unix.XFS_SUPER_MAGIC, unix.BTRFS_SUPER_MAGIC, unix.F2FS_SUPER_MAGIC, unix.TMPFS_MAGIC:
		return nil
	default:
		return unavailable(fmt.Sprintf("file system type %#x may block it; ext2 to 4, xfs, btrfs, f2fs and tmpfs do not", kind))
	}
}
