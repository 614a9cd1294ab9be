package files

import (
	"context"
	"io"
	"io/fs"
	"os"
	"syscall"
)

// Named reads files by the names that a user gives, wherever they and the links on the
// way lead. It is for the words of a command line; what lies below a folder that
// others may have filled is for an [Engine]. The zero value is ready, and safe for
// concurrent use.
type Named struct{}

// ReadStart is [Engine.ReadStart]. A folder is an EISDIR; what is no regular file
// otherwise is [fs.ErrInvalid].
func (Named) ReadStart(ctx context.Context, name string, buf []byte) (s Start, err error) {
	if err := ctx.Err(); err != nil {
		return s, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	f, err := os.OpenFile(name, os.O_RDONLY|noWait, 0)
	if err != nil {
		return s, asked("open", name, err)
	}
	info, err := f.Stat()
	switch {
	case err == nil && info.IsDir():
		err = syscall.EISDIR
	case err == nil && !info.Mode().IsRegular():
		err = errNotRegular
	case err == nil:
		s.Mode = info.Mode().Perm()
		s.N, err = io.ReadFull(f, buf)
	}
	if err == nil {
		s.Rest = f
		return s, nil
	}
	f.Close() // only read
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return s, nil
	}
	return s, asked("read", name, err)
}
