package files

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
)

// maxPending bounds the bytes that wait for the log's writer: a tenth of a second
// of the fastest crawl, and nothing beside its other buffers.
const maxPending = 1 << 20

// Log appends lines to a file for many callers at once; it is safe for concurrent use.
//
// The caller who finds nobody writing writes, and goes on until nothing is left;
// the others hand their lines over and return at once. So one system call serves
// all who came during the last one, and there is no goroutine to look after. An
// error therefore reaches every later call, not only the caller whose line it was.
type Log struct {
	file File

	mu      sync.Mutex    // guards what follows
	pending []byte        // handed over, not yet being written
	spare   []byte        // the buffer written last
	writing bool          // somebody is at it and will take pending, too
	written int64         // the file's size
	end     int64         // its size when all is written
	err     error         // the first failure; stays
	moved   chan struct{} // closed at the next progress; nil while nobody waits
}

// OpenLog opens the log name for appending behind what it holds, made when missing.
// Only one Log may be open on a file; see [Lock].
func OpenLog(ctx context.Context, eng Engine, name string) (*Log, error) {
	return openLog(ctx, eng, name, func(size int64) int64 { return size })
}

// OpenLogAt is OpenLog with the file first cut to size bytes, for a torn tail.
// A file shorter than that is an error and stays as it is.
func OpenLogAt(ctx context.Context, eng Engine, name string, size int64) (*Log, error) {
	return openLog(ctx, eng, name, func(int64) int64 { return size })
}

func openLog(ctx context.Context, eng Engine, name string, keep func(size int64) int64) (*Log, error) {
	f, err := eng.Open(ctx, name, os.O_RDWR|os.O_CREATE)
	if err != nil {
		return nil, err
	}
	size, err := cut(f, keep)
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Log{file: f, written: size, end: size}, nil
}

func cut(f File, keep func(size int64) int64) (int64, error) {
	info, err := f.Stat()
	if err != nil {
		return 0, err
	}
	size := keep(info.Size())
	switch {
	case size < 0 || size > info.Size():
		return 0, &fs.PathError{Op: "cut", Path: f.Name(), Err: fmt.Errorf("%w: to %d bytes, of %d", fs.ErrInvalid, size, info.Size())}
	case size < info.Size():
		return size, f.Truncate(size)
	}
	return size, nil
}

// Append adds a line, which ends in a newline and is the caller's again when
// Append returns, and tells where in the file it begins. It waits only while a MiB is pending.
// A nil error means that the line will be written before the next [Log.Flush]
// returns nil, and mostly that it is written.
func (l *Log) Append(ctx context.Context, line []byte) (offset int64, err error) {
	l.mu.Lock()
	for l.err == nil && len(l.pending) > 0 && len(l.pending)+len(line) > maxPending {
		if err := l.wait(ctx); err != nil {
			l.mu.Unlock()
			return 0, err
		}
	}
	if l.err != nil {
		defer l.mu.Unlock()
		return 0, l.err
	}
	offset = l.end
	l.pending = append(l.pending, line...)
	l.end += int64(len(line))
	if l.writing {
		l.mu.Unlock()
		return offset, nil
	}
	err = l.write()
	l.mu.Unlock()
	return offset, err
}

// write empties pending. The caller holds mu, which is free while bytes go out.
func (l *Log) write() error {
	l.writing = true
	for len(l.pending) > 0 && l.err == nil {
		batch := l.pending
		l.pending = l.spare[:0]
		at := l.written
		l.mu.Unlock()
		size, err := l.store(batch, at)
		l.mu.Lock()
		l.spare = batch
		l.written, l.err = size, err
		l.wake()
	}
	l.writing = false
	l.wake()
	return l.err
}

// store writes batch at the end of the file. When that fails, the file is cut
// back to the last whole line, so that what it holds stays valid.
func (l *Log) store(batch []byte, at int64) (size int64, err error) {
	n, err := l.file.WriteAt(batch, at)
	if err == nil && n < len(batch) {
		err = &fs.PathError{Op: "write", Path: l.file.Name(), Err: io.ErrShortWrite}
	}
	if err == nil {
		return at + int64(n), nil
	}
	whole := at + int64(bytes.LastIndexByte(batch[:n], '\n')+1)
	return whole, errors.Join(err, l.file.Truncate(whole))
}

// wait waits for progress. The caller holds mu, which is free meanwhile.
func (l *Log) wait(ctx context.Context) error {
	if l.moved == nil {
		l.moved = make(chan struct{})
	}
	moved := l.moved
	l.mu.Unlock()
	defer l.mu.Lock()
	select {
	case <-moved:
		return nil
	case <-ctx.Done():
		return &fs.PathError{Op: "append", Path: l.file.Name(), Err: ctx.Err()}
	}
}

func (l *Log) wake() {
	if l.moved != nil {
		close(l.moved)
		l.moved = nil
	}
}

// Size returns how many bytes of the file the operating system has.
func (l *Log) Size() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.written
}

// End returns where the next line will begin, behind those that the operating system does
// not have yet.
func (l *Log) End() int64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.end
}

// Flush waits until every line appended before it is with the operating system.
// For durability follow it with [Engine.Sync].
func (l *Log) Flush(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for end := l.end; l.written < end && l.err == nil; {
		if err := l.wait(ctx); err != nil {
			return err
		}
	}
	return l.err
}

// Close flushes and closes the file. It returns the log's failure, if there was one.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.writing {
		l.wait(context.Background()) // which never ends, so neither does it fail
	}
	failed := l.err
	if errors.Is(failed, fs.ErrClosed) {
		return failed
	}
	closed := l.file.Close()
	l.err = &fs.PathError{Op: "append", Path: l.file.Name(), Err: fs.ErrClosed}
	return errors.Join(failed, closed)
}
