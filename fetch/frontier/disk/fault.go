package disk

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"sync/atomic"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// faultFS is the disk as the store sees it, with two differences.
//
// A write that fails is the last: from then on all writes look as if they were done, and
// do nothing. The store would end the process, or try for ever; like this it goes on in
// vain, the folder is what a crash at that moment would have left, which the store can
// open again, and the frontier, which asks for the fault after each of its calls, says so.
//
// The log of what was written last is handed to the operating system, but not synced on
// every commit: that makes a commit survive the process, and takes a hundredth of the time.
// Frontier.Flush syncs it, and so does its end, for the store believes in logs before the
// last. All other files are synced when the store says so, and it opens after a power
// failure.
type faultFS struct {
	vfs.FS
	first    atomic.Pointer[error]
	syncLogs atomic.Bool
}

// fault is the first write that failed.
func (f *faultFS) fault() error {
	if err := f.first.Load(); err != nil {
		return *err
	}
	return nil
}

// write does what changes the disk, unless that has failed before. Only that a file is
// there, or not, is for the store to know.
func (f *faultFS) write(do func() error) error {
	if f.first.Load() != nil {
		return nil
	}
	err := do()
	if err == nil || errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrExist) {
		return err
	}
	f.first.CompareAndSwap(nil, &err)
	return nil
}

// open is write for what gives a file.
func (f *faultFS) open(name string, do func() (vfs.File, error)) (vfs.File, error) {
	var file vfs.File
	err := f.write(func() (err error) {
		file, err = do()
		return err
	})
	if err != nil {
		return nil, err
	}
	if file == nil {
		return nowhere{}, nil
	}
	return &faultFile{File: file, fs: f, isLog: strings.HasSuffix(name, ".log")}, nil
}

func (f *faultFS) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.open(name, func() (vfs.File, error) { return f.FS.Create(name, c) })
}

func (f *faultFS) OpenReadWrite(name string, c vfs.DiskWriteCategory, opts ...vfs.OpenOption) (vfs.File, error) {
	return f.open(name, func() (vfs.File, error) { return f.FS.OpenReadWrite(name, c, opts...) })
}

func (f *faultFS) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	return f.open(name, func() (vfs.File, error) { return f.FS.ReuseForWrite(old, name, c) })
}

func (f *faultFS) OpenDir(name string) (vfs.File, error) {
	return f.open(name, func() (vfs.File, error) { return f.FS.OpenDir(name) })
}

func (f *faultFS) Link(old, name string) error {
	return f.write(func() error { return f.FS.Link(old, name) })
}

func (f *faultFS) Rename(old, name string) error {
	return f.write(func() error { return f.FS.Rename(old, name) })
}

func (f *faultFS) Remove(name string) error {
	return f.write(func() error { return f.FS.Remove(name) })
}

func (f *faultFS) RemoveAll(name string) error {
	return f.write(func() error { return f.FS.RemoveAll(name) })
}

func (f *faultFS) MkdirAll(dir string, perm os.FileMode) error {
	return f.write(func() error { return f.FS.MkdirAll(dir, perm) })
}

func (f *faultFS) Unwrap() vfs.FS { return f.FS }

// faultFile is a file that may be written.
type faultFile struct {
	vfs.File
	fs    *faultFS
	isLog bool
}

func (f *faultFile) Write(p []byte) (int, error) {
	return len(p), f.fs.write(func() error {
		_, err := f.File.Write(p)
		return err
	})
}

func (f *faultFile) WriteAt(p []byte, at int64) (int, error) {
	return len(p), f.fs.write(func() error {
		_, err := f.File.WriteAt(p, at)
		return err
	})
}

func (f *faultFile) Preallocate(at, n int64) error {
	return f.fs.write(func() error { return f.File.Preallocate(at, n) })
}

func (f *faultFile) Sync() error {
	if f.isLog && !f.fs.syncLogs.Load() {
		return nil
	}
	return f.fs.write(f.File.Sync)
}

func (f *faultFile) SyncData() error {
	if f.isLog && !f.fs.syncLogs.Load() {
		return nil
	}
	return f.fs.write(f.File.SyncData)
}

func (f *faultFile) SyncTo(n int64) (full bool, err error) {
	err = f.fs.write(func() (err error) {
		full, err = f.File.SyncTo(n)
		return err
	})
	return full, err
}

func (f *faultFile) Close() error {
	if f.isLog {
		_ = f.fs.write(f.File.SyncData) // never fails
	}
	if f.fs.fault() != nil {
		_ = f.File.Close() // the handle has to go all the same
		return nil
	}
	return f.fs.write(f.File.Close)
}

// nowhere is a file that was made after a fault.
type nowhere struct{}

func (nowhere) Close() error                           { return nil }
func (nowhere) Read([]byte) (int, error)               { return 0, io.EOF }
func (nowhere) ReadAt([]byte, int64) (int, error)      { return 0, io.EOF }
func (nowhere) Write(p []byte) (int, error)            { return len(p), nil }
func (nowhere) WriteAt(p []byte, _ int64) (int, error) { return len(p), nil }
func (nowhere) Preallocate(int64, int64) error         { return nil }
func (nowhere) Stat() (vfs.FileInfo, error)            { return nothing{}, nil }
func (nowhere) Sync() error                            { return nil }
func (nowhere) SyncTo(int64) (bool, error)             { return false, nil }
func (nowhere) SyncData() error                        { return nil }
func (nowhere) Prefetch(int64, int64) error            { return nil }
func (nowhere) Fd() uintptr                            { return vfs.InvalidFd }

// nothing is what there is to know of a nowhere.
type nothing struct{}

func (nothing) Name() string           { return "" }
func (nothing) Size() int64            { return 0 }
func (nothing) Mode() fs.FileMode      { return 0o600 }
func (nothing) ModTime() time.Time     { return time.Time{} }
func (nothing) IsDir() bool            { return false }
func (nothing) Sys() any               { return nil }
func (nothing) DeviceID() vfs.DeviceID { return vfs.DeviceID{} }
