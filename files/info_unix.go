//go:build linux || darwin

package files

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

func spaceOf(f *os.File) (Space, error) {
	var st unix.Statfs_t
	var err error
	conn, failed := f.SyscallConn()
	if failed == nil {
		failed = conn.Control(func(fd uintptr) { err = unix.Fstatfs(int(fd), &st) })
	}
	if failed != nil {
		err = failed
	}
	unit := uint64(st.Bsize)
	return Space{
		Total:     st.Blocks * unit,
		Free:      st.Bfree * unit,
		Available: st.Bavail * unit,
		Files:     st.Files,
		FreeFiles: st.Ffree,
	}, err
}

func canAccess(root *os.Root, name string, _ fs.FileInfo, what Access) (bool, error) {
	dir, base := split(name)
	f, err := root.OpenFile(dir, os.O_RDONLY|openFolderFlag, 0)
	if err != nil {
		return false, err
	}
	defer f.Close() // nothing was written
	switch err := unix.Faccessat(int(f.Fd()), base, uint32(what), 0); err {
	case nil:
		return true, nil
	case unix.EACCES, unix.EPERM, unix.EROFS:
		return false, nil
	default:
		return false, err
	}
}

func sameDevice(one, other fs.FileInfo) bool {
	first, ok := one.Sys().(*syscall.Stat_t)
	second, also := other.Sys().(*syscall.Stat_t)
	return ok && also && first.Dev == second.Dev
}
