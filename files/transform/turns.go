package transform

import (
	"context"
	"io"
)

// Turns lets so many chains compute at once, while others read, write or wait. It is
// safe for concurrent use.
type Turns chan struct{}

// NewTurns makes n turns, at least one.
func NewTurns(n int) Turns { return make(Turns, max(1, n)) }

// Take waits for a turn, which is to be given back by Give. Its error is ctx's cause.
func (t Turns) Take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	default:
	}
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Give gives a turn back.
func (t Turns) Give() { <-t }

// During gives the caller's turn away while wait waits for a disk or a network. It is
// taken again whatever happens, since the caller gives it back in the end.
func (t Turns) During(wait func() error) error {
	<-t
	err := wait()
	t <- struct{}{}
	return err
}

// Reader reads from r for a caller who has a turn, which it gives away meanwhile. It
// hears ctx before each read.
func (t Turns) Reader(ctx context.Context, r io.Reader) io.Reader {
	return &turnReader{ctx, t, r}
}

type turnReader struct {
	ctx   context.Context
	turns Turns
	from  io.Reader
}

func (r *turnReader) Read(p []byte) (n int, err error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	err = r.turns.During(func() error {
		n, err = r.from.Read(p)
		return err
	})
	return n, err
}

// Writer is to w what Reader is to r, without a context.
func (t Turns) Writer(w io.Writer) io.Writer { return &turnWriter{t, w} }

type turnWriter struct {
	turns Turns
	to    io.Writer
}

func (w *turnWriter) Write(p []byte) (n int, err error) {
	err = w.turns.During(func() error {
		n, err = w.to.Write(p)
		return err
	})
	return n, err
}
