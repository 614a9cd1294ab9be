package pipeline

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

// childArgument is the first argument of a child, which no user would type.
const childArgument = "--pipeline-child"

// grace is how long what was cancelled may take to end, in parent and child.
const grace = 2 * time.Second

// serving says that Serve was called, without which children would start children.
var serving atomic.Bool

// errOrphan is of a parent that ended in the middle of an item which does not hear
// its context.
var errOrphan = errors.New("the parent process has ended, and the item in flight does not")

// IsChild reports whether [Children] started this process. If so, main must call
// [Serve] before it looks at its flags, and end the process when Serve returns.
func IsChild() bool { return len(os.Args) > 1 && os.Args[1] == childArgument }

// Serve does what the parent process asks for with one of jobs, until the parent
// has no more. It ignores interrupt and termination signals, which are the parent's
// to judge. The parent's end, however sudden, cancels the item in flight, and Serve
// returns within two seconds even when the item does not hear that.
func Serve(ctx context.Context, jobs Jobs) error {
	serving.Store(true)
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	in, out, err := inherited()
	if err != nil {
		return fmt.Errorf("take over the parent's pipes: %w", err)
	}
	return serve(ctx, jobs, in, out)
}

// serve is Serve over any two pipes.
func serve(ctx context.Context, jobs Jobs, in io.Reader, out io.Writer) error {
	var first request
	if err := readFrame(in, &first); err != nil {
		return fmt.Errorf("read from the parent: %w", err)
	}
	if first.Setup == nil {
		return errors.New("read from the parent: an item before its job")
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	do, release, err := jobs.start(ctx, first.Setup)
	if sent := answer(out, nil, err); err != nil || sent != nil {
		return errors.Join(err, sent)
	}
	s := &server{out: out, items: make(chan item, 1), gone: make(chan struct{})}
	go s.listen(ctx, in) // until the pipe ends, or this process

	worked := make(chan error, 1)
	go func() { worked <- s.work(do, release) }()
	select {
	case err := <-worked:
		return err
	case <-s.gone:
	}
	if s.idle() {
		return <-worked
	}
	late := time.NewTimer(grace)
	defer late.Stop()
	select {
	case err := <-worked:
		return err
	case <-late.C:
		return errOrphan
	}
}

// server is the child's side.
type server struct {
	out   io.Writer
	items chan item
	gone  chan struct{} // closed when the parent says no more

	mu     sync.Mutex         // guards cancel
	cancel context.CancelFunc // of the item in flight, nil when there is none
}

type item struct {
	ctx context.Context
	in  json.RawMessage
}

// listen takes what the parent says. There is one item at a time, and a cancel
// means the latest.
func (s *server) listen(ctx context.Context, in io.Reader) {
	defer close(s.gone)
	defer close(s.items)
	cancel := func() {}
	defer func() { cancel() }()
	for {
		var r request
		if readFrame(in, &r) != nil {
			return
		}
		if r.Cancel {
			cancel()
			continue
		}
		i := item{in: r.In}
		i.ctx, cancel = s.begin(ctx)
		s.items <- i
	}
}

// begin makes an item the current one.
func (s *server) begin(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	s.mu.Lock()
	s.cancel = cancel
	s.mu.Unlock()
	return ctx, cancel
}

// end releases the current item's context.
func (s *server) end() {
	s.mu.Lock()
	s.cancel()
	s.cancel = nil
	s.mu.Unlock()
}

func (s *server) idle() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.cancel == nil
}

// work is the worker's life.
func (s *server) work(do rawFunc, release func() error) error {
	for i := range s.items {
		out, err := do(i.ctx, i.in)
		s.end()
		if err := answer(s.out, out, err); err != nil {
			return fmt.Errorf("write to the parent: %w", err)
		}
	}
	var err error
	if release != nil {
		err = release()
	}
	_ = answer(s.out, nil, err) // there may be nobody to hear it
	return err
}

// answer sends a reply. One that cannot be sent for its size is an error of its item.
func answer(w io.Writer, out json.RawMessage, err error) error {
	if err == nil && len(out) > maxFrame/2 {
		out, err = nil, fmt.Errorf("a result of %d bytes: at most %d can be sent", len(out), maxFrame/2)
	}
	r := reply{Out: out}
	if err != nil {
		text := err.Error()
		r.Err = &text
		switch {
		case errors.Is(err, context.Canceled):
			r.Kind = kindCanceled
		case errors.Is(err, context.DeadlineExceeded):
			r.Kind = kindDeadline
		}
	}
	return writeFrame(w, r)
}
