package uring

import (
	"context"
	"io"
	"io/fs"
	"os"
	"sync"

	"crawl/files"

	"golang.org/x/sys/unix"
)

// file is an open file whose reads go through the ring while its engine is open.
type file struct {
	files.File
	engine *Engine
	fd     int

	mu     sync.RWMutex // held to read, so that fd is this file's until the kernel is done
	closed bool
}

// Open implements [files.Engine]: the inner engine opens, and reads of the file go
// through the ring where its file system is the root's.
func (e *Engine) Open(ctx context.Context, name string, flag int) (files.File, error) {
	f, err := e.inner.Open(ctx, name, flag)
	number, ok := f.(interface{ Fd() uintptr })
	if err != nil || !ok {
		return f, err
	}
	fd := int(number.Fd())
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil || stat.Dev != e.stat.Dev {
		return f, nil
	}
	return &file{File: f, engine: e, fd: fd}, nil
}

// keep makes a file of what the ring opened.
func (e *Engine) keep(fd int, name string) (files.File, error) {
	// Without O_NONBLOCK, or [os.NewFile] would try to poll the file.
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFL, 0); err != nil {
		unix.Close(fd) // nothing was written
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &file{File: os.NewFile(uintptr(fd), name), engine: e, fd: fd}, nil
}

// Read implements [io.Reader].
func (f *file) Read(p []byte) (int, error) {
	n, ok, err := f.read(p, -1, false)
	switch {
	case !ok:
		return f.File.Read(p)
	case n == 0 && err == nil:
		err = io.EOF
	}
	return n, err
}

// ReadAt implements [io.ReaderAt].
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	n, ok, err := f.read(p, off, true)
	switch {
	case !ok:
		return f.File.ReadAt(p, off)
	case n < len(p) && err == nil:
		err = io.EOF
	}
	return n, err
}

// read reads through the ring. It is not ok where the inner file has to answer:
// nothing or nonsense is asked for, or the file or the engine is closed.
func (f *file) read(p []byte, off int64, fill bool) (n int, ok bool, err error) {
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed || len(p) == 0 || fill && off < 0 {
		return 0, false, nil
	}
	_, s, err := f.engine.read(context.Background(), f.fd, "", p, off, fill)
	if err == fs.ErrClosed {
		return 0, false, nil
	}
	if err != nil {
		err = &fs.PathError{Op: "read", Path: f.Name(), Err: err}
	}
	return s.N, true, err
}

// Close implements [io.Closer]. It waits for the reads that have begun.
func (f *file) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.closed = true
	return f.File.Close()
}

// Fd lets [files.Lock] reach the descriptor.
func (f *file) Fd() uintptr { return uintptr(f.fd) }
