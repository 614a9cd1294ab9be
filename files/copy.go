package files

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
)

// Copy makes dst's file to of src's file from, whole or not at all, in place of what
// stands there, with the same permission bits ([Draft.Chmod]), and returns its size in bytes. It does not
// fsync. Both engines may be one.
//
// On Linux the kernel does it where it can: by sharing the blocks (FICLONE, on btrfs
// and XFS), else by copy_file_range. What neither can copy, from one file system to
// another or on one that knows no such thing, is read and written. Holes become zeros,
// or stay holes: the content is the same. Wrapped engines, as of errfs, are read and written.
func Copy(ctx context.Context, dst Engine, to string, src Engine, from string) (size int64, err error) {
	in, err := src.Open(ctx, from, os.O_RDONLY)
	if err != nil {
		return 0, err
	}
	defer in.Close() // nothing was written
	info, err := in.Stat()
	if err != nil {
		return 0, err
	}
	out, err := dst.Draft(ctx, to)
	if err != nil {
		return 0, err
	}
	if err = out.Chmod(info.Mode()); err == nil {
		size, err = copyInKernel(ctx, out, in)
	}
	if err == nil {
		var rest int64
		rest, err = io.CopyBuffer(onlyWriter{out}, &reader{ctx, in}, make([]byte, 256<<10))
		size += rest
	}
	if err == nil {
		err = out.Commit(ctx)
	}
	if err != nil {
		return size, errors.Join(err, out.Discard())
	}
	return size, nil
}

// onlyWriter keeps io.CopyBuffer from ways around the buffer.
type onlyWriter struct{ io.Writer }

// reader is a file whose next read does not begin once ctx has ended.
type reader struct {
	ctx  context.Context
	file File
}

func (r *reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, &fs.PathError{Op: "read", Path: r.file.Name(), Err: err}
	}
	return r.file.Read(p)
}
