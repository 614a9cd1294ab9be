package files_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"crawl/files"
	"crawl/files/errfs"
)

func TestCopy(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		ctx := t.Context()
		big := make([]byte, 1<<20+7)
		rand.NewChaCha8([32]byte{}).Read(big)
		for name, content := range map[string][]byte{"empty": nil, "small": []byte("hello"), "big": big} {
			put(t, eng, name, string(content))
			n, err := files.Copy(ctx, eng, "to/"+name, eng, name)
			if err != nil || n != int64(len(content)) {
				t.Errorf("%s: %d, %v", name, n, err)
			}
			if got, err := eng.ReadFile(ctx, "to/"+name); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%s: %d bytes, %v", name, len(got), err)
			}
		}
		put(t, eng, "to/small", "what stood there, and was longer")
		must(t, files.Chmod(ctx, eng, "small", 0o755))
		_, err := files.Copy(ctx, eng, "to/small", eng, "small")
		must(t, err)
		info, err := eng.Stat(ctx, "to/small")
		if err != nil || info.Size() != 5 || runtime.GOOS != "windows" && info.Mode() != 0o755 {
			t.Errorf("got %v, %v", info.Mode(), err)
		}
		if _, err := files.Copy(ctx, eng, "to/none", eng, "none"); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
		if ok, err := files.Exists(ctx, eng, "to/none"); ok || err != nil {
			t.Errorf("it left %v, %v", ok, err)
		}
	})
}

// TestCopyBetween copies from one file system to another, where that is at hand, and sparse.
func TestCopyBetween(t *testing.T) {
	other := t.TempDir()
	if memory, err := os.MkdirTemp("/dev/shm", "files"); err == nil {
		defer os.RemoveAll(memory)
		other = memory
	}
	src, dst := direct(t, t.TempDir(), files.Options{}), direct(t, other, files.Options{})
	defer src.Close()
	defer dst.Close()
	put(t, src, "sparse", "begin")
	must(t, files.Truncate(t.Context(), src, "sparse", 5<<20))
	f, err := src.Open(t.Context(), "sparse", os.O_WRONLY)
	must(t, err)
	_, err = f.WriteAt([]byte("middle"), 3<<20)
	must(t, errors.Join(err, f.Close()))
	want, err := src.ReadFile(t.Context(), "sparse")
	must(t, err)
	for _, to := range []files.Engine{src, dst} {
		if n, err := files.Copy(t.Context(), to, "copy", src, "sparse"); n != 5<<20 || err != nil {
			t.Errorf("copied %d, %v", n, err)
		}
		if got, err := to.ReadFile(t.Context(), "copy"); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%d bytes, %v", len(got), err)
		}
	}
}

// TestCopyOfProc: files that tell no size are read.
func TestCopyOfProc(t *testing.T) {
	if runtime.GOOS != "linux" {
		return
	}
	src, dst := direct(t, "/proc/self", files.Options{}), direct(t, t.TempDir(), files.Options{})
	defer src.Close()
	defer dst.Close()
	if n, err := files.Copy(t.Context(), dst, "limits", src, "limits"); n == 0 || err != nil {
		t.Errorf("copied %d, %v", n, err)
	}
}

// TestCopyWholeOrNotAtAll fails each step in turn.
func TestCopyWholeOrNotAtAll(t *testing.T) {
	for _, rule := range []errfs.Rule{
		{Op: errfs.Open}, {Op: errfs.FileStat}, {Op: errfs.FileRead}, {Op: errfs.FileRead, Nth: 2}, {Op: errfs.Draft},
		{Op: errfs.DraftWrite, Budget: 300_000}, {Op: errfs.DraftWrite, Short: true}, {Op: errfs.DraftChmod}, {Op: errfs.DraftCommit},
	} {
		inner := direct(t, t.TempDir(), files.Options{})
		put(t, inner, "from", strings.Repeat("x", 1<<20))
		put(t, inner, "to", "old")
		eng := errfs.New(inner, rule)
		if _, err := files.Copy(t.Context(), eng, "to", eng, "from"); err == nil || eng.Injected()[rule.Op] == 0 {
			t.Errorf("%s: %v", rule.Op, err)
		}
		if got, err := inner.ReadFile(t.Context(), "to"); string(got) != "old" || err != nil {
			t.Errorf("%s: got %q, %v", rule.Op, got, err)
		}
		names, err := files.ListDir(t.Context(), inner, ".")
		if err != nil || !slices.Equal(names, []string{"from", "to"}) {
			t.Errorf("%s: left %v, %v", rule.Op, names, err)
		}
		eng.Close()
	}
}

func TestCopyCancelled(t *testing.T) {
	eng := direct(t, t.TempDir(), files.Options{})
	defer eng.Close()
	put(t, eng, "from", "x")
	ctx, cancel := context.WithCancel(t.Context())
	slow := errfs.New(eng, errfs.Rule{Op: errfs.FileStat, Before: func(errfs.Op, string) { cancel() }})
	if _, err := files.Copy(ctx, slow, "to", slow, "from"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if names, err := files.ListDir(t.Context(), eng, "."); err != nil || !slices.Equal(names, []string{"from"}) {
		t.Errorf("left %v, %v", names, err)
	}
}

func TestCopyTree(t *testing.T) {
	engines(t, func(t *testing.T, eng files.Engine) {
		ctx := t.Context()
		put(t, eng, "src/a/b/file", "1")
		put(t, eng, "src/two", "2")
		must(t, files.MkdirAll(ctx, eng, "src/empty/deep"))
		if runtime.GOOS != "windows" {
			must(t, files.Symlink(ctx, eng, "b/file", "src/a/link"))
		}
		for range 2 { // onto what is there already, too
			must(t, files.CopyTree(ctx, eng, "x/dst", eng, "src", 4, nil))
		}
		for name, want := range map[string]string{"x/dst/a/b/file": "1", "x/dst/two": "2"} {
			if got, err := eng.ReadFile(ctx, name); string(got) != want || err != nil {
				t.Errorf("%s: %q, %v", name, got, err)
			}
		}
		if ok, err := files.IsDir(ctx, eng, "x/dst/empty/deep"); !ok || err != nil {
			t.Errorf("empty folder: %v, %v", ok, err)
		}
		if target, err := files.Readlink(ctx, eng, "x/dst/a/link"); runtime.GOOS != "windows" && (target != "b/file" || err != nil) {
			t.Errorf("link: %q, %v", target, err)
		}
		if err := files.CopyTree(ctx, eng, "y", eng, "none", 1, nil); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	})
}

// TestCopyTreeGoesOn: one bad file is told, and ends nothing but where nobody listens.
func TestCopyTreeGoesOn(t *testing.T) {
	dir := t.TempDir()
	inner := direct(t, dir, files.Options{})
	for _, name := range []string{"src/a", "src/b", "src/c"} {
		put(t, inner, name, "x")
	}
	eng := errfs.New(inner, errfs.Rule{Op: errfs.Draft, Name: "dst/b", Err: syscall.ENOSPC})
	defer eng.Close()
	var failed []string
	err := files.CopyTree(t.Context(), eng, "dst", eng, "src", 3, func(name string, err error) {
		if errors.Is(err, syscall.ENOSPC) {
			failed = append(failed, name)
		}
	})
	if err != nil || !slices.Equal(failed, []string{"src/b"}) {
		t.Errorf("got %v, failed %v", err, failed)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "dst")); err != nil || len(entries) != 2 {
		t.Errorf("got %v, %v", entries, err)
	}
	if err := files.CopyTree(t.Context(), eng, "dst", eng, "src", 3, nil); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
}
