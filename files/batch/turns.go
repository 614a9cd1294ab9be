package batch

import (
	"context"
	"io"
)

// turns lets so many files compute at once. The others read, write or wait.
type turns chan struct{}

func newTurns(n int) turns { return make(turns, n) }

func (t turns) take(ctx context.Context) error {
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

func (t turns) give() { <-t }

// during gives the turn away while the disk is waited for. It is taken again
// whatever ctx says, since the caller gives it in the end.
func (t turns) during(wait func() error) error {
	<-t
	err := wait()
	t <- struct{}{}
	return err
}

// reading is the rest of a large file: it hears ctx, and computes nothing while it waits.
type reading struct {
	ctx   context.Context
	turns turns
	from  io.Reader
}

func (r reading) Read(p []byte) (n int, err error) {
	if r.ctx.Err() != nil {
		return 0, context.Cause(r.ctx)
	}
	err = r.turns.during(func() error {
		n, err = r.from.Read(p)
		return err
	})
	return n, err
}
