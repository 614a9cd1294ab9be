package files

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// newUnsynced returns none: syncfs needs no list.
func newUnsynced() *unsynced { return nil }

func (d *Direct) sync() error {
	conn, err := d.top.SyscallConn()
	if err == nil {
		var failed error
		// Control itself fails only once the file is closed.
		if conn.Control(func(fd uintptr) { failed = unix.Syncfs(int(fd)) }) != nil {
			failed = fs.ErrClosed
		}
		err = failed
	}
	if err != nil {
		return &fs.PathError{Op: "sync", Path: ".", Err: err}
	}
	return nil
}
