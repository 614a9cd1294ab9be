//go:build !unix

package pipeline

import (
	"os"
	"os/exec"
)

// attach gives a child its pipes as stdin and stdout, since no others can be
// inherited here.
func attach(cmd *exec.Cmd, in, out *os.File) {
	cmd.Stdin = in
	cmd.Stdout = out
}

// inherited returns the pipes of this process when it is a child. What a job prints
// must not come between, so it goes to stderr.
func inherited() (in, out *os.File, err error) {
	in, out = os.Stdin, os.Stdout
	os.Stdout = os.Stderr
	return in, out, nil
}

// Program is the file of what runs.
func Program() (string, error) { return os.Executable() }
