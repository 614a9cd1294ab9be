package compare

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// childArgument is the first argument of a child, which no user would type.
const childArgument = "--compare-child"

// grace is how long a child may take to end when it has nothing more to do.
const grace = 2 * time.Second

// maxLine bounds a line of the protocol, in bytes.
const maxLine = 64 << 20

const (
	ready = "ready"
	goNow = "go"
)

// Job does the work of one row in the child: it prepares everything, calls
// [Clock.Ready] once, does the items of the spec, calls [Clock.Stop] and cleans up.
// The sample that it returns needs the items, failures, bytes and digest, and
// whatever else it knows; the clock adds times, switches and the heartbeat.
//
// An error means that the row could not be measured. An item that failed is no such
// error, but counts in Sample.Failed, with the first one's words in Sample.Error.
type Job func(ctx context.Context, spec Spec, clock *Clock) (Sample, error)

// Jobs are those that this program has, by the name that Row.Job gives.
type Jobs map[string]Job

// IsChild reports whether [Run] started this process. If so, main must call [Serve]
// before it looks at its flags, and end the process when Serve returns.
func IsChild() bool { return len(os.Args) > 1 && os.Args[1] == childArgument }

// Serve measures the one row that the parent process asks for. It ignores interrupt
// and termination signals, which are the parent's to judge; the parent's end cancels
// the job's context, and Serve returns within two seconds even when the job does not
// hear that. What the job prints to os.Stdout goes to stderr.
func Serve(ctx context.Context, jobs Jobs) error {
	signal.Ignore(os.Interrupt, syscall.SIGTERM)
	out := os.Stdout
	os.Stdout = os.Stderr
	return serve(ctx, jobs, os.Stdin, out)
}

// serve is Serve over any two pipes.
func serve(ctx context.Context, jobs Jobs, in io.Reader, out io.Writer) error {
	lines := bufio.NewReader(in)
	spec, err := readSpec(lines)
	if err != nil {
		return err
	}
	job := jobs[spec.Job]
	if job == nil {
		return fmt.Errorf("no job is called %q", spec.Job)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	clock := &Clock{out: out, told: make(chan struct{})}
	orphaned := make(chan struct{})
	go func() { // until the parent says no more, or this process ends
		defer close(orphaned)
		if line, err := readLine(lines); err == nil && string(line) == goNow {
			close(clock.told)
			_, _ = io.Copy(io.Discard, lines)
		}
		cancel(errOrphan)
	}()

	done := make(chan error, 1)
	go func() { done <- answer(ctx, job, spec, clock, out) }()
	select {
	case err = <-done:
	case <-orphaned:
		late := time.NewTimer(grace)
		defer late.Stop()
		select {
		case err := <-done:
			return err
		case <-late.C:
			return errOrphan
		}
	}
	if err != nil {
		return err
	}
	<-orphaned // the parent looks at this process before it lets it go
	return nil
}

var errOrphan = errors.New("the parent process wants no more of this")

// answer does the job and writes its sample.
func answer(ctx context.Context, job Job, spec Spec, clock *Clock, out io.Writer) error {
	sample, err := job(ctx, spec, clock)
	clock.Stop()
	if err != nil {
		return err
	}
	if !clock.ran() {
		return fmt.Errorf("job %s: ended before it was ready", spec.Job)
	}
	clock.fill(&sample)
	sample.Repeats = spec.Repeats
	line, err := json.Marshal(sample)
	if err != nil {
		return fmt.Errorf("job %s: its sample: %w", spec.Job, err)
	}
	_, err = out.Write(append(line, '\n'))
	return err
}

func readSpec(r *bufio.Reader) (Spec, error) {
	var spec Spec
	line, err := readLine(r)
	if err != nil {
		return spec, fmt.Errorf("read the spec: %w", err)
	}
	if err := json.Unmarshal(line, &spec); err != nil {
		return spec, fmt.Errorf("read the spec: %w", err)
	}
	spec.Repeats = max(spec.Repeats, 1)
	return spec, nil
}

// readLine reads up to a newline, which has to come.
func readLine(r *bufio.Reader) ([]byte, error) {
	var line []byte
	for {
		part, err := r.ReadSlice('\n')
		line = append(line, part...)
		switch {
		case err == nil:
			return line[:len(line)-1], nil
		case !errors.Is(err, bufio.ErrBufferFull):
			return line, err
		case len(line) > maxLine:
			return line, fmt.Errorf("a line of over %d bytes", maxLine)
		}
	}
}
