package pipeline

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
)

// ChildOptions say how child processes run. The zero value is good.
type ChildOptions struct {
	Procs  int       // GOMAXPROCS of each child; 0: as the environment has it
	Env    []string  // name=value, on top of this process's environment
	Stderr io.Writer // gets what children write to stdout and stderr, a line a Write and "worker N: " before it; nil: nobody
}

// Children is the Maker of [Processes]: each worker is a child process, which is
// this program started anew, and does the job of that name as its [Serve] has it.
// spec is sent to it as JSON, as are the items and what comes back; see [NewJob].
//
// A child that dies fails the item it had, with a [*ChildError], and the next item
// gets a new one. An error that the job returned comes back as a [*JobError], and
// the end of the item's context as its cause: the child is told, and killed when
// it has not answered two seconds later. No child survives the end of this
// process, and each has been waited for when its worker is released.
func Children[In, Out any](job string, spec any, o ChildOptions) Maker[In, Out] {
	var log sync.Mutex // held to write to o.Stderr
	return func(ctx context.Context, worker int) (Func[In, Out], func() error, error) {
		data, err := json.Marshal(spec)
		if err != nil {
			return nil, nil, fmt.Errorf("spec of %s: %w", job, err)
		}
		p := &place{ctx: ctx, setup: setup{Job: job, Spec: data, Worker: worker}, options: o, log: &log}
		if err := p.fill(ctx); err != nil {
			return nil, nil, err
		}
		return func(ctx context.Context, in In) (out Out, err error) {
			data, err := json.Marshal(in)
			if err != nil {
				return out, fmt.Errorf("item for %s: %w", job, err)
			}
			answer, err := p.do(ctx, data)
			if err != nil {
				return out, err
			}
			if len(answer.Out) > 0 {
				err = json.Unmarshal(answer.Out, &out)
			}
			if failed := remote(job, answer); failed != nil {
				return out, failed
			}
			return out, err
		}, p.release, nil
	}
}

// place is where one child after the other stands.
type place struct {
	ctx     context.Context // of the run, with which every child ends
	setup   setup
	options ChildOptions
	log     *sync.Mutex
	child   *child // nil when the last one died
}

// fill puts a child there.
func (p *place) fill(ctx context.Context) error {
	c, err := startChild(p.ctx, &p.setup, p.options, p.log)
	if err != nil {
		return err
	}
	answer, err := c.call(ctx, request{Setup: &p.setup})
	if err != nil {
		return ended(ctx, c.bury(err))
	}
	if err := remote(p.setup.Job, answer); err != nil {
		_ = c.bury(nil) // it has ended for the same reason
		return err
	}
	p.child = c
	return nil
}

// do carries one item through the child.
func (p *place) do(ctx context.Context, in json.RawMessage) (reply, error) {
	if ctx.Err() != nil {
		return reply{}, context.Cause(ctx)
	}
	if len(in) > maxFrame/2 {
		return reply{}, fmt.Errorf("an item of %d bytes: at most %d can be sent", len(in), maxFrame/2)
	}
	if p.child == nil {
		if err := p.fill(ctx); err != nil {
			return reply{}, err
		}
	}
	answer, err := p.child.call(ctx, request{In: in})
	if err != nil {
		err = p.child.bury(err)
		p.child = nil
		return reply{}, ended(ctx, err)
	}
	if answer.Kind != "" && ctx.Err() != nil {
		return reply{}, context.Cause(ctx)
	}
	return answer, nil
}

func (p *place) release() error {
	if p.child == nil {
		return nil
	}
	return p.child.close()
}

// ended is err, unless ctx has ended, for which the child is not to blame.
func ended(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// ChildError is of an item whose child process died, or that could not start. It is
// what Python calls a BrokenProcessPool, but for one item.
type ChildError struct {
	Job    string
	Worker int
	PID    int
	State  *os.ProcessState // exit status or signal
	Stderr string           // the last 8 KiB of what it wrote
	Err    error            // how its pipe failed, often io.EOF
}

func (e *ChildError) Unwrap() error { return e.Err }

func (e *ChildError) Error() string {
	text := fmt.Sprintf("worker process %d ended: %s", e.PID, e.State)
	if e.State.Success() {
		text = fmt.Sprintf("worker process %d: %v", e.PID, e.Err)
	}
	if line := reason(e.Stderr); line != "" {
		text += fmt.Sprintf(": %q", line)
	}
	return text
}

// reason is the line of stderr that tells most: that of a panic, else the last.
func reason(stderr string) string {
	const longest = 200
	last := ""
	for line := range strings.Lines(stderr) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		last = line[:min(len(line), longest)]
		if strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ") {
			break
		}
	}
	return last
}

// JobError is an error that a job returned in its child process, of which only the
// text has come over. A context's error it still is.
type JobError struct {
	Job  string
	Text string
	kind string
}

func (e *JobError) Error() string { return e.Text }

// Is reports whether target is the context error that it was in the child.
func (e *JobError) Is(target error) bool {
	switch target {
	case context.Canceled:
		return e.kind == kindCanceled
	case context.DeadlineExceeded:
		return e.kind == kindDeadline
	default:
		return false
	}
}

// remote is the error in a reply.
func remote(job string, r reply) error {
	if r.Err == nil {
		return nil
	}
	return &JobError{Job: job, Text: *r.Err, kind: r.Kind}
}
