package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"crawl/fetch/fetchtest"
	"crawl/fetch/manifest"
	"crawl/files"
	"crawl/files/uring"

	"github.com/klauspost/compress/zstd"
	"github.com/rogpeppe/go-internal/testscript"
	"go.uber.org/goleak"
)

// setups counts the scripts that were begun.
var setups atomic.Int64

// lab is the site that all tests of this package fetch from.
var lab *fetchtest.Lab

func TestMain(m *testing.M) {
	testscript.Main(withLab{m}, map[string]func(){"crawl": main})
}

// antsOwn are the two goroutines of the pool that ants makes when it is imported.
var antsOwn = []goleak.Option{
	goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
	goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"),
}

// withLab serves the lab while the tests run.
type withLab struct{ *testing.M }

func (m withLab) Run() int {
	var err error
	if lab, err = fetchtest.Start(context.Background(), fetchtest.Options{Hosts: 8}); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	os.Setenv("GORACE", "atexit_sleep_ms=0") // the race runtime's farewell, a second for each process
	code := m.M.Run()
	if err := errors.Join(lab.Close(), goleak.Find(antsOwn...)); err != nil && code == 0 {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// TestScripts runs the real command as its users do: each script is a behaviour.
func TestScripts(t *testing.T) {
	lists, err := filepath.Abs("../../testdata")
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir:                 "../../testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup: func(env *testscript.Env) error {
			env.Setenv("LAB", lab.URL(0, ""))
			env.Setenv("LAB2", lab.URL(1, ""))
			env.Setenv("LABHOST", lab.Addr())
			_, port, err := net.SplitHostPort(lab.Addr())
			if err != nil {
				return err
			}
			env.Setenv("LABKEY", "1,0,0,127:"+port)
			env.Setenv("NAME", "someone.test:"+port) // that --resolve may lead to the lab
			env.Setenv("URLS", filepath.Join(lists, "urls.txt"))
			env.Setenv("FAILURES", filepath.Join(lists, "failures.txt"))
			env.Setenv("UNIQUE", strconv.FormatInt(setups.Add(1), 10)) // for paths of the lab that remember
			env.Setenv("GORACE", os.Getenv("GORACE"))
			env.Setenv("XDG_CONFIG_HOME", env.WorkDir+"/.config")
			return nil
		},
		Condition: func(name string) (bool, error) {
			if name == "io_uring" {
				return hasRing(), nil
			}
			return false, fmt.Errorf("unknown condition %q", name)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":    exits,
			"measures": measures,
			"expand":   expand,
			"bytes":    writeBytes,
			"pack":     pack,
			"hold":     hold,
			"gather":   gather,
			"damage":   damage,
			"outcomes": outcomes,
		},
	})
}

// gather FILE PATTERN: into FILE what is in the files that match, one behind the other in
// the order of their names, unpacked where it is gzip.
func gather(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: gather FILE PATTERN")
	}
	var all []byte
	for _, name := range matches(ts, args[1]) {
		data, err := os.ReadFile(name)
		ts.Check(err)
		if strings.HasSuffix(name, ".gz") {
			unpack, err := gzip.NewReader(bytes.NewReader(data))
			ts.Check(err)
			data, err = io.ReadAll(unpack)
			ts.Check(err)
		}
		all = append(all, data...)
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), all, 0o600))
}

// damage PATTERN: one byte in the middle of each file that matches is another.
func damage(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: damage PATTERN")
	}
	for _, name := range matches(ts, args[0]) {
		data, err := os.ReadFile(name)
		ts.Check(err)
		data[len(data)/2] ^= 1
		ts.Check(os.WriteFile(name, data, 0o600))
	}
}

func matches(ts *testscript.TestScript, pattern string) []string {
	names, err := filepath.Glob(ts.MkAbs(pattern))
	ts.Check(err)
	if len(names) == 0 {
		ts.Fatalf("no file matches %s", pattern)
	}
	return names
}

// outcomes FILE DIR: into FILE what the manifest in DIR says that does not change from run
// to run, sorted.
func outcomes(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: outcomes FILE DIR")
	}
	var lines []string
	eng, err := files.NewDirect(ts.MkAbs(args[1]), files.Options{})
	ts.Check(err)
	defer eng.Close()
	for l, err := range manifest.Lines(context.Background(), eng) {
		ts.Check(err)
		lines = append(lines, fmt.Sprintln(l.URL, l.FinalURL, l.Outcome, l.ErrorClass, l.Status, l.ContentType, l.Bytes, l.WireBytes, l.SHA256, l.Redirects))
	}
	slices.Sort(lines)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(lines, "")), 0o600))
}

// exits CODE PROGRAM ARG...: the program must exit with that code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE PROGRAM ARG...")
	}
	code := 0
	err := ts.Exec(args[1], args[2:]...)
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		code = e.ExitCode()
	} else if err != nil {
		ts.Fatalf("%v", err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
}

// measures PROGRAM ARG...: a comparison, which may have a verdict or not: that depends on
// how quiet the machine is.
func measures(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 1 {
		ts.Fatalf("usage: measures PROGRAM ARG...")
	}
	err := ts.Exec(args[0], args[1:]...)
	if e, ok := errors.AsType[*exec.ExitError](err); ok && e.ExitCode() == exitSome {
		return
	}
	ts.Check(err)
}

// expand FILE...: puts the values of variables into files.
func expand(ts *testscript.TestScript, _ bool, args []string) {
	for _, name := range args {
		text := os.Expand(ts.ReadFile(name), ts.Getenv)
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o600))
	}
}

// bytes FILE TEXT: writes what TEXT says with the escapes of a Go string.
func writeBytes(ts *testscript.TestScript, _ bool, args []string) {
	text, err := strconv.Unquote(`"` + args[1] + `"`)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(text), 0o600))
}

// pack gzip|zstd FROM TO [BYTES]: packs a file, and cuts it so many bytes short.
func pack(ts *testscript.TestScript, _ bool, args []string) {
	var packed strings.Builder
	text := []byte(ts.ReadFile(args[1]))
	switch args[0] {
	case "gzip":
		w := gzip.NewWriter(&packed)
		_, err := w.Write(text)
		ts.Check(errors.Join(err, w.Close()))
	case "zstd":
		w, err := zstd.NewWriter(&packed)
		ts.Check(err)
		_, err = w.Write(text)
		ts.Check(errors.Join(err, w.Close()))
	}
	data := packed.String()
	if len(args) > 3 {
		short, err := strconv.Atoi(args[3])
		ts.Check(err)
		data = data[:len(data)-short]
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(data), 0o600))
}

// hold DIR: locks the folder as a running crawl does, until the script ends.
func hold(ts *testscript.TestScript, _ bool, args []string) {
	eng, err := files.NewDirect(ts.MkAbs(args[0]), files.Options{})
	ts.Check(err)
	unlock, err := files.Lock(context.Background(), eng, ".crawl/lock")
	ts.Check(err)
	ts.Defer(func() { ts.Check(errors.Join(unlock(), eng.Close())) })
}

// hasRing reports whether files can be read through io_uring where scripts run.
func hasRing() bool {
	ring, err := uring.New(os.TempDir(), uring.Options{})
	return err == nil && ring.Close() == nil
}
