//go:build unix

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// running is the real command in a process of its own.
type running struct {
	*testing.T
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	stderr *bufio.Scanner
	said   strings.Builder
}

// start starts crawl with a list on its stdin that stays open.
func start(t *testing.T, dir string, args ...string) *running {
	t.Helper()
	r := &running{T: t, cmd: exec.CommandContext(t.Context(), "crawl", args...)}
	r.cmd.Dir = dir
	var err error
	if r.stdin, err = r.cmd.StdinPipe(); err != nil {
		t.Fatal(err)
	}
	stderr, err := r.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	r.stderr = bufio.NewScanner(stderr)
	if err := r.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	guard := time.AfterFunc(time.Minute, func() { _ = r.cmd.Process.Kill() }) // against a hang
	t.Cleanup(func() { guard.Stop() })
	return r
}

// waitFor reads stderr up to a line that contains text.
func (r *running) waitFor(text string) string {
	r.Helper()
	for r.stderr.Scan() {
		fmt.Fprintln(&r.said, r.stderr.Text())
		if strings.Contains(r.stderr.Text(), text) {
			return r.stderr.Text()
		}
	}
	r.Fatalf("it never said %q, but\n%s", text, r.said.String())
	return ""
}

func (r *running) send(s syscall.Signal) {
	r.Helper()
	if err := r.cmd.Process.Signal(s); err != nil {
		r.Fatal(err)
	}
}

// end reads the rest of stderr and checks the exit code.
func (r *running) end(want int) {
	r.Helper()
	for r.stderr.Scan() {
		fmt.Fprintln(&r.said, r.stderr.Text())
	}
	_ = r.cmd.Wait() // the exit code tells
	if got := r.cmd.ProcessState.ExitCode(); got != want {
		r.Fatalf("exit code %d, want %d; it said\n%s", got, want, r.said.String())
	}
}

// records counts the lines of the manifest.
func records(t *testing.T, dir string) int {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, "crawl-out", "manifest.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	return bytes.Count(data, []byte("\n"))
}

func TestFirstSignalDrains(t *testing.T) {
	for _, test := range []struct {
		signal syscall.Signal
		code   int
	}{
		{syscall.SIGINT, 130},
		{syscall.SIGTERM, 143},
	} {
		t.Run(test.signal.String(), func(t *testing.T) {
			t.Parallel()
			const urls = 300
			dir := t.TempDir()
			var list strings.Builder
			for i := range urls {
				fmt.Fprintln(&list, lab.URL(i, fmt.Sprintf("/d/20/s/100/%d", i)))
			}
			if err := os.WriteFile(filepath.Join(dir, "list"), []byte(list.String()), 0o600); err != nil {
				t.Fatal(err)
			}
			r := start(t, dir, "-v", "-c", "4", "list")
			r.waitFor("msg=fetched")
			r.send(test.signal)
			r.waitFor("in flight; Ctrl-C again to stop now")
			r.waitFor("interrupted: resume with the same command")
			r.end(test.code)
			if n := records(t, dir); n < 1 || n >= urls {
				t.Fatalf("%d of %d records after the drain", n, urls)
			}

			r = start(t, dir, "-c", "64", "list")
			r.end(0)
			if n := records(t, dir); n != urls {
				t.Fatalf("%d of %d records at the end", n, urls)
			}
			start(t, dir, "verify", "crawl-out").end(0)
		})
	}
}

// The list may be a terminal where nobody types any more.
func TestDrainDoesNotWaitForStdin(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	r := start(t, dir, "-v", "-")
	fmt.Fprintln(r.stdin, lab.URL(0, "/name/1"))
	r.waitFor("msg=fetched")
	r.send(syscall.SIGINT)
	r.end(130)
	if n := records(t, dir); n != 1 {
		t.Fatalf("%d records, want 1", n)
	}
}

// Nobody may ever write to a named pipe.
func TestDrainDoesNotWaitForFIFO(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := syscall.Mkfifo(filepath.Join(dir, "fifo"), 0o600); err != nil {
		t.Fatal(err)
	}
	r := start(t, dir, "-v", lab.URL(0, "/name/1"), "fifo")
	r.waitFor("msg=fetched")
	r.send(syscall.SIGINT)
	r.end(130)
	if n := records(t, dir); n != 1 {
		t.Fatalf("%d records, want 1", n)
	}
}

func TestSecondSignalDropsWhatIsInFlight(t *testing.T) {
	t.Parallel()
	asked := make(chan struct{}, 8)
	silent := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		asked <- struct{}{}
		<-r.Context().Done()
	}))
	t.Cleanup(silent.Close)
	dir := t.TempDir()
	r := start(t, dir, "-v", "-")
	fmt.Fprintln(r.stdin, silent.URL)
	<-asked
	fmt.Fprintln(r.stdin, lab.URL(0, "/name/1"))
	r.waitFor("msg=fetched")
	r.send(syscall.SIGINT)
	if said := r.waitFor("stopping: "); strings.Contains(said, " 0 in flight") {
		t.Errorf("said %q", said)
	}
	r.send(syscall.SIGINT)
	r.end(130)
	if n := records(t, dir); n != 1 { // what was dropped has none, so that it is fetched again
		t.Fatalf("%d records, want 1", n)
	}
	start(t, dir, "verify", "crawl-out").end(0)
}

func TestLabServesUntilSignal(t *testing.T) {
	t.Parallel()
	r := start(t, t.TempDir(), "lab", "--port", "0", "--hosts", "2")
	r.waitFor("at 2 addresses")
	r.send(syscall.SIGINT)
	r.end(0)
}

// Nobody reads what it prints: that is no reason to fail.
func TestReaderOfOutputGoesAway(t *testing.T) {
	t.Parallel()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	r.Close()
	cmd := exec.CommandContext(t.Context(), "crawl", "--json", lab.URL(0, "/name/1"))
	cmd.Dir = t.TempDir()
	cmd.Stdout = w
	err = cmd.Run()
	w.Close()
	if err != nil {
		t.Error(err)
	}
}

// With few descriptors there are fewer fetches in flight, and none is lost.
func TestFewOpenFiles(t *testing.T) {
	t.Parallel()
	const urls = 600
	dir := t.TempDir()
	var list strings.Builder
	for i := range urls {
		fmt.Fprintln(&list, lab.URL(i, fmt.Sprintf("/d/1/s/100/%d", i)))
	}
	cmd := exec.CommandContext(t.Context(), "sh", "-c", "ulimit -n 40 && exec crawl -c 200 --per-host 200 -")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(list.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if !bytes.Contains(out, []byte("only 40 files may be open at once")) {
		t.Errorf("it does not say so:\n%s", out)
	}
	if n := records(t, dir); n != urls {
		t.Errorf("%d records, want %d", n, urls)
	}
}
