package errfs_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"crawl/files"
	"crawl/files/errfs"
)

const text = "0123456789"

func faulty(t *testing.T, rules ...errfs.Rule) *errfs.Engine {
	t.Helper()
	d := inner(t, t.TempDir())
	if err := d.PutFile(t.Context(), "file", []byte(text)); err != nil {
		t.Fatal(err)
	}
	eng := errfs.New(d, rules...)
	t.Cleanup(func() { eng.Close() })
	return eng
}

func wantInjected(t *testing.T, eng *errfs.Engine, op errfs.Op, want int) {
	t.Helper()
	if got := eng.Injected(); got[op] != want || want != 0 && len(got) != 1 {
		t.Errorf("injected %v, want %d times %s", got, want, op)
	}
}

func TestShortReads(t *testing.T) {
	eng := faulty(t, errfs.Rule{Op: errfs.FileRead, Short: true, Times: 3})
	f, err := eng.Open(t.Context(), "file", os.O_RDONLY)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	buf := make([]byte, 8)
	for _, want := range []string{"0123", "4567", "89", ""} {
		if n, err := f.Read(buf); string(buf[:n]) != want || (err == io.EOF) != (want == "") {
			t.Errorf("read %q, %v, want %q", buf[:n], err, want)
		}
	}
	wantInjected(t, eng, errfs.FileRead, 3)
}

func TestReadsThatFailMidway(t *testing.T) {
	for _, test := range []struct {
		rule errfs.Rule
		want error
	}{
		{errfs.Rule{Nth: 2, Short: true}, syscall.EIO},
		{errfs.Rule{Nth: 2, Short: true, Err: syscall.ESTALE}, syscall.ESTALE},
	} {
		eng := faulty(t, test.rule)
		f, err := eng.Open(t.Context(), "file", os.O_RDONLY)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		buf := make([]byte, 8)
		if start, err := eng.ReadStart(t.Context(), "file", buf); string(buf[:start.N]) != "0123" || start.Rest != nil || !errors.Is(err, test.want) {
			t.Errorf("ReadStart: %q, %v, %v", buf[:start.N], start.Rest, err)
		}
		if n, err := f.ReadAt(buf, 2); string(buf[:n]) != "2345" || !errors.Is(err, test.want) {
			t.Errorf("ReadAt: %q, %v", buf[:n], err)
		}
		if test.rule.Err != nil {
			if n, err := f.Read(buf); string(buf[:n]) != "0123" || !errors.Is(err, test.want) {
				t.Errorf("Read: %q, %v", buf[:n], err)
			}
		}
	}
}

// TestRestOfAStart checks that the rules reach what ReadStart leaves open.
func TestRestOfAStart(t *testing.T) {
	eng := faulty(t, errfs.Rule{Op: errfs.FileRead})
	start, err := eng.ReadStart(t.Context(), "file", make([]byte, 4))
	if err != nil {
		t.Fatal(err)
	}
	defer start.Rest.Close()
	if _, err := start.Rest.Read(make([]byte, 4)); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v", err)
	}
}

func TestDelay(t *testing.T) {
	dir := t.TempDir()
	synctest.Test(t, func(t *testing.T) {
		eng := errfs.New(inner(t, dir), errfs.Rule{Delay: time.Minute})
		defer eng.Close()
		start := time.Now()
		if err := eng.PutFile(t.Context(), "file", []byte(text)); err != nil || time.Since(start) != time.Minute {
			t.Errorf("after %v: %v", time.Since(start), err)
		}

		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start = time.Now()
		_, err := eng.ReadStart(ctx, "file", make([]byte, 4))
		if path, ok := errors.AsType[*fs.PathError](err); !ok || path.Path != "file" || !errors.Is(err, context.DeadlineExceeded) || time.Since(start) != time.Second {
			t.Errorf("after %v: %v", time.Since(start), err)
		}
		ran := false
		if err := eng.Do(ctx, "touch", "file", func(*os.Root) error { ran = true; return nil }); !errors.Is(err, context.DeadlineExceeded) || ran {
			t.Errorf("ran %v: %v", ran, err)
		}
		if got := eng.Injected(); got[errfs.PutFile] != 1 || got[errfs.ReadStart] != 1 || got["touch"] != 1 {
			t.Errorf("injected %v", got)
		}
	})
}

func TestDoByItsOp(t *testing.T) {
	eng := faulty(t, errfs.Rule{Op: "chmod"})
	do := func(op string) error {
		return eng.Do(t.Context(), op, "file", func(*os.Root) error { return nil })
	}
	if err := do("chown"); err != nil {
		t.Error(err)
	}
	if err := do("chmod"); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v", err)
	}
	wantInjected(t, eng, "chmod", 1)
}

func TestDraftFaults(t *testing.T) {
	for _, test := range []struct {
		name    string
		rule    errfs.Rule
		written []int // of three times four bytes
		commit  error
	}{
		{"none", errfs.Rule{Op: errfs.Open}, []int{4, 4, 4}, nil},
		{"short", errfs.Rule{Op: errfs.DraftWrite, Nth: 2, Short: true}, []int{4, 2, 0}, syscall.EIO},
		{"full", errfs.Rule{Budget: 9}, []int{4, 4, 1}, syscall.ENOSPC},
		{"full at once", errfs.Rule{Op: errfs.DraftWrite, Budget: 3}, []int{3, 0, 0}, syscall.ENOSPC},
		{"commit", errfs.Rule{Op: errfs.DraftCommit, Err: syscall.EDQUOT}, []int{4, 4, 4}, syscall.EDQUOT},
	} {
		t.Run(test.name, func(t *testing.T) {
			eng := faulty(t, test.rule)
			d, err := eng.Draft(t.Context(), "file")
			if err != nil {
				t.Fatal(err)
			}
			for i, want := range test.written {
				n, err := d.Write([]byte("abcd"))
				if n != want || (err == nil) != (want == 4) {
					t.Errorf("write %d: %d, %v, want %d", i, n, err, want)
				}
			}
			want := text
			if err := d.Commit(t.Context()); !errors.Is(err, test.commit) {
				t.Errorf("commit: %v, want %v", err, test.commit)
			} else if err == nil {
				want = "abcdabcdabcd"
			}
			if err := d.Discard(); err != nil {
				t.Error(err)
			}
			if got, err := eng.ReadFile(t.Context(), "file"); err != nil || !bytes.Equal(got, []byte(want)) {
				t.Errorf("the file holds %q, %v", got, err)
			}
			injected := 0
			for _, n := range eng.Injected() {
				injected += n
			}
			if (injected == 1) != (test.commit != nil) {
				t.Errorf("injected %v", eng.Injected())
			}
		})
	}
}

// TestDiscardFails and yet drops the draft; one that was committed has nothing to drop.
func TestDiscardFails(t *testing.T) {
	eng := faulty(t, errfs.Rule{Op: errfs.DraftDiscard})
	var drafts []files.Draft
	for range 2 {
		d, err := eng.Draft(t.Context(), "new")
		if err != nil {
			t.Fatal(err)
		}
		drafts = append(drafts, d)
	}
	if err := drafts[0].Discard(); !errors.Is(err, syscall.EIO) {
		t.Errorf("got %v", err)
	}
	if err := drafts[1].Commit(t.Context()); err != nil {
		t.Error(err)
	}
	if err := drafts[1].Discard(); err != nil {
		t.Error(err)
	}
	wantInjected(t, eng, errfs.DraftDiscard, 1)
	entries, err := eng.ReadDir(t.Context(), ".")
	if err != nil || len(entries) != 2 {
		t.Errorf("left are %v, %v", entries, err)
	}
}
