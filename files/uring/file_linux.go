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

// file is an open file whose reads go through the ring.
type file struct {
	files.File
	engine *Engine
	fd     int

	mu     sync.RWMutex // held to read, so that fd is this file's until the kernel has it
	closed bool
}

// Open implements [files.Engine]: the inner engine opens, and reads of the file go
// through the ring where its file system is the root's.
func (e *Engine) Open(ctx context.Context, name string, flag int) (files.File, error) {
	f, err := e.inner.Open(ctx, name, flag)
	if err != nil || flag&unix.O_ACCMODE == unix.O_WRONLY {
		return f, err
	}
	number, ok := f.(interface{ Fd() uintptr })
	if !ok {
		return f, nil
	}
	fd := int(number.Fd())
	var stat unix.Stat_t
	if err := unix.Fstat(fd, &stat); err != nil || uint64(stat.Dev) != e.device {
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
func (f *file) Read(p []byte) (int, error) { return f.read(context.Background(), p) }

func (f *file) read(ctx context.Context, p []byte) (int, error) {
	n, err := f.ring(ctx, p, -1, false)
	if err == fs.ErrClosed {
		return f.File.Read(p)
	}
	if n == 0 && err == nil && len(p) > 0 {
		return 0, io.EOF
	}
	return n, err
}

// ReadAt implements [io.ReaderAt].
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return f.File.ReadAt(p, off)
	}
	n, err := f.ring(context.Background(), p, off, true)
	if err == fs.ErrClosed {
		return f.File.ReadAt(p, off)
	}
	if n < len(p) && err == nil {
		return n, io.EOF
	}
	return n, err
}

// ring reads at off, or at the file's position when off is -1. Of a closed file
// and a closed engine it says [fs.ErrClosed]: the inner file knows which, and
// outlives the engine.
func (f *file) ring(ctx context.Context, p []byte, off int64, fill bool) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	f.mu.RLock()
	defer f.mu.RUnlock()
	if f.closed {
		return 0, fs.ErrClosed
	}
	q, err := f.engine.begin(ctx)
	if err == fs.ErrClosed {
		return 0, err
	}
	if err != nil {
		return 0, failed(ctx, f.Name(), err)
	}
	q.read(f.fd, p, off, fill)
	_, n, err := f.engine.run(ctx, q)
	return n, failed(ctx, f.Name(), err)
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
