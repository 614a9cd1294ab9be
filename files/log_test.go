package files_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"testing/synctest"

	"crawl/files"
	"crawl/files/errfs"
)

// newLog opens the log "log" of a fresh engine that has these faults.
func newLog(t *testing.T, rules ...errfs.Rule) (*files.Log, *errfs.Engine) {
	t.Helper()
	eng := errfs.New(direct(t, t.TempDir(), files.Options{}), rules...)
	t.Cleanup(func() { eng.Close() })
	log, err := files.OpenLog(t.Context(), eng, "log")
	if err != nil {
		t.Fatal(err)
	}
	return log, eng
}

func holds(t *testing.T, eng files.Engine, want string) {
	t.Helper()
	got, err := eng.ReadFile(t.Context(), "log")
	if err != nil || string(got) != want {
		t.Errorf("the log holds %.60q (%d bytes), %v, want %.60q (%d)", got, len(got), err, want, len(want))
	}
}

func TestLogOfManyCallers(t *testing.T) {
	log, eng := newLog(t)
	const callers, each = 50, 200
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			var last int64 = -1
			for i := range each {
				line := fmt.Appendf(nil, "%d %d\n", c, i)
				at, err := log.Append(t.Context(), line)
				if err != nil || at <= last {
					t.Errorf("line %q at %d after %d: %v", line, at, last, err)
				}
				last = at
				clear(line) // it is the caller's again
			}
		})
	}
	all.Wait()
	if err := log.Flush(t.Context()); err != nil {
		t.Fatal(err)
	}
	data, err := eng.ReadFile(t.Context(), "log")
	if err != nil || int64(len(data)) != log.Size() {
		t.Fatalf("%d bytes, Size %d, %v", len(data), log.Size(), err)
	}
	next := make(map[string]int)
	for line := range strings.Lines(string(data)) {
		caller, n, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		if n != strconv.Itoa(next[caller]) {
			t.Fatalf("line %q, want number %d", line, next[caller])
		}
		next[caller]++
	}
	if len(next) != callers {
		t.Errorf("%d callers, want %d", len(next), callers)
	}
	if err := log.Close(); err != nil {
		t.Error(err)
	}
	if _, err := log.Append(t.Context(), []byte("late\n")); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("after Close: %v", err)
	}
	if err := log.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("second Close: %v", err)
	}
}

func TestLogOffsetsAndReopening(t *testing.T) {
	log, eng := newLog(t)
	for i, want := range []int64{0, 4, 8} {
		if at, err := log.Append(t.Context(), []byte("abc\n")); err != nil || at != want {
			t.Errorf("line %d at %d, %v, want %d", i, at, err, want)
		}
	}
	if err := log.Close(); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		cut  int64 // -1: open as it is
		want string
	}{{-1, "abc\nabc\nabc\nx\n"}, {8, "abc\nabc\nx\n"}, {0, "x\n"}, {2, "x\nx\n"}} {
		open := files.OpenLog
		if test.cut >= 0 {
			open = func(ctx context.Context, eng files.Engine, name string) (*files.Log, error) {
				return files.OpenLogAt(ctx, eng, name, test.cut)
			}
		}
		log, err := open(t.Context(), eng, "log")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := log.Append(t.Context(), []byte("x\n")); err != nil {
			t.Error(err)
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
		holds(t, eng, test.want)
	}
	for _, size := range []int64{5, -1} {
		if _, err := files.OpenLogAt(t.Context(), eng, "log", size); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("cut to %d: %v", size, err)
		}
	}
	holds(t, eng, "x\nx\n")
}

func TestLogCutsWhatIsTorn(t *testing.T) {
	for _, test := range []struct {
		name string
		rule errfs.Rule
		want string
	}{
		{"disk full", errfs.Rule{Op: errfs.FileWrite, Budget: 14}, "line1\nline2\n"},
		{"disk full at a border", errfs.Rule{Op: errfs.FileWrite, Budget: 12}, "line1\nline2\n"},
		{"short write", errfs.Rule{Op: errfs.FileWrite, Nth: 2, Times: 1, Short: true}, "line1\n"},
		{"write error", errfs.Rule{Op: errfs.FileWrite, Nth: 3, Times: 1}, "line1\nline2\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			log, eng := newLog(t, test.rule)
			var failed error
			for i := range 5 {
				_, err := log.Append(t.Context(), fmt.Appendf(nil, "line%d\n", i+1))
				if err == nil && failed != nil {
					t.Error("a log that has failed took a line")
				}
				failed = errors.Join(failed, err)
			}
			if !errors.Is(failed, syscall.ENOSPC) && !errors.Is(failed, syscall.EIO) {
				t.Error(failed)
			}
			if err := log.Flush(t.Context()); err == nil {
				t.Error("Flush forgot the error")
			}
			if err := log.Close(); err == nil {
				t.Error("Close forgot the error")
			}
			holds(t, eng, test.want)
			if log.Size() != int64(len(test.want)) {
				t.Errorf("Size %d, want %d", log.Size(), len(test.want))
			}
		})
	}
}

