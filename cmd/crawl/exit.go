package main

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"

	"crawl/pipeline/stats"
)

// The exit codes, as the help tells them.
const (
	exitOK         = 0
	exitInternal   = 1
	exitUsage      = 2
	exitSome       = 3
	exitNone       = 4
	exitOutput     = 5
	exitLimit      = 6
	exitVerify     = 7
	exitInterrupt  = 130
	exitTerminated = 143
)

// exitError ends the command with a code.
type exitError struct {
	code int
	err  error // nil when what there is to say was said
	hint bool  // the help tells more
}

func (e *exitError) Error() string {
	if e.err == nil {
		return "exit code " + strconv.Itoa(e.code)
	}
	return e.err.Error()
}

func (e *exitError) Unwrap() error { return e.err }

// usageError is a command line that makes no sense.
func usageError(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...), hint: true}
}

// inputError is an input or a configuration that is not as it should be; the help
// would not help.
func inputError(format string, args ...any) error {
	return &exitError{code: exitUsage, err: fmt.Errorf(format, args...)}
}

// ended is the error of a command that ends with code and has nothing more to say;
// nil when that is 0.
func ended(code int) error {
	if code == exitOK {
		return nil
	}
	return &exitError{code: code}
}

// exitCode is what err means to the shell.
func exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	if e, ok := errors.AsType[*exitError](err); ok {
		return e.code
	}
	return exitInternal
}

// signalCode is 128 and the signal's number, as shells have it.
func signalCode(s os.Signal) int {
	if s == syscall.SIGTERM {
		return exitTerminated
	}
	return exitInterrupt
}

// threshold says how many failures make the exit code 3 (--fail-on).
type threshold struct {
	never   bool
	percent float64 // of all; more than that many fail the run; 0: any does
}

func (t *threshold) Set(s string) error {
	*t = threshold{}
	switch s {
	case "any":
		return nil
	case "never":
		t.never = true
		return nil
	}
	number, ok := strings.CutSuffix(s, "%")
	percent, err := strconv.ParseFloat(number, 64)
	if !ok || err != nil || !(percent >= 0 && percent <= 100) {
		return errors.New(`want "never", "any" or a share such as "5%"`)
	}
	t.percent = percent
	return nil
}

func (t *threshold) String() string {
	switch {
	case t.never:
		return "never"
	case t.percent == 0:
		return "any"
	}
	return strconv.FormatFloat(t.percent, 'g', -1, 64) + "%"
}

func (t *threshold) Type() string { return "WHEN" }

// code is the exit code of a run that came to its end: 0 when all is well, 4 when
// nothing succeeded, 3 when more failed than may.
func (t *threshold) code(s stats.Snapshot) int {
	failed := s.Failed()
	switch {
	case failed == 0 || t.never:
		return exitOK
	case s.Succeeded() == 0:
		return exitNone
	case float64(failed)*100 > t.percent*float64(s.Total):
		return exitSome
	}
	return exitOK
}
