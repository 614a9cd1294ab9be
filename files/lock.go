package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
)

// LockedError says that another process, or another caller in this one, holds a lock.
type LockedError struct {
	Name string // of the lock file
	PID  int    // of the holder; 0 when unknown
}

func (e *LockedError) Error() string {
	if e.PID == 0 {
		return fmt.Sprintf("%s is locked by another process", e.Name)
	}
	return fmt.Sprintf("%s is locked by process %d", e.Name, e.PID)
}

// Lock takes the exclusive lock that the file name stands for, at once or not at
// all: a held one is a [*LockedError]. The file is made when missing and stays
// after unlock. The kernel frees the lock when the process ends, however it ends.
// The lock binds only those who ask for it.
func Lock(ctx context.Context, eng Engine, name string) (unlock func() error, err error) {
	f, err := eng.Open(ctx, name, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	if err := lockOrTell(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	// The number is only for the other's message, so a full disk is no reason to fail.
	if f.Truncate(0) == nil {
		f.WriteAt(strconv.AppendInt(nil, int64(os.Getpid()), 10), 0)
	}
	return f.Close, nil
}

func lockOrTell(f File) error {
	fd, err := descriptor(f)
	if err != nil {
		return err
	}
	switch err := tryLock(fd); {
	case errors.Is(err, errHeld):
		return &LockedError{Name: f.Name(), PID: holder(f)}
	case err != nil:
		return &fs.PathError{Op: "lock", Path: f.Name(), Err: err}
	}
	return nil
}

// descriptor finds the operating system's file behind f and what wraps it.
func descriptor(f File) (uintptr, error) {
	for inner := f; ; {
		if d, ok := inner.(interface{ Fd() uintptr }); ok {
			return d.Fd(), nil
		}
		wrap, ok := inner.(interface{ Unwrap() File })
		if !ok {
			return 0, &fs.PathError{Op: "lock", Path: f.Name(), Err: errors.ErrUnsupported}
		}
		inner = wrap.Unwrap()
	}
}

func holder(f File) int {
	var buf [20]byte
	n, _ := f.ReadAt(buf[:], 0) // io.EOF, as the text is shorter
	pid, err := strconv.Atoi(string(bytes.TrimSpace(buf[:n])))
	if err != nil || pid < 0 {
		return 0
	}
	return pid
}
