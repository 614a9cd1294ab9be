package errfs_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"strings"
	"syscall"
	"testing"

	"crawl/files"
	"crawl/files/errfs"
	"crawl/files/filestest"
)

func TestWithoutRules(t *testing.T) {
	filestest.Run(t, func(t *testing.T, root string) files.Engine { return errfs.New(inner(t, root)) })
}

func inner(t *testing.T, root string) files.Engine {
	d, err := files.NewDirect(root, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestRules runs three puts, an open, a write of 10 bytes and a sync of that file,
// and a sync of all, and lists which of them fail and how.
func TestRules(t *testing.T) {
	boom := errors.New("boom")
	for _, test := range []struct {
		name string
		rule errfs.Rule
		want string
	}{
		{"nth", errfs.Rule{Op: errfs.PutFile, Nth: 2, Times: 1}, "put2:input/output error"},
		{"from the nth on", errfs.Rule{Op: errfs.PutFile, Nth: 2, Err: boom}, "put2:boom put3:boom"},
		{"by name", errfs.Rule{Name: "d/3*", Err: boom}, "put3:boom"},
		{"emfile", errfs.Rule{Op: errfs.Open, Err: syscall.EMFILE}, "open:too many open files"},
		{"eio on sync", errfs.Rule{Op: errfs.Sync}, "sync:input/output error"},
		{"eio on fsync", errfs.Rule{Op: errfs.FileSync}, "fsync:input/output error"},
		{"short", errfs.Rule{Op: errfs.FileWrite, Short: true}, "write=5:input/output error"},
		{"delay", errfs.Rule{Op: errfs.FileSync, Delay: 1, Err: boom}, "fsync:boom"},
		{"full", errfs.Rule{Budget: 13}, "put3:no space left on device write=0:no space left on device"},
		{"full in a file", errfs.Rule{Op: errfs.FileWrite, Budget: 7}, "write=7:no space left on device"},
		{"everything", errfs.Rule{Err: boom, Nth: 4, Times: 2}, "open:boom sync:boom"},
		{"hook only", errfs.Rule{Before: func(errfs.Op, string) {}}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			eng := errfs.New(inner(t, t.TempDir()), test.rule)
			defer eng.Close()
			got := workload(t.Context(), eng)
			if got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			injected := 0
			for n := range maps.Values(eng.Injected()) {
				injected += n
			}
			if want := strings.Count(got, ":"); injected != want {
				t.Errorf("counted %d faults, want %d", injected, want)
			}
			eng.Heal()
			if again := workload(t.Context(), eng); again != "" {
				t.Errorf("healed, but %s", again)
			}
		})
	}
}

func workload(ctx context.Context, eng files.Engine) string {
	var failed []string
	note := func(what string, err error) {
		if p, ok := errors.AsType[*fs.PathError](err); ok {
			failed = append(failed, fmt.Sprintf("%s:%v", what, p.Err))
		} else if err != nil {
			failed = append(failed, what+":not a path error")
		}
	}
	for i := range 3 {
		note(fmt.Sprintf("put%d", i+1), eng.PutFile(ctx, fmt.Sprintf("d/%d.txt", i+1), []byte("12345")))
	}
	f, err := eng.Open(ctx, "d/log", os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	note("open", err)
	if err == nil {
		n, err := f.Write([]byte("1234567890"))
		note(fmt.Sprintf("write=%d", n), err)
		note("fsync", f.Sync())
		note("close", f.Close())
	}
	note("sync", eng.Sync(ctx))
	return strings.Join(failed, " ")
}

func TestPutFileFaultLeavesNoFile(t *testing.T) {
	eng := errfs.New(inner(t, t.TempDir()), errfs.Rule{Op: errfs.PutFile, Nth: 2})
	defer eng.Close()
	if err := eng.PutFile(t.Context(), "a", []byte("old")); err != nil {
		t.Fatal(err)
	}
	if err := eng.PutFile(t.Context(), "a", []byte("new")); !errors.Is(err, syscall.EIO) {
		t.Error(err)
	}
	if _, err := eng.Stat(t.Context(), "a"); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the file is still there:", err)
	}
}

func TestEveryOperationCanFail(t *testing.T) {
	ctx := t.Context()
	d := inner(t, t.TempDir())
	eng := errfs.New(d, errfs.Rule{Op: ""})
	defer eng.Close()
	_, read := eng.ReadFile(ctx, "a")
	_, open := eng.Open(ctx, "a", os.O_CREATE)
	_, stat := eng.Stat(ctx, "a")
	_, dir := eng.ReadDir(ctx, ".")
	_, start := eng.ReadStart(ctx, "a", make([]byte, 1))
	_, draft := eng.Draft(ctx, "a")
	do := eng.Do(ctx, "chmod", "a", func(*os.Root) error { t.Error("it ran"); return nil })
	for i, err := range []error{
		read, open, stat, dir, start, draft, do, eng.WriteFile(ctx, "a", nil), eng.PutFile(ctx, "a", nil), eng.Rename(ctx, "a", "b"),
		eng.Remove(ctx, "a"), eng.RemoveAll(ctx, "a"), eng.Sync(ctx),
	} {
		if !errors.Is(err, syscall.EIO) {
			t.Errorf("%d: %v", i, err)
		}
	}

	f, err := errfs.New(d, errfs.Rule{Name: "f", Nth: 2}).Open(ctx, "f", os.O_RDWR|os.O_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	_, read = f.Read(make([]byte, 1))
	_, readAt := f.ReadAt(make([]byte, 1), 0)
	_, write := f.Write([]byte("x"))
	_, writeAt := f.WriteAt([]byte("x"), 0)
	_, seek := f.Seek(0, io.SeekStart)
	_, stat = f.Stat()
	for i, err := range []error{read, readAt, write, writeAt, seek, stat, f.Truncate(0), f.Sync(), f.Close()} {
		if !errors.Is(err, syscall.EIO) {
			t.Errorf("file operation %d: %v", i, err)
		}
	}
}

func Example() {
	dir, err := os.MkdirTemp("", "errfs")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	disk, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	eng := errfs.New(disk, errfs.Rule{Budget: 10}) // a disk with room for 10 bytes
	defer eng.Close()

	fmt.Println(eng.PutFile(context.Background(), "a", []byte("12345678")))
	fmt.Println(errors.Is(eng.PutFile(context.Background(), "b", []byte("12345678")), syscall.ENOSPC))
	fmt.Println(eng.Injected())
	// Output:
	// <nil>
	// true
	// map[PutFile:1]
}
