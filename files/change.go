package files

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"
)

// Chmod sets the mode bits of what name leads to.
func Chmod(ctx context.Context, eng Engine, name string, mode fs.FileMode) error {
	return eng.Do(ctx, "chmod", name, func(root *os.Root) error { return root.Chmod(name, mode) })
}

// Chown sets user and group of what name leads to; -1 leaves one as it is.
// On Windows it is [errors.ErrUnsupported].
func Chown(ctx context.Context, eng Engine, name string, uid, gid int) error {
	return eng.Do(ctx, "chown", name, func(root *os.Root) error { return root.Chown(name, uid, gid) })
}

// Lchown is Chown of a link itself.
func Lchown(ctx context.Context, eng Engine, name string, uid, gid int) error {
	return eng.Do(ctx, "lchown", name, func(root *os.Root) error { return root.Lchown(name, uid, gid) })
}

// Chtimes sets the times of the last reading and of the last writing, os.utime of
// Python. A zero time leaves one as it is.
func Chtimes(ctx context.Context, eng Engine, name string, read, written time.Time) error {
	return eng.Do(ctx, "chtimes", name, func(root *os.Root) error { return root.Chtimes(name, read, written) })
}

// Truncate cuts the regular file name, or lengthens it by zeros. A file that is
// missing is not made.
func Truncate(ctx context.Context, eng Engine, name string, size int64) error {
	f, err := eng.Open(ctx, name, os.O_WRONLY)
	if err != nil {
		return err
	}
	return errors.Join(f.Truncate(size), f.Close())
}

// Link gives the file from a second name. What stands at to stays: [fs.ErrExist].
func Link(ctx context.Context, eng Engine, from, to string) error {
	return eng.Do(ctx, "link", to, func(root *os.Root) error { return root.Link(from, to) })
}

// Symlink makes name a link to target, whatever that is. One that leads out of the
// root can be made, and is not followed.
func Symlink(ctx context.Context, eng Engine, target, name string) error {
	return eng.Do(ctx, "symlink", name, func(root *os.Root) error { return root.Symlink(target, name) })
}

// Readlink returns the target of a link, as it was written.
func Readlink(ctx context.Context, eng Engine, name string) (string, error) {
	return doFor(ctx, eng, "readlink", name, func(root *os.Root) (string, error) { return root.Readlink(name) })
}
