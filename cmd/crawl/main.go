// Command crawl fetches lists of URLs and keeps what it fetched, with a record of
// what became of each.
//
//	go run ./cmd/crawl --lab testdata/urls.txt
//
// This package turns a command line into a run of the packages below it: settings
// (flags, environment, file) make the parts, crawl.go puts them together, and
// report.go says how it went. It is the only place that prints, reads the
// environment, hears signals and knows exit codes; the packages below do not.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/term"
)

// process is what a command gets from the operating system. Tests make their own.
type process struct {
	args           []string
	stdin          io.Reader
	stdout, stderr io.Writer
	columns        int  // of the terminal that stdout is; 0 when it is none
	terminal       bool // stderr is one that understands cursor control
	env            func(name string) (value string, found bool)
	askPassword    func(prompt string, stop <-chan struct{}) (string, error)
	signals        <-chan os.Signal
	asks           <-chan os.Signal // how things are; nil: nobody can
	defaultSignals func()           // gives signals their default effect back
}

func main() {
	signal.Ignore(syscall.SIGPIPE) // a reader that went away is a failed write, not a death
	if isChild() {
		os.Exit(runChild())
	}
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	os.Exit(run(context.Background(), process{
		stdin:          os.Stdin,
		stdout:         os.Stdout,
		stderr:         os.Stderr,
		columns:        columnsOf(os.Stdout),
		terminal:       term.IsTerminal(int(os.Stderr.Fd())) && os.Getenv("TERM") != "dumb",
		env:            os.LookupEnv,
		askPassword:    askPassword(os.Stderr),
		signals:        signals,
		asks:           asksOf(),
		defaultSignals: func() { signal.Stop(signals) },
	}, os.Args[1:]))
}

// columnsOf is how wide a terminal is, 0 for what is none.
func columnsOf(f *os.File) int {
	width, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return width
}

// runChild serves the process that started this one.
func runChild() int {
	err := serveChild(context.Background(), process{
		stdin:       os.Stdin,
		stdout:      os.Stderr, // stdout is the parent's
		stderr:      os.Stderr,
		env:         os.LookupEnv,
		askPassword: func(string, <-chan struct{}) (string, error) { return "", errNoTerminal },
	})
	if err != nil {
		_, _ = fmt.Fprintln(os.Stderr, err) // which the parent keeps
		return exitInternal
	}
	return exitOK
}

// run runs the command that args name and returns the exit code.
func run(ctx context.Context, p process, args []string) int {
	p.args = args
	c := newConsole(p)
	root := newRoot(p, c)
	root.SetArgs(append([]string{}, args...)) // cobra takes nil for the process's own
	root.SetIn(p.stdin)
	root.SetOut(p.stdout)
	root.SetErr(p.stderr)
	return c.end(root.ExecuteContext(ctx))
}
