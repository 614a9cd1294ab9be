package iofs_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"runtime"
	"testing"
	"testing/fstest"

	"crawl/files"
	"crawl/files/iofs"
)

func TestFS(t *testing.T) {
	eng, err := files.NewDirect(t.TempDir(), files.Options{Width: 1})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	for _, name := range []string{"a/b/file", "a/two", "three"} {
		if err := eng.PutFile(t.Context(), name, []byte(name)); err != nil {
			t.Fatal(err)
		}
	}
	want := []string{"a/b/file", "a/two", "three"}
	fsys := iofs.FS(t.Context(), eng)
	if runtime.GOOS != "windows" {
		if err := files.Symlink(t.Context(), eng, "two", "a/link"); err != nil {
			t.Fatal(err)
		}
		want = append(want, "a/link")
		if target, err := fs.ReadLink(fsys, "a/link"); target != "two" || err != nil {
			t.Errorf("%q, %v", target, err)
		}
	}
	if err := fstest.TestFS(fsys, want...); err != nil {
		t.Error(err)
	}
	for _, bad := range []string{"../a", "/a", "", "a//b"} {
		_, open := fsys.Open(bad)
		_, stat := fsys.Stat(bad)
		_, lstat := fsys.Lstat(bad)
		_, read := fsys.ReadFile(bad)
		_, list := fsys.ReadDir(bad)
		_, link := fsys.ReadLink(bad)
		for _, err := range []error{open, stat, lstat, read, list, link} {
			if !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%q: %v", bad, err)
			}
		}
	}
	f, err := fsys.Open("a")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Read(nil); err == nil {
		t.Error("a folder was read")
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
	if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("got %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := fs.ReadFile(iofs.FS(ended, eng), "three"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// TestEngine reads a map, which knows all calls, and an archive, which knows few.
func TestEngine(t *testing.T) {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	f, err := w.Create("dir/file")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write([]byte("12345")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	zipped, err := zip.NewReader(bytes.NewReader(archive.Bytes()), int64(archive.Len()))
	if err != nil {
		t.Fatal(err)
	}
	for name, fsys := range map[string]fs.FS{"map": fstest.MapFS{"dir/file": {Data: []byte("12345"), Mode: 0o640}}, "zip": zipped} {
		t.Run(name, func(t *testing.T) { testEngine(t, iofs.Engine(fsys), name == "map") })
	}
}

func testEngine(t *testing.T, eng files.Engine, seeks bool) {
	ctx := t.Context()
	if got, err := eng.ReadFile(ctx, "dir/file"); string(got) != "12345" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
	buf := make([]byte, 3)
	start, err := eng.ReadStart(ctx, "dir/file", buf)
	if start.N != 3 || start.Rest == nil || err != nil {
		t.Fatalf("got %v, %v", start, err)
	}
	if info, err := eng.Stat(ctx, "dir/file"); err != nil || start.Mode != info.Mode().Perm() {
		t.Errorf("mode %v, of %v, %v", start.Mode, info, err)
	}
	rest := start.Rest
	if more, err := io.ReadAll(rest); string(more) != "45" || err != nil {
		t.Errorf("got %q, %v", more, err)
	}
	if _, err := rest.Seek(1, io.SeekStart); (err == nil) != seeks {
		t.Errorf("seek: %v", err)
	}
	if _, err := rest.ReadAt(buf, 2); (err == nil) != seeks || !seeks && !errors.Is(err, errors.ErrUnsupported) {
		t.Errorf("read at: %v", err)
	}
	_, write := rest.Write(buf)
	_, writeAt := rest.WriteAt(buf, 0)
	if err := rest.Close(); err != nil {
		t.Error(err)
	}
	if start, err := eng.ReadStart(ctx, "dir/file", make([]byte, 9)); start.N != 5 || start.Rest != nil || err != nil {
		t.Errorf("got %v, %v", start, err)
	}
	if info, err := eng.Stat(ctx, "dir/file"); err != nil || info.Size() != 5 {
		t.Errorf("got %v, %v", info, err)
	}
	if names, err := files.ListDir(ctx, eng, "dir"); err != nil || fmt.Sprint(names) != "[file]" {
		t.Errorf("got %v, %v", names, err)
	}
	if _, err := eng.Open(ctx, "dir", os.O_RDONLY); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	if _, err := eng.Open(ctx, "../file", os.O_RDONLY); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("got %v", err)
	}
	lines := 0
	for _, err := range files.Lines(ctx, eng, "dir/file") {
		if err != nil {
			t.Error(err)
		}
		lines++
	}
	if lines != 1 {
		t.Errorf("%d lines", lines)
	}

	_, open := eng.Open(ctx, "dir/file", os.O_RDWR)
	_, draft := eng.Draft(ctx, "x")
	for i, err := range []error{
		write, writeAt, open, draft, eng.WriteFile(ctx, "x", nil), eng.PutFile(ctx, "x", nil), eng.Rename(ctx, "x", "y"),
		eng.Remove(ctx, "x"), eng.RemoveAll(ctx, "x"), files.Mkdir(ctx, eng, "x"), rest.Truncate(0),
	} {
		if !errors.Is(err, errors.ErrUnsupported) {
			t.Errorf("%d: %v", i, err)
		}
	}
	ended, cancel := context.WithCancel(ctx)
	cancel()
	if _, err := eng.ReadFile(ended, "dir/file"); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if err := errors.Join(rest.Sync(), eng.Sync(ctx), eng.Close()); err != nil {
		t.Error(err)
	}
}

func ExampleEngine() {
	built := fstest.MapFS{"greeting": {Data: []byte("hello\nworld\n")}}
	for line, err := range files.Lines(context.Background(), iofs.Engine(built), "greeting") {
		fmt.Printf("%q %v\n", line, err)
	}
	// Output:
	// "hello\n" <nil>
	// "world\n" <nil>
}

func ExampleFS() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewPool(dir, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()
	ctx := context.Background()
	if err := eng.WriteFile(ctx, "a.txt", nil); err != nil {
		panic(err)
	}
	fmt.Println(fs.Glob(iofs.FS(ctx, eng), "*.txt"))
	// Output: [a.txt] <nil>
}
