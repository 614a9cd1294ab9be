package iofs

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"

	"crawl/files"
)

// Source is a file system as an engine that only reads.
type Source struct{ fsys fs.FS }

var _ files.Engine = Source{}

// Engine returns fsys as an engine. Width and safety are as fsys has them; a context
// is heard before each call. What writes, and Do, which wants a folder of the
// operating system, fails with [errors.ErrUnsupported].
func Engine(fsys fs.FS) Source { return Source{fsys} }

func (s Source) begin(ctx context.Context, op, name string) error {
	if err := ctx.Err(); err != nil {
		return &fs.PathError{Op: op, Path: name, Err: err}
	}
	return check(op, name)
}

func no(op, name string) error {
	return &fs.PathError{Op: op, Path: name, Err: errors.ErrUnsupported}
}

// ReadFile implements [files.Engine].
func (s Source) ReadFile(ctx context.Context, name string) ([]byte, error) {
	if err := s.begin(ctx, "read", name); err != nil {
		return nil, err
	}
	return fs.ReadFile(s.fsys, name)
}

// ReadStart implements [files.Engine].
func (s Source) ReadStart(ctx context.Context, name string, buf []byte) (start files.Start, err error) {
	f, err := s.Open(ctx, name, os.O_RDONLY)
	if err != nil {
		return start, err
	}
	info, err := f.Stat()
	if err == nil {
		start.Mode = info.Mode().Perm()
		start.N, err = io.ReadFull(f, buf)
	}
	if err == nil {
		start.Rest = f
		return start, nil
	}
	f.Close() // nothing was written
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		err = nil
	}
	return start, err
}

// Open implements [files.Engine], for reading.
func (s Source) Open(ctx context.Context, name string, flag int) (files.File, error) {
	if flag != os.O_RDONLY {
		return nil, no("open", name)
	}
	if err := s.begin(ctx, "open", name); err != nil {
		return nil, err
	}
	f, err := s.fsys.Open(name)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	if err != nil {
		f.Close() // nothing was written
		return nil, err
	}
	return &file{File: f, name: name}, nil
}

// Stat implements [files.Engine].
func (s Source) Stat(ctx context.Context, name string) (fs.FileInfo, error) {
	if err := s.begin(ctx, "stat", name); err != nil {
		return nil, err
	}
	return fs.Lstat(s.fsys, name)
}

// ReadDir implements [files.Engine].
func (s Source) ReadDir(ctx context.Context, name string) ([]fs.DirEntry, error) {
	if err := s.begin(ctx, "readdir", name); err != nil {
		return nil, err
	}
	return fs.ReadDir(s.fsys, name)
}

// Sync implements [files.Engine]: there is nothing to sync.
func (Source) Sync(context.Context) error { return nil }

// Close implements [files.Engine]: there is nothing to close.
func (Source) Close() error { return nil }

// WriteFile implements [files.Engine].
func (Source) WriteFile(_ context.Context, name string, _ []byte) error { return no("write", name) }

// PutFile implements [files.Engine].
func (Source) PutFile(_ context.Context, name string, _ []byte) error { return no("put", name) }

// Draft implements [files.Engine].
func (Source) Draft(_ context.Context, name string) (files.Draft, error) {
	return nil, no("draft", name)
}

// Rename implements [files.Engine].
func (Source) Rename(_ context.Context, from, _ string) error { return no("rename", from) }

// Remove implements [files.Engine].
func (Source) Remove(_ context.Context, name string) error { return no("remove", name) }

// RemoveAll implements [files.Engine].
func (Source) RemoveAll(_ context.Context, name string) error { return no("remove", name) }

// Do implements [files.Engine].
func (Source) Do(_ context.Context, op, name string, _ func(*os.Root) error) error {
	return no(op, name)
}

// file is an open file. Seek and ReadAt are there when the file inside has them, as
// those of embed and os do.
type file struct {
	fs.File
	name string
}

func (f *file) Name() string { return f.name }

func (f *file) Seek(offset int64, whence int) (int64, error) {
	if s, ok := f.File.(io.Seeker); ok {
		return s.Seek(offset, whence)
	}
	return 0, no("seek", f.name)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if r, ok := f.File.(io.ReaderAt); ok {
		return r.ReadAt(p, off)
	}
	return 0, no("read", f.name)
}

func (f *file) Write([]byte) (int, error)          { return 0, no("write", f.name) }
func (f *file) WriteAt([]byte, int64) (int, error) { return 0, no("write", f.name) }
func (f *file) Truncate(int64) error               { return no("truncate", f.name) }
func (f *file) Sync() error                        { return nil }
