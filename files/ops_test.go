package files_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"crawl/files"
	"crawl/files/errfs"
)

// put fills a file.
func put(t testing.TB, eng files.Engine, name, content string) {
	t.Helper()
	if err := eng.PutFile(t.Context(), name, []byte(content)); err != nil {
		t.Fatal(err)
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// engines runs a test on both.
func engines(t *testing.T, f func(t *testing.T, eng files.Engine)) {
	t.Run("direct", func(t *testing.T) {
		eng := direct(t, t.TempDir(), files.Options{Width: 1})
		defer eng.Close()
		f(t, eng)
	})
	t.Run("pool", func(t *testing.T) {
		eng, err := files.NewPool(t.TempDir(), files.Options{Width: 1})
		must(t, err)
		defer eng.Close()
		f(t, eng)
	})
}

func TestKinds(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		ctx := t.Context()
		put(t, eng, "dir/file", "12345")
		type answers struct{ exists, file, dir, link bool }
		want := map[string]answers{
			"dir/file": {true, true, false, false}, "dir": {true, false, true, false}, ".": {true, false, true, false}, "none": {},
		}
		if runtime.GOOS != "windows" {
			must(t, files.Symlink(ctx, eng, "file", "dir/link"))
			must(t, files.Symlink(ctx, eng, "nothing", "dangling"))
			must(t, files.Symlink(ctx, eng, "../..", "out"))
			want["dir/link"] = answers{true, true, false, true}
			want["dangling"] = answers{false, false, false, true}
			want["out"] = answers{false, false, false, true}
			if target, err := files.Readlink(ctx, eng, "dir/link"); target != "file" || err != nil {
				t.Errorf("readlink: %q, %v", target, err)
			}
			if _, err := files.Stat(ctx, eng, "out"); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("a link out of the root: %v", err)
			}
		}
		for name, w := range want {
			var got answers
			var errs [4]error
			got.exists, errs[0] = files.Exists(ctx, eng, name)
			got.file, errs[1] = files.IsFile(ctx, eng, name)
			got.dir, errs[2] = files.IsDir(ctx, eng, name)
			got.link, errs[3] = files.IsLink(ctx, eng, name)
			if err := errors.Join(errs[:]...); got != w || err != nil {
				t.Errorf("%s: got %v, %v, want %v", name, got, err, w)
			}
		}
		if _, err := files.Exists(ctx, eng, "../etc"); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("a name above the root: %v", err)
		}
		if size, err := files.Size(ctx, eng, "dir/file"); size != 5 || err != nil {
			t.Errorf("size %d, %v", size, err)
		}
		if _, err := files.Size(ctx, eng, "none"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
		if mount, err := files.IsMount(ctx, eng, "dir"); mount || err != nil {
			t.Errorf("mount %v, %v", mount, err)
		}
	})
}

// TestUnknownIsNotAbsent: what can't be looked at is an error and no absence.
func TestUnknownIsNotAbsent(t *testing.T) {
	eng := errfs.New(direct(t, t.TempDir(), files.Options{}), errfs.Rule{Op: "stat", Err: fs.ErrPermission})
	defer eng.Close()
	put(t, eng, "file", "")
	for _, ask := range []func(context.Context, files.Engine, string) (bool, error){files.Exists, files.IsFile, files.IsDir} {
		if _, err := ask(t.Context(), eng, "file"); !errors.Is(err, fs.ErrPermission) {
			t.Errorf("got %v", err)
		}
	}
	if eng.Injected()["stat"] != 3 {
		t.Errorf("injected %v", eng.Injected())
	}
}

func TestIsMount(t *testing.T) {
	if runtime.GOOS != "linux" {
		return // no other system has one at a known place
	}
	eng := direct(t, "/", files.Options{})
	defer eng.Close()
	for name, want := range map[string]bool{"proc": true, "proc/self": false, "none": false, "proc/version": false} {
		if got, err := files.IsMount(t.Context(), eng, name); got != want || err != nil {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}

func TestTimes(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		put(t, eng, "file", "")
		read, written := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC), time.Date(2011, 2, 3, 4, 5, 6, 0, time.UTC)
		before := time.Now().Add(-time.Minute)
		must(t, files.Chtimes(t.Context(), eng, "file", read, written))
		got, err := files.StatTimes(t.Context(), eng, "file")
		if err != nil || !got.Written.Equal(written) {
			t.Errorf("got %v, %v", got, err)
		}
		if runtime.GOOS != "windows" && (!got.Read.Equal(read) || got.Changed.Before(before)) {
			t.Errorf("got %v", got)
		}
		must(t, files.Chtimes(t.Context(), eng, "file", time.Time{}, read))
		if got, err := files.StatTimes(t.Context(), eng, "file"); err != nil || !got.Written.Equal(read) {
			t.Errorf("got %v, %v", got, err)
		}
		if _, err := files.StatTimes(t.Context(), eng, "none"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
}

func TestModes(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		ctx := t.Context()
		put(t, eng, "file", "12345")
		must(t, files.Chmod(ctx, eng, "file", 0o444))
		if info, err := eng.Stat(ctx, "file"); err != nil || info.Mode() != 0o444 {
			t.Errorf("got %v, %v", info.Mode(), err)
		}
		if ok, err := files.CanAccess(ctx, eng, "file", files.Read); !ok || err != nil {
			t.Errorf("read: %v, %v", ok, err)
		}
		if ok, err := files.CanAccess(ctx, eng, "file", files.Execute|files.Read); ok || err != nil {
			t.Errorf("execute: %v, %v", ok, err)
		}
		if _, err := files.CanAccess(ctx, eng, "none", files.Read); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
		must(t, files.Chmod(ctx, eng, "file", 0o644))
		must(t, files.Truncate(ctx, eng, "file", 2))
		if data, err := eng.ReadFile(ctx, "file"); string(data) != "12" || err != nil {
			t.Errorf("got %q, %v", data, err)
		}
		if err := files.Truncate(ctx, eng, "none", 2); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
		if runtime.GOOS == "windows" {
			return
		}
		must(t, files.Chown(ctx, eng, "file", -1, os.Getgid()))
		must(t, files.Symlink(ctx, eng, "file", "link"))
		must(t, files.Lchown(ctx, eng, "link", os.Getuid(), -1))
		space, err := files.StatFS(ctx, eng, "file")
		if err != nil || space.Total < space.Free || space.Free < space.Available || space.Total == 0 {
			t.Errorf("got %+v, %v", space, err)
		}
	})
}

