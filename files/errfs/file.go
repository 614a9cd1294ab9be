package errfs

import (
	"errors"
	"io/fs"

	"crawl/files"
)

type file struct {
	files.File
	engine *Engine
}

// Unwrap lets [files.Lock] find the file inside.
func (f *file) Unwrap() files.File { return f.File }

func (f *file) check(op Op, size int) (int, error) { return f.engine.check(op, f.Name(), size) }

func (f *file) Read(p []byte) (int, error) {
	if _, err := f.check(FileRead, 0); err != nil {
		return 0, err
	}
	return f.File.Read(p)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if _, err := f.check(FileRead, 0); err != nil {
		return 0, err
	}
	return f.File.ReadAt(p, off)
}

func (f *file) Write(p []byte) (int, error) {
	room, err := f.check(FileWrite, len(p))
	if err == nil {
		return f.File.Write(p)
	}
	n, inner := f.File.Write(p[:room])
	return n, errors.Join(err, inner)
}

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	room, err := f.check(FileWrite, len(p))
	if err == nil {
		return f.File.WriteAt(p, off)
	}
	n, inner := f.File.WriteAt(p[:room], off)
	return n, errors.Join(err, inner)
}

func (f *file) Stat() (fs.FileInfo, error) {
	if _, err := f.check(FileStat, 0); err != nil {
		return nil, err
	}
	return f.File.Stat()
}

func (f *file) Truncate(size int64) error {
	if _, err := f.check(FileTruncate, 0); err != nil {
		return err
	}
	return f.File.Truncate(size)
}

func (f *file) Sync() error {
	if _, err := f.check(FileSync, 0); err != nil {
		return err
	}
	return f.File.Sync()
}

// Close closes the file inside even when it is made to fail, as close(2) does.
func (f *file) Close() error {
	_, err := f.check(FileClose, 0)
	return errors.Join(err, f.File.Close())
}
