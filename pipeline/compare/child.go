package compare

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"crawl/pipeline"
)

// RowError is of a row whose process did not do as it should.
type RowError struct {
	Row    string
	State  string // how the process ended: "exit status 1"; "" when it was made to
	Stderr string // the line of it that tells most, at most 200 bytes
	Err    error
}

func (e *RowError) Unwrap() error { return e.Err }

func (e *RowError) Error() string {
	text := fmt.Sprintf("%s: %v", e.Row, e.Err)
	if e.State != "" {
		text += ": " + e.State
	}
	if e.Stderr != "" {
		text += fmt.Sprintf(": %q", e.Stderr)
	}
	return text
}

// farewell is how long a child may take to end once its sample is there. It has nothing
// left to do, but to be given a processor, for which a busy machine has needed longer.
const farewell = 5 * time.Second

var (
	errDied  = errors.New("its process ended too soon")
	errHangs = errors.New("its process took longer than it may")
)

// measurer is a process that is being measured.
type measurer struct {
	cmd     *exec.Cmd
	in, out *os.File // of the child, hence to write to and to read from
	lines   *bufio.Reader
	stderr  pipeline.Tail
	ended   chan struct{} // closed when it has been waited for
	started time.Time
}

// measure runs one row in a process of its own, for at most limit, and returns when
// that has ended.
func measure(ctx context.Context, row Row, spec Spec, limit time.Duration) (Sample, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errHangs)
	defer cancel()
	m, err := start(ctx, row)
	if err != nil {
		return Sample{}, &RowError{Row: row.Name, Err: err}
	}
	s, err := m.talk(spec)
	ends := false
	if err == nil {
		ends, err = m.finish(farewell)
	}
	if !ends {
		_ = m.kill()
	}
	<-m.ended
	pipeline.KillOwned(m.cmd.Process) // what it left behind
	m.in.Close()
	m.out.Close()
	if ends && !m.cmd.ProcessState.Success() {
		err = errDied
	}
	if err != nil {
		return Sample{}, m.blame(ctx, row, err)
	}

	state := m.cmd.ProcessState
	s.Row = row.Name
	s.Repeats = spec.Repeats
	s.Life = (state.UserTime() + state.SystemTime()).Seconds()
	s.RSS = max(s.RSS, peakRSS(state))
	return s, nil
}

// blame says what went wrong, and whose fault it was.
func (m *measurer) blame(ctx context.Context, row Row, err error) error {
	e := &RowError{Row: row.Name, Err: err, Stderr: m.stderr.Reason()}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errHangs):
		e.Err = errHangs
	case cause != nil:
		return cause
	case errors.Is(err, errDied):
		e.State = m.cmd.ProcessState.String()
	}
	return e
}

func start(ctx context.Context, row Row) (*measurer, error) {
	command := row.Command
	if len(command) == 0 {
		program, err := pipeline.Program()
		if err != nil {
			return nil, err
		}
		command = []string{program, childArgument}
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

	m := &measurer{in: in, out: out, lines: bufio.NewReader(out), ended: make(chan struct{})}
	m.cmd = exec.CommandContext(ctx, command[0], command[1:]...)
	if len(row.Command) == 0 {
		m.cmd.Args[0] = os.Args[0] // by which a program may know itself
	}
	m.cmd.Env = append(os.Environ(), row.env()...)
	m.cmd.Stdin, m.cmd.Stdout, m.cmd.Stderr = theirIn, theirOut, &m.stderr
	m.cmd.Cancel = m.kill
	m.cmd.WaitDelay = grace // for who holds its stderr open
	m.started = time.Now()
	if err := pipeline.StartOwned(m.cmd, func(error) { close(m.ended) }); err != nil {
		in.Close()
		out.Close()
		return nil, err
	}
	return m, nil
}

// env is what the row's process has on top of this one's environment.
func (r Row) env() []string {
	env := []string{"GOGC=100"} // the same collector for all of them
	if r.GIL {
		env = append(env, "GOMAXPROCS=1")
	}
	return append(env, r.Env...)
}

// kill ends all of its processes, and with them what we wait for.
func (m *measurer) kill() error {
	pipeline.KillOwned(m.cmd.Process)
	_ = m.in.SetDeadline(time.Now())
	return m.out.SetReadDeadline(time.Now())
}

// talk goes through the protocol up to the sample.
func (m *measurer) talk(spec Spec) (Sample, error) {
	line, err := json.Marshal(spec)
	if err != nil {
		return Sample{}, err
	}
	if _, err := m.in.Write(append(line, '\n')); err != nil {
		return Sample{}, errDied
	}
	said, err := readLine(m.lines)
	if err != nil {
		return Sample{}, broken(said, err)
	}
	if string(bytes.TrimRight(said, "\r")) != ready {
		return Sample{}, fmt.Errorf("wrote %s where %q was due", quote(said), ready)
	}
	startUp := time.Since(m.started)

	w := watchTree(m.cmd.Process.Pid)
	defer w.stop()
	if _, err := io.WriteString(m.in, goNow+"\n"); err != nil {
		return Sample{}, errDied
	}
	said, err = readLine(m.lines)
	if err != nil {
		return Sample{}, broken(said, err)
	}
	s, err := ParseSample(said)
	if err != nil {
		return Sample{}, fmt.Errorf("wrote %s where a sample was due: %w", quote(said), err)
	}
	w.stop()
	s.Phases.CPU = s.CPU()
	s.StartUp = startUp.Seconds()
	s.RSS, s.Threads = w.rss, max(s.Threads, w.threads)
	return s, nil
}

// finish lets the child end, which must have nothing more to say. Whether it does so in
// time is not what is measured.
func (m *measurer) finish(within time.Duration) (ends bool, err error) {
	m.in.Close()
	_ = m.out.SetReadDeadline(time.Now().Add(within))
	rest, err := m.lines.Peek(1)
	switch {
	case len(rest) > 0:
		rest, _ = m.lines.Peek(m.lines.Buffered())
		return false, fmt.Errorf("wrote %s after its sample", quote(rest))
	case !errors.Is(err, io.EOF):
		return false, nil
	}
	late := time.NewTimer(within)
	defer late.Stop()
	select {
	case <-m.ended:
		return true, nil
	case <-late.C:
		return false, nil
	}
}

// broken is for a line that did not come whole.
func broken(said []byte, err error) error {
	switch {
	case errors.Is(err, io.EOF) && len(said) == 0, errors.Is(err, os.ErrDeadlineExceeded):
		return errDied
	case errors.Is(err, io.EOF):
		return fmt.Errorf("wrote %s and no end of the line", quote(said))
	default:
		return err
	}
}

// quote shows the begin of what a child wrote.
func quote(b []byte) string {
	const most = 80
	if len(b) > most {
		return fmt.Sprintf("%q…", strings.ToValidUTF8(string(b[:most]), "\ufffd"))
	}
	return fmt.Sprintf("%q", b)
}