func TestLinks(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		ctx := t.Context()
		put(t, eng, "one", "1")
		put(t, eng, "other", "1")
		must(t, files.Link(ctx, eng, "one", "two"))
		if err := files.Link(ctx, eng, "one", "other"); !errors.Is(err, fs.ErrExist) {
			t.Errorf("got %v", err)
		}
		for name, want := range map[string]bool{"two": true, "other": false, "one": true} {
			if same, err := files.SameFile(ctx, eng, "one", name); same != want || err != nil {
				t.Errorf("%s: %v, %v", name, same, err)
			}
		}
		if _, err := files.SameFile(ctx, eng, "one", "none"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
		f, err := eng.Open(ctx, "one", os.O_RDONLY)
		must(t, err)
		defer f.Close()
		g, err := eng.Open(ctx, "two", os.O_RDONLY)
		must(t, err)
		defer g.Close()
		if same, err := files.SameOpenFile(f, g); !same || err != nil {
			t.Errorf("got %v, %v", same, err)
		}
	})
}

func TestTree(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		ctx := t.Context()
		must(t, files.Mkdir(ctx, eng, "a"))
		if err := files.Mkdir(ctx, eng, "a"); !errors.Is(err, fs.ErrExist) {
			t.Errorf("got %v", err)
		}
		if err := files.Mkdir(ctx, eng, "x/y"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
		must(t, files.MkdirAll(ctx, eng, "a/b/c"))
		must(t, files.MkdirAll(ctx, eng, "a/b/c"))
		put(t, eng, "a/file", "")
		if err := files.Rmdir(ctx, eng, "a/file"); err == nil || !strings.Contains(err.Error(), "rmdir a/file: is not a folder") {
			t.Errorf("got %v", err)
		}
		if err := files.Unlink(ctx, eng, "a/b"); err == nil || !strings.Contains(err.Error(), "unlink a/b: is a folder") {
			t.Errorf("got %v", err)
		}
		if err := files.Rmdir(ctx, eng, "a"); err == nil {
			t.Error("a folder that is not empty was removed")
		}
		must(t, files.RemoveDirs(ctx, eng, "a/b/c"))
		if names, err := files.ListDir(ctx, eng, "a"); !slices.Equal(names, []string{"file"}) || err != nil {
			t.Errorf("got %v, %v", names, err)
		}
		must(t, files.Renames(ctx, eng, "a/file", "d/e/file"))
		if ok, err := files.Exists(ctx, eng, "a"); ok || err != nil {
			t.Errorf("a is there: %v", err)
		}
		must(t, files.SyncName(ctx, eng, "d/e/file"))
		must(t, files.SyncName(ctx, eng, "d/e"))
		must(t, files.Unlink(ctx, eng, "d/e/file"))
		if err := files.Unlink(ctx, eng, "d/e/file"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
}

// TestGo: a Future of a function runs in the engine's width and can be called off
// before its turn.
func TestGo(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		put(t, eng, "file", "12345")
		begun, proceed := make(chan struct{}), make(chan struct{})
		slow := files.Go(t.Context(), eng, "stat", "file", func(root *os.Root) (int64, error) {
			close(begun)
			<-proceed
			info, err := root.Stat("file")
			if err != nil {
				return 0, err
			}
			return info.Size(), nil
		})
		<-begun
		called := false
		waiting := files.Go(t.Context(), eng, "stat", "file", func(*os.Root) (int, error) {
			called = true
			return 0, nil
		})
		waiting.Cancel(errors.New("not wanted"))
		if _, err := waiting.Result(t.Context()); err == nil || called {
			t.Errorf("got %v, called %v", err, called)
		}
		close(proceed)
		if size, err := slow.Result(t.Context()); size != 5 || err != nil {
			t.Errorf("got %d, %v", size, err)
		}
		bad := files.Go(t.Context(), eng, "list", "../x", func(*os.Root) (int, error) { return 0, nil })
		if _, err := bad.Result(t.Context()); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("got %v", err)
		}
	})
}

func TestWaitLock(t *testing.T) {
	eng := direct(t, t.TempDir(), files.Options{})
	defer eng.Close()
	unlock, err := files.WaitLock(t.Context(), eng, "lock")
	must(t, err)
	gaveUp, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := files.WaitLock(gaveUp, eng, "lock"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	got := make(chan error)
	go func() {
		again, err := files.WaitLock(t.Context(), eng, "lock")
		if err == nil {
			err = again()
		}
		got <- err
	}()
	must(t, unlock())
	if err := <-got; err != nil {
		t.Error(err)
	}
	if _, err := files.WaitLock(t.Context(), eng, "../lock"); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("got %v", err)
	}
}
