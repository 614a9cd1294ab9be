//go:build unix

package main

import (
	"bufio"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// texts makes a folder of so many files.
func texts(t *testing.T, dir string, n int) {
	t.Helper()
	if err := os.MkdirAll(filepath.Join(dir, "in"), 0o755); err != nil {
		t.Fatal(err)
	}
	for i := range n {
		if err := os.WriteFile(filepath.Join(dir, "in", fmt.Sprint(i, ".txt")), fmt.Appendln(nil, "text", i), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// The first Ctrl-C waits for programs that a step runs, and the second ends them and
// what they have started.
func TestSignalsEndPrograms(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	texts(t, dir, 4)
	if err := syscall.Mkfifo(filepath.Join(dir, "pids"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, dir, "transform", "--cpu", "1", `exec:sh -c 'sleep 1000 & echo $$ $! >pids; wait'`, "in", "-o", "out")
	pids, err := os.Open(filepath.Join(dir, "pids")) // which waits for the program
	if err != nil {
		t.Fatal(err)
	}
	defer pids.Close()
	line, err := bufio.NewReader(pids).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	r.send(syscall.SIGINT)
	r.waitFor("stopping when the files in flight are done")
	for _, pid := range strings.Fields(line) {
		if n, _ := strconv.Atoi(pid); syscall.Kill(n, 0) != nil {
			t.Errorf("%s has ended at the first signal", pid)
		}
	}
	r.send(syscall.SIGINT)
	r.waitFor("interrupted: resume with the same command")
	r.end(130)
	for _, pid := range strings.Fields(line) {
		if n, _ := strconv.Atoi(pid); alive(n) {
			t.Errorf("%s still runs", pid)
		}
	}
}

// alive reports whether a process runs, and is none that only nobody has waited for.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	return err != nil || !strings.Contains(string(status), ") Z ")
}

// A transform that is interrupted has records of what is done and nothing in part; the
// same command does the rest.
func TestTransformResumes(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const n = 300
	texts(t, dir, n)
	command := []string{"transform", "-v", "--cpu", "1", "exec:cat", "in", "-o", "out"}
	r := start(t, dir, command...)
	r.waitFor("msg=transformed")
	r.send(syscall.SIGTERM)
	r.waitFor("interrupted: resume with the same command")
	r.end(143)
	made, err := filepath.Glob(filepath.Join(dir, "out", "*.txt"))
	if err != nil || len(made) == 0 || len(made) == n {
		t.Errorf("%d results, %v", len(made), err)
	}
	r = start(t, dir, command...)
	r.end(0)
	for i := range n {
		name := fmt.Sprint(i, ".txt")
		if got, err := os.ReadFile(filepath.Join(dir, "out", name)); err != nil || string(got) != fmt.Sprintln("text", i) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}
