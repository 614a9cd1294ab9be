package batch

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"syscall"

	"crawl/files"
)

// OutputError is a fault of the output folder. It ends a run, unless it is about one
// name only, such as one that is too long.
type OutputError struct {
	Name string // below the folder
	Err  error
}

func (e *OutputError) Error() string { return "write " + e.Name + ": " + e.Err.Error() }
func (e *OutputError) Unwrap() error { return e.Err }

// local reports whether only this one output can't be written.
func (e *OutputError) local() bool { return files.IsLocal(e.Err) }

// inputError is a fault of reading an input.
type inputError struct{ err error }

func (e *inputError) Error() string { return e.err.Error() }
func (e *inputError) Unwrap() error { return e.err }

// inputReader says of errors that they are an input's.
type inputReader struct{ from io.Reader }

func (r *inputReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	if err != nil && err != io.EOF {
		err = &inputError{err}
	}
	return n, err
}

// earlierError is a fault of reading what earlier runs recorded.
type earlierError struct{ err error }

func (e *earlierError) Error() string { return e.err.Error() }

// SkipError says that a file is none that can be transformed; it is skipped, not failed.
type SkipError struct{ Reason string }

func (e *SkipError) Error() string { return e.Reason }

// LoopError is a link that leads to a folder above itself.
type LoopError struct{ Err error }

func (e *LoopError) Error() string { return e.Err.Error() }
func (e *LoopError) Unwrap() error { return e.Err }

var errUnchanged = errors.New("unchanged")

// classOf says what kind of fault of reading or writing err is.
func classOf(err error) Class {
	switch {
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ESTALE):
		return Vanished
	case errors.Is(err, fs.ErrPermission):
		return Denied
	case errors.Is(err, fs.ErrInvalid), errors.Is(err, syscall.EISDIR), errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ENXIO):
		return NotRegular
	}
	return Disk
}

// bare returns what is left of an error without the name that its record has anyway.
func bare(err error) string {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		return fmt.Sprintf("%s: %v", e.Op, e.Err)
	}
	return err.Error()
}
