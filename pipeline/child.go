package pipeline

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"sync"
	"time"
)

// child is the parent's side of a child process. It serves one call at a time.
type child struct {
	job     string
	worker  int
	cmd     *exec.Cmd
	in, out *os.File // of the child, hence to write to and to read from
	said    *said
	done    chan struct{} // closed when the process has been waited for

	writing sync.Mutex // held to write to in
}

// startChild starts this program once more. The child lives until close, the end of
// ctx or its own.
func startChild(ctx context.Context, s *setup, o ChildOptions, log *sync.Mutex) (*child, error) {
	if IsChild() && !serving.Load() {
		return nil, errors.New("a child process has to call Serve before anything else")
	}
	program, err := Program()
	if err != nil {
		return nil, err
	}
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	defer theirIn.Close()
	out, theirOut, err := os.Pipe()
	if err != nil {
		in.Close()
		return nil, err
	}
	defer theirOut.Close()

	c := &child{job: s.Job, worker: s.Worker, in: in, out: out, done: make(chan struct{})}
	c.said = &said{to: o.Stderr, lock: log, prefix: fmt.Sprintf("worker %d: ", s.Worker)}
	c.cmd = exec.CommandContext(ctx, program, childArgument)
	c.cmd.Args[0] = os.Args[0]
	c.cmd.Env = append(os.Environ(), o.Env...)
	if o.Procs > 0 {
		c.cmd.Env = append(c.cmd.Env, "GOMAXPROCS="+strconv.Itoa(o.Procs))
	}
	c.cmd.Stderr = c.said
	c.cmd.Cancel = c.in.Close // which the child takes for the end, and cancels its item
	c.cmd.WaitDelay = grace
	attach(c.cmd, theirIn, theirOut)

	if err := StartOwned(c.cmd, c.ended); err != nil {
		in.Close()
		out.Close()
		return nil, fmt.Errorf("start %s: %w", program, err)
	}
	return c, nil
}

// ended is called when the process has been waited for. ProcessState tells how.
func (c *child) ended(error) {
	// What it said last is read to its end, which a process of its own may hold open.
	_ = c.out.SetReadDeadline(time.Now().Add(grace))
	c.said.flush()
	close(c.done)
}

// call sends r and waits for the reply. When ctx ends the child is told, and killed
// if that does not help. After an error the child is of no use any more.
func (c *child) call(ctx context.Context, r request) (answer reply, err error) {
	over := make(chan struct{})
	told := make(chan struct{})
	_ = c.in.SetWriteDeadline(time.Time{})
	stop := context.AfterFunc(ctx, func() {
		defer close(told)
		_ = c.in.SetWriteDeadline(time.Now().Add(grace))
		late := time.NewTimer(grace)
		defer late.Stop()
		_ = c.send(request{Cancel: true})
		select {
		case <-over:
		case <-late.C:
			_ = c.cmd.Process.Kill()
		}
	})
	if err = c.send(r); err == nil {
		err = readFrame(c.out, &answer)
	}
	close(over)
	if !stop() {
		<-told
	}
	return answer, err
}

func (c *child) send(r request) error {
	c.writing.Lock()
	defer c.writing.Unlock()
	return writeFrame(c.in, r)
}

// close has the child release its worker, and waits for its end.
func (c *child) close() error {
	c.in.Close()
	var last reply
	err := readFrame(c.out, &last)
	<-c.done
	c.out.Close()
	if err != nil {
		return c.fault(err)
	}
	return remote(c.job, last)
}

// bury ends a child that is of no use since err, and says how it ended.
func (c *child) bury(err error) error {
	// A child that is about to end by itself shall tell its own reason.
	c.in.Close()
	select {
	case <-c.done:
	case <-time.After(grace):
		_ = c.cmd.Process.Kill()
		<-c.done
	}
	c.out.Close()
	return c.fault(err)
}

func (c *child) fault(err error) error {
	return &ChildError{
		Job: c.job, Worker: c.worker, PID: c.cmd.Process.Pid,
		State: c.cmd.ProcessState, Stderr: c.said.last.String(), Err: err,
	}
}

// said passes on what a child writes, in whole lines, and keeps the last of it.
type said struct {
	to     io.Writer // or nil
	lock   *sync.Mutex
	prefix string

	mu   sync.Mutex // guards line
	line []byte     // not ended yet
	last Tail
}

const maxLine = 4 << 10 // bytes; a longer one is passed on in pieces

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, _ = s.last.Write(p)
	for _, b := range p {
		s.line = append(s.line, b)
		if b == '\n' || len(s.line) >= maxLine {
			s.pass()
		}
	}
	return len(p), nil
}

// flush passes on a last line without an end.
func (s *said) flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.line) > 0 {
		s.pass()
	}
}

// pass writes the line. That nobody can read it is no reason for the child to stop.
func (s *said) pass() {
	if s.to != nil {
		if s.line[len(s.line)-1] != '\n' {
			s.line = append(s.line, '\n')
		}
		s.lock.Lock()
		_, _ = s.to.Write(append([]byte(s.prefix), s.line...))
		s.lock.Unlock()
	}
	s.line = s.line[:0]
}
