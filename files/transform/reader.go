package transform

import (
	"context"
	"io"
	"sync"
)

// Reader returns what the chain makes of in, for a caller who wants to read it instead
// of having it written. The chain runs on a goroutine of its own, only while a Read
// waits for it, and ends with the reader: Close waits for that, and must be called. The
// errors of Read are those of [Chain.Run]. A chain of checksums alone gives nothing.
//
// When turns is not nil, the chain computes only when it is its turn, and gives that
// away while it waits for in or for the caller.
func (c Chain) Reader(ctx context.Context, f File, in io.Reader, opt Options, turns Turns) io.ReadCloser {
	r, w := handover()
	cr := &chainReader{reader: r}
	cr.done.Go(func() { w.close(c.feed(ctx, f, in, w, opt, turns)) })
	return cr
}

func (c Chain) feed(ctx context.Context, f File, in io.Reader, out io.Writer, opt Options, turns Turns) error {
	if turns != nil {
		if err := turns.Take(ctx); err != nil {
			return err
		}
		defer turns.Give()
		in, out = turns.Reader(ctx, in), turns.Writer(out)
	}
	_, err := c.Run(ctx, f, in, out, opt)
	return err
}

type chainReader struct {
	*reader
	done   sync.WaitGroup
	closed bool
}

func (r *chainReader) Close() error {
	if !r.closed {
		r.closed = true
		r.reader.close()
		r.done.Wait()
	}
	return nil
}
