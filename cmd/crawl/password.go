package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/term"
)

var errNoTerminal = errors.New("there is no terminal to ask on")

// askPassword asks on the terminal, where stdin may be a list, and shows nothing of
// what is typed. When stop is closed meanwhile, it ends with errStopped.
func askPassword(stderr io.Writer) func(prompt string, stop <-chan struct{}) (string, error) {
	return func(prompt string, stop <-chan struct{}) (string, error) {
		terminal, err := openTerminal()
		if err != nil {
			return "", errNoTerminal
		}
		fd := int(terminal.Fd())
		before, err := term.GetState(fd)
		if err != nil {
			terminal.Close()
			return "", errNoTerminal
		}
		_, _ = io.WriteString(stderr, prompt) // without it there still is an answer
		defer fmt.Fprintln(stderr)            // which the user's Enter was not
		type answer struct {
			text []byte
			err  error
		}
		answers := make(chan answer, 1)
		// Nobody can end a Read of a terminal: the goroutine ends with it, or with
		// the process.
		go func() {
			text, err := term.ReadPassword(fd)
			terminal.Close()
			answers <- answer{text, err}
		}()
		select {
		case a := <-answers:
			return string(a.text), a.err
		case <-stop:
			_ = term.Restore(fd, before) // what can be done is done
			return "", errStopped
		}
	}
}

func openTerminal() (*os.File, error) {
	if runtime.GOOS == "windows" {
		return os.OpenFile("CONIN$", os.O_RDWR, 0)
	}
	return os.OpenFile("/dev/tty", os.O_RDWR, 0)
}
