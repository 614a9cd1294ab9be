package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"
	"unicode"

	"crawl/files/transform"
)

const (
	grace     = 2 * time.Second // between a request to end and the end
	stderrMax = 4 << 10
)

// program is one that runs, with our ends of its pipes:
//
//	in -> feed -> stdin | the program | stdout -> pass, on Run's goroutine -> out
//	                                  | stderr -> pass -> tail
//
// os/exec would copy too, but counts the time that our reader and writer take as the
// program's when it decides that somebody keeps a pipe open.
type program struct {
	cmd                   *exec.Cmd
	stdin, stdout, stderr *os.File
	timer                 *time.Timer // to SIGKILL, once asked to end
}

// filter runs the program at path between in and out.
func filter(ctx context.Context, path string, args []string, in io.Reader, out io.Writer) error {
	within, end := context.WithCancel(ctx)
	defer end()
	p, err := start(within, path, args)
	if err != nil {
		return &transform.Error{Kind: transform.Command, Err: err}
	}
	defer p.close()

	var said tail
	var exit error
	var others sync.WaitGroup
	others.Go(func() { p.feed(in) })
	others.Go(func() { _ = p.pass(&said, p.stderr) }) // which is for messages only
	others.Go(func() { exit = p.wait() })
	err = p.pass(out, p.stdout)
	if err != nil {
		end()
	}
	others.Wait()
	p.finish(within.Err() != nil)

	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case err != nil:
		return err
	case exit != nil:
		return &transform.Error{Kind: transform.Command, Err: withLastLine(exit, said.String()), Stderr: said.String()}
	}
	return nil
}

func start(ctx context.Context, path string, args []string) (*program, error) {
	p := &program{cmd: exec.CommandContext(ctx, path, args...)}
	ownGroup(p.cmd)
	p.cmd.Cancel = p.terminate
	p.cmd.WaitDelay = 2 * grace // the timer comes first
	if err := p.start(); err != nil {
		p.close()
		return nil, err
	}
	return p, nil
}

// start makes the pipes and runs the program at their other ends. After an error close
// ends what there is.
func (p *program) start() (err error) {
	var theirs [3]*os.File
	defer func() {
		for _, f := range theirs {
			f.Close() // nil or not
		}
	}()
	if theirs[0], p.stdin, err = os.Pipe(); err != nil {
		return err
	}
	if p.stdout, theirs[1], err = os.Pipe(); err != nil {
		return err
	}
	if p.stderr, theirs[2], err = os.Pipe(); err != nil {
		return err
	}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = theirs[0], theirs[1], theirs[2]
	return p.cmd.Start()
}

// close closes what pipes there are.
func (p *program) close() {
	p.stdin.Close()
	p.stdout.Close()
	p.stderr.Close()
}

// terminate asks the group to end. It is called at most once, before wait returns.
func (p *program) terminate() error {
	p.timer = time.AfterFunc(grace, func() { killGroup(p.cmd) })
	return terminateGroup(p.cmd)
}

// finish kills what is left of a group that was asked to end.
func (p *program) finish(asked bool) {
	if p.timer != nil {
		p.timer.Stop()
	}
	if asked {
		killGroup(p.cmd)
	}
}

// feed gives the program its input, and ends when the program wants no more. The errors
// of in are known to whoever made it.
func (p *program) feed(in io.Reader) {
	_, _ = io.CopyBuffer(onlyWriter{p.stdin}, in, make([]byte, transform.BlockSize))
	p.stdin.Close()
}

// onlyWriter hides ReadFrom, which would not hear deadlines while it splices.
type onlyWriter struct{ io.Writer }

// wait waits for the program alone. From there on nobody needs input, and reads of its
// output wait for no more than the grace.
func (p *program) wait() error {
	err := p.cmd.Wait()
	now := time.Now()
	_ = p.stdin.SetWriteDeadline(now)
	_ = p.stdout.SetReadDeadline(now.Add(grace))
	_ = p.stderr.SetReadDeadline(now.Add(grace))
	return err
}

// pass carries what the program writes to a pipe, until nobody has that open any more.
// Who keeps it open and is silent for the grace, when the program has ended, is killed.
func (p *program) pass(out io.Writer, pipe *os.File) error {
	buffer := make([]byte, transform.BlockSize)
	killed := false
	for {
		asked := time.Now()
		n, err := pipe.Read(buffer)
		if n > 0 {
			if _, err := out.Write(buffer[:n]); err != nil {
				return err
			}
		}
		switch {
		case err == nil:
			continue
		case err == io.EOF:
			return nil
		case !errors.Is(err, os.ErrDeadlineExceeded):
			return &transform.Error{Kind: transform.Command, Err: err}
		case time.Since(asked) < grace: // out took the time
		case killed:
			return &transform.Error{Kind: transform.Command, Err: errors.New("has ended and left a process that keeps its output open")}
		default:
			killGroup(p.cmd)
			killed = true
		}
		if err := pipe.SetReadDeadline(time.Now().Add(grace)); err != nil {
			return &transform.Error{Kind: transform.Command, Err: err}
		}
	}
}

// tail keeps the end of what is written.
type tail struct{ kept []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.kept = append(t.kept, p...)
	if extra := len(t.kept) - stderrMax; extra > 0 {
		t.kept = append(t.kept[:0], t.kept[extra:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return strings.ToValidUTF8(string(t.kept), "\uFFFD") }

// withLastLine adds what a program said last, as far as it can be shown on a line.
func withLastLine(err error, said string) error {
	said = strings.TrimSpace(said)
	last := strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, strings.TrimSpace(said[strings.LastIndexAny(said, "\r\n")+1:]))
	if last == "" {
		return err
	}
	return fmt.Errorf("%w: %s", err, last)
}
