package files

import (
	"io/fs"
	"os"
)

// file is an open file whose every operation waits for a turn of its engine.
// [os.File] retries EINTR and goes on after short writes.
type file struct {
	engine *Direct
	name   string
	os     *os.File
}

func (f *file) enter() { f.engine.slots <- struct{}{} }
func (f *file) leave() { f.engine.leave() }

func (f *file) Read(p []byte) (int, error) {
	f.enter()
	defer f.leave()
	n, err := f.os.Read(p)
	return n, asked("read", f.name, err)
}

func (f *file) ReadAt(p []byte, off int64) (int, error) {
	f.enter()
	defer f.leave()
	n, err := f.os.ReadAt(p, off)
	return n, asked("read", f.name, err)
}

func (f *file) Write(p []byte) (int, error) {
	f.enter()
	defer f.leave()
	f.engine.written.add(f.engine.root, f.name)
	n, err := f.os.Write(p)
	return n, asked("write", f.name, err)
}

func (f *file) WriteAt(p []byte, off int64) (int, error) {
	f.enter()
	defer f.leave()
	f.engine.written.add(f.engine.root, f.name)
	n, err := f.os.WriteAt(p, off)
	return n, asked("write", f.name, err)
}

func (f *file) Seek(offset int64, whence int) (int64, error) {
	f.enter()
	defer f.leave()
	at, err := f.os.Seek(offset, whence)
	return at, asked("seek", f.name, err)
}

func (f *file) Truncate(size int64) error {
	f.enter()
	defer f.leave()
	f.engine.written.add(f.engine.root, f.name)
	return asked("truncate", f.name, f.os.Truncate(size))
}

func (f *file) Sync() error {
	f.enter()
	defer f.leave()
	return asked("sync", f.name, f.os.Sync())
}

func (f *file) Close() error {
	f.enter()
	defer f.leave()
	return asked("close", f.name, f.os.Close())
}

func (f *file) Stat() (fs.FileInfo, error) {
	f.enter()
	defer f.leave()
	info, err := f.os.Stat()
	return info, asked("stat", f.name, err)
}

func (f *file) Name() string { return f.name }

// Fd lets [Lock] reach the descriptor.
func (f *file) Fd() uintptr { return f.os.Fd() }
