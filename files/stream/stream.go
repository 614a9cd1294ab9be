// Package stream reads and writes what is no regular file: standard streams, named
// pipes and terminals, under contexts.
//
// Start with [Stdin], [Stdout], [Stderr] or [OpenPipe]. Other than with regular files
// the kernel can wait for these without holding a thread, and a context that ends
// interrupts a read or write that has begun, unless [Stream.Interruptible] says that
// this one can't be: a standard stream that is a regular file or, on Windows, a console.
package stream

import (
	"context"
	"errors"
	"io"
	"os"
	"time"
)

// Stream is an open stream. Reading and writing may go on at the same time, each by
// one goroutine.
type Stream struct {
	file *os.File
	ctx  context.Context
	stop func() bool
	able bool
	own  bool // Close closes the file
}

var _ io.ReadWriteCloser = (*Stream)(nil)

// Stdin returns the standard input, looked up at the call. Closing it leaves [os.Stdin] open.
func Stdin(ctx context.Context) *Stream { return standard(ctx, os.Stdin, os.O_RDONLY) }

// Stdout returns the standard output, as [Stdin] does.
func Stdout(ctx context.Context) *Stream { return standard(ctx, os.Stdout, os.O_WRONLY) }

// Stderr returns the standard error output, as [Stdin] does.
func Stderr(ctx context.Context) *Stream { return standard(ctx, os.Stderr, os.O_WRONLY) }

func standard(ctx context.Context, f *os.File, flag int) *Stream {
	if again, err := reopen(f, flag); err == nil {
		return bind(ctx, again, true)
	}
	return bind(ctx, f, false)
}

// bind lets the end of ctx interrupt what is done with f.
func bind(ctx context.Context, f *os.File, own bool) *Stream {
	s := &Stream{file: f, ctx: ctx, own: own}
	s.able = f.SetDeadline(time.Time{}) == nil
	s.stop = context.AfterFunc(ctx, func() {
		if s.able {
			f.SetDeadline(time.Unix(1, 0)) // long past; it was able to a moment ago
		}
	})
	return s
}

// Interruptible reports whether deadlines and contexts interrupt what has begun. If not,
// they are heard before.
func (s *Stream) Interruptible() bool { return s.able }

func (s *Stream) Read(p []byte) (int, error) {
	if err := context.Cause(s.ctx); err != nil {
		return 0, err
	}
	n, err := s.file.Read(p)
	return n, s.why(err)
}

func (s *Stream) Write(p []byte) (int, error) {
	if err := context.Cause(s.ctx); err != nil {
		return 0, err
	}
	n, err := s.file.Write(p)
	return n, s.why(err)
}

// why tells the end of the context from a deadline of the caller's.
func (s *Stream) why(err error) error {
	if errors.Is(err, os.ErrDeadlineExceeded) && s.ctx.Err() != nil {
		return context.Cause(s.ctx)
	}
	return err
}

// SetDeadline sets when what has begun is given up with [os.ErrDeadlineExceeded]; the
// zero time stands for never. Where that can't be it is [os.ErrNoDeadline].
func (s *Stream) SetDeadline(t time.Time) error {
	if err := context.Cause(s.ctx); err != nil {
		return err
	}
	return s.file.SetDeadline(t)
}

// Close closes the stream, and a standard one only for this user.
func (s *Stream) Close() error {
	s.stop()
	if s.own {
		return s.file.Close()
	}
	return nil
}