// TestLogGroups holds up the first write and checks what others can do meanwhile:
// hand over lines, up to a MiB of them, without waiting.
func TestLogGroups(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		eng := errfs.New(direct(t, dir, files.Options{}),
			errfs.Rule{Op: errfs.FileWrite, Nth: 1, Times: 1, Before: func(errfs.Op, string) { <-hold }},
			errfs.Rule{Op: errfs.FileWrite, Nth: 3, Err: errors.New("a third write")})
		defer eng.Close()
		log, err := files.OpenLog(t.Context(), eng, "log")
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := log.Append(t.Context(), []byte("first\n")); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()

		line := append(bytes.Repeat([]byte("x"), 1<<10-1), '\n')
		for range 1 << 10 {
			if _, err := log.Append(t.Context(), line); err != nil {
				t.Fatal(err)
			}
		}
		if log.Size() != 0 {
			t.Errorf("Size %d before anything is written", log.Size())
		}
		ctx, cancel := context.WithCancel(t.Context())
		for _, wait := range []func() error{
			func() error { _, err := log.Append(ctx, line); return err },
			func() error { return log.Flush(ctx) },
		} {
			all.Go(func() {
				if err := wait(); !errors.Is(err, context.Canceled) {
					t.Errorf("with the log full: %v", err)
				}
			})
		}
		synctest.Wait()
		cancel()
		synctest.Wait()

		all.Go(func() {
			if err := log.Flush(t.Context()); err != nil {
				t.Error(err)
			}
		})
		synctest.Wait()
		close(hold)
		all.Wait()
		if want := int64(6 + 1<<20); log.Size() != want {
			t.Errorf("Size %d, want %d", log.Size(), want)
		}
		if err := log.Close(); err != nil {
			t.Error(err)
		}
	})
}

// TestLogErrorReachesAll lets the writer fail while others have handed lines over.
func TestLogErrorReachesAll(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		hold := make(chan struct{})
		eng := errfs.New(direct(t, dir, files.Options{}),
			errfs.Rule{Op: errfs.FileWrite, Budget: 3, Before: func(errfs.Op, string) { <-hold }})
		defer eng.Close()
		log, err := files.OpenLog(t.Context(), eng, "log")
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		all.Go(func() {
			if _, err := log.Append(t.Context(), []byte("first\n")); !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("the writer: %v", err)
			}
		})
		synctest.Wait()
		if _, err := log.Append(t.Context(), make([]byte, 1<<20)); err != nil {
			t.Errorf("handed over: %v", err)
		}
		for _, wait := range []func() error{
			func() error { _, err := log.Append(t.Context(), []byte("waits\n")); return err },
			func() error { return log.Flush(t.Context()) },
			log.Close,
		} {
			all.Go(func() {
				if err := wait(); !errors.Is(err, syscall.ENOSPC) && !errors.Is(err, fs.ErrClosed) {
					t.Error(err)
				}
			})
		}
		synctest.Wait()
		close(hold)
		all.Wait()
		holds(t, eng, "")
	})
}

func BenchmarkLog(b *testing.B) {
	eng := direct(b, b.TempDir(), files.Options{})
	defer eng.Close()
	log, err := files.OpenLog(b.Context(), eng, "log")
	if err != nil {
		b.Fatal(err)
	}
	line := append(bytes.Repeat([]byte("x"), 499), '\n')
	b.SetBytes(int64(len(line)))
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, err := log.Append(b.Context(), line); err != nil {
				b.Error(err)
				return
			}
		}
	})
	if err := log.Close(); err != nil {
		b.Error(err)
	}
}

func ExampleOpenLog() {
	dir, err := os.MkdirTemp("", "log")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer eng.Close()

	ctx := context.Background()
	log, err := files.OpenLog(ctx, eng, "manifest.jsonl")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(log.Append(ctx, []byte("{\"url\":1}\n")))
	fmt.Println(log.Append(ctx, []byte("{\"url\":2}\n")))
	fmt.Println(log.Close())
	// Output:
	// 0 <nil>
	// 10 <nil>
	// <nil>
}
