package main

import (
	"context"
	"errors"
	"os"
	"sync"
)

// errStopped is the cause of a context that a second signal has ended.
var errStopped = errors.New("stopped by a second signal")

// stopper turns signals into the two endings of a run: the first one drains it,
// the second cancels it. A third has its usual effect, as for a run that hangs.
type stopper struct {
	drain  chan struct{} // closed at the first signal
	cancel context.CancelCauseFunc
	quit   chan struct{}
	done   sync.WaitGroup
	first  os.Signal // once drain is closed
}

// watchSignals begins to listen. The returned context ends at the second signal;
// at the first one draining is called. Close must be called.
func watchSignals(ctx context.Context, p process, draining func()) (context.Context, *stopper) {
	ctx, cancel := context.WithCancelCause(ctx)
	s := &stopper{drain: make(chan struct{}), quit: make(chan struct{}), cancel: cancel}
	s.done.Go(func() {
		select {
		case s.first = <-p.signals:
		case <-s.quit:
			return
		}
		close(s.drain)
		draining()
		select {
		case <-p.signals:
			cancel(errStopped)
			p.defaultSignals()
		case <-s.quit:
		}
	})
	return ctx, s
}

// signal returns the first signal, or nil when there was none.
func (s *stopper) signal() os.Signal {
	select {
	case <-s.drain:
		return s.first
	default:
		return nil
	}
}

// close stops listening.
func (s *stopper) close() {
	close(s.quit)
	s.done.Wait()
	s.cancel(nil)
}
