package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"
)

// Stat tells of what name leads to: unlike [Engine].Stat it follows links, as long
// as they stay below the root.
func Stat(ctx context.Context, eng Engine, name string) (fs.FileInfo, error) {
	return doFor(ctx, eng, "stat", name, func(root *os.Root) (fs.FileInfo, error) { return root.Stat(name) })
}

// Exists reports whether name leads to anything. A link that leads nowhere, or out
// of the root, does not; any other error, such as a folder that may not be searched,
// is returned and does not pass for an absence.
func Exists(ctx context.Context, eng Engine, name string) (bool, error) {
	return is(ctx, eng, name, func(fs.FileMode) bool { return true })
}

// IsFile reports whether name leads to a regular file. Errors are as with [Exists].
func IsFile(ctx context.Context, eng Engine, name string) (bool, error) {
	return is(ctx, eng, name, fs.FileMode.IsRegular)
}

// IsDir reports whether name leads to a folder. Errors are as with [Exists].
func IsDir(ctx context.Context, eng Engine, name string) (bool, error) {
	return is(ctx, eng, name, fs.FileMode.IsDir)
}

func is(ctx context.Context, eng Engine, name string, kind func(fs.FileMode) bool) (bool, error) {
	info, err := Stat(ctx, eng, name)
	if err != nil {
		return false, unlessAbsent(err)
	}
	return kind(info.Mode()), nil
}

func unlessAbsent(err error) error {
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, errEscapes) {
		return nil
	}
	return err
}

// IsLink reports whether name is a symbolic link, wherever it leads.
func IsLink(ctx context.Context, eng Engine, name string) (bool, error) {
	info, err := eng.Stat(ctx, name)
	if err != nil {
		return false, unlessAbsent(err)
	}
	return info.Mode()&fs.ModeSymlink != 0, nil
}

// Size returns the size in bytes of what name leads to.
func Size(ctx context.Context, eng Engine, name string) (int64, error) {
	info, err := Stat(ctx, eng, name)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// Times are when a file was last read, written and changed in any way. Systems that
// do not know one tell the time of the last write for it; many file systems write
// down only one reading a day.
type Times struct{ Read, Written, Changed time.Time }

// StatTimes returns the times of what name leads to.
func StatTimes(ctx context.Context, eng Engine, name string) (Times, error) {
	info, err := Stat(ctx, eng, name)
	if err != nil {
		return Times{}, err
	}
	return timesOf(info), nil
}

// SameFile reports whether both names lead to one file.
func SameFile(ctx context.Context, eng Engine, one, other string) (bool, error) {
	first, err := Stat(ctx, eng, one)
	if err != nil {
		return false, err
	}
	second, err := Stat(ctx, eng, other)
	return err == nil && os.SameFile(first, second), err
}

// SameOpenFile reports whether both are open on one file.
func SameOpenFile(one, other File) (bool, error) {
	first, err := one.Stat()
	if err != nil {
		return false, err
	}
	second, err := other.Stat()
	return err == nil && os.SameFile(first, second), err
}

// Space is the room of a file system, in bytes, and how many files it can hold; those
// are 0 where it has no fixed number.
type Space struct {
	Total, Free      uint64
	Available        uint64 // of Free, for users without privileges
	Files, FreeFiles uint64
}

// StatFS tells of the file system that holds name.
func StatFS(ctx context.Context, eng Engine, name string) (Space, error) {
	return doFor(ctx, eng, "statfs", name, func(root *os.Root) (Space, error) {
		f, err := root.OpenFile(name, os.O_RDONLY|noWait, 0)
		if err != nil {
			return Space{}, err
		}
		defer f.Close() // nothing was written
		return spaceOf(f)
	})
}

// Access says what a process may be asked to do with a file.
type Access uint32

// The kinds of access, for [CanAccess]. They can be combined.
const (
	Execute Access = 1 << iota
	Write
	Read
)

// CanAccess reports whether this process, by its real user, may do all that with what
// name leads to. The answer may be old by the time it is used: to open the file and
// see is better.
func CanAccess(ctx context.Context, eng Engine, name string, what Access) (bool, error) {
	return doFor(ctx, eng, "access", name, func(root *os.Root) (bool, error) {
		info, err := root.Stat(name) // so that no link leads out
		if err != nil {
			return false, err
		}
		return canAccess(root, name, info, what)
	})
}
