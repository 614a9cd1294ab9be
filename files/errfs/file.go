package errfs

import (
	"context"
	"errors"
	"io"
	"io/fs"

	"crawl/files"
)

type file struct {
	files.File
	engine *Engine
}

// Unwrap lets [files.Lock] find the file inside.
func (f *file) Unwrap() files.File { return f.File }

func (f *file) allow(op Op) error {
	return f.engine.allow(context.Background(), op, f.Name())
}

// part applies the rules to a call that do does size bytes of, in part when it fails.
func (f *file) part(c call, do func(size int) (int, error)) (int, error) {
	c.name = f.Name()
	room, err := f.engine.check(context.Background(), c)
	if err == nil {
		return do(room)
	}
	if room == 0 {
		return 0, err
	}
	n, inner := do(room)
	if inner == io.EOF {
		return n, err
	}
	return n, errors.Join(err, inner)
}

func (f *file) Read(p []byte) (int, error) {
	return f.part(call{op: FileRead, size: len(p), reads: true, short: true}, func(size int) (int, error) { return f.File.Read(p[:size]) })
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	return f.part(call{op: FileRead, size: len(p), reads: true}, func(size int) (int, error) { return f.File.ReadAt(p[:size], off) })
}

func (f *file) Write(p []byte) (int, error) {
	return f.part(call{op: FileWrite, size: len(p)}, func(size int) (int, error) { return f.File.Write(p[:size]) })
}

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	return f.part(call{op: FileWrite, size: len(p)}, func(size int) (int, error) { return f.File.WriteAt(p[:size], off) })
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	if err := f.allow(FileSeek); err != nil {
		return 0, err
	}
	return f.File.Seek(offset, whence)
}

func (f *file) Stat() (fs.FileInfo, error) {
	if err := f.allow(FileStat); err != nil {
		return nil, err
	}
	return f.File.Stat()
}

func (f *file) Truncate(size int64) error {
	if err := f.allow(FileTruncate); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

func (f *file) Sync() error {
	if err := f.allow(FileSync); err != nil {
		return err
	}
	return f.File.Sync()
}

// Close closes the file inside even when it is made to fail, as close(2) does.
func (f *file) Close() error {
	return errors.Join(f.allow(FileClose), f.File.Close())
}
