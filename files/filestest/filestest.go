// Package filestest holds the tests that every [files.Engine] must pass.
//
// Call [Run] from a test of the engine. It tests what the interface promises, on
// a real folder; speed, width and faults of the disk are the engine's own tests.
package filestest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"crawl/files"
)

// Run tests the engines that open returns for an empty folder. It closes them.
func Run(t *testing.T, open func(t *testing.T, root string) files.Engine) {
	for _, test := range []struct {
		name string
		run  func(t *testing.T, eng files.Engine, root string)
	}{
		{"contents", contents},
		{"overwrite", overwrite},
		{"missing", missing},
		{"open", openFile},
		{"rename", rename},
		{"remove", remove},
		{"readdir", readDir},
		{"folder removed meanwhile", folderRemoved},
		{"folder moved meanwhile", folderMoved},
		{"traversal", traversal},
		{"links", links},
		{"not a file", notAFile},
		{"names in errors", namesInErrors},
		{"odd names", oddNames},
		{"failed write", failedWrite},
		{"concurrent", concurrent},
		{"cancelled before", cancelled},
		{"closed", closed},
	} {
		t.Run(test.name, func(t *testing.T) {
			root := filepath.Join(t.TempDir(), "root")
			eng := open(t, root)
			test.run(t, eng, root)
			if err := eng.Close(); err != nil && !errors.Is(err, fs.ErrClosed) {
				t.Error(err)
			}
		})
	}
}

// writers are the two ways to write a whole file.
func writers(eng files.Engine) map[string]func(context.Context, string, []byte) error {
	return map[string]func(context.Context, string, []byte) error{"WriteFile": eng.WriteFile, "PutFile": eng.PutFile}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func wants(t *testing.T, eng files.Engine, name, want string) {
	t.Helper()
	got, err := eng.ReadFile(t.Context(), name)
	must(t, err)
	if string(got) != want {
		t.Fatalf("%s holds %.40q (%d bytes), want %.40q (%d)", name, got, len(got), want, len(want))
	}
}

// wantErr checks that err is target and tells of which file.
func wantErr(t *testing.T, err, target error) {
	t.Helper()
	var path *fs.PathError
	if !errors.Is(err, target) || !errors.As(err, &path) {
		t.Errorf("got error %v (%T), want a path error with %v", err, err, target)
	}
}

// tidy checks that only these names are in a folder: no temporary file is left.
func tidy(t *testing.T, eng files.Engine, dir string, want ...string) {
	t.Helper()
	entries, err := eng.ReadDir(t.Context(), dir)
	must(t, err)
	var got []string
	for _, e := range entries {
		got = append(got, e.Name())
	}
	if strings.Join(got, "\n") != strings.Join(want, "\n") {
		t.Errorf("folder %s holds %q, want %q", dir, got, want)
	}
}

func contents(t *testing.T, eng files.Engine, _ string) {
	for kind, write := range writers(eng) {
		for _, size := range []int{0, 1, 4096, 1 << 20} {
			name := fmt.Sprintf("%s/a/b/%d", kind, size)
			data := strings.Repeat("x", size)
			must(t, write(t.Context(), name, []byte(data)))
			wants(t, eng, name, data)
			info, err := eng.Stat(t.Context(), name)
			must(t, err)
			if info.Size() != int64(size) || !info.Mode().IsRegular() {
				t.Errorf("%s: size %d, mode %v", name, info.Size(), info.Mode())
			}
		}
		must(t, write(t.Context(), kind+"-top", []byte("top")))
		wants(t, eng, kind+"-top", "top")
	}
	must(t, eng.Sync(t.Context()))
}

func overwrite(t *testing.T, eng files.Engine, _ string) {
	for kind, write := range writers(eng) {
		must(t, write(t.Context(), kind, []byte("a long first text")))
		must(t, write(t.Context(), kind, []byte("short")))
		wants(t, eng, kind, "short")
	}
	tidy(t, eng, ".", "PutFile", "WriteFile")
}

func missing(t *testing.T, eng files.Engine, _ string) {
	ctx := t.Context()
	_, err := eng.ReadFile(ctx, "no/such")
	wantErr(t, err, fs.ErrNotExist)
	_, err = eng.Stat(ctx, "no")
	wantErr(t, err, fs.ErrNotExist)
	_, err = eng.ReadDir(ctx, "no")
	wantErr(t, err, fs.ErrNotExist)
	_, err = eng.Open(ctx, "no/such", os.O_RDWR)
	wantErr(t, err, fs.ErrNotExist)
	wantErr(t, eng.Rename(ctx, "no", "other/name"), fs.ErrNotExist)
	wantErr(t, eng.Remove(ctx, "no"), fs.ErrNotExist)
	must(t, eng.RemoveAll(ctx, "no"))
	tidy(t, eng, ".")
}

func openFile(t *testing.T, eng files.Engine, _ string) {
	f, err := eng.Open(t.Context(), "new/folder/file", os.O_RDWR|os.O_CREATE)
	must(t, err)
	if f.Name() != "new/folder/file" {
		t.Errorf("name %q", f.Name())
	}
	_, err = f.Write([]byte("hello "))
	must(t, err)
	_, err = f.WriteAt([]byte("world!"), 6)
	must(t, err)
	must(t, f.Sync())
	must(t, f.Truncate(11))
	info, err := f.Stat()
	must(t, err)
	if info.Size() != 11 {
		t.Errorf("size %d, want 11", info.Size())
	}
	var at [5]byte
	if _, err := f.ReadAt(at[:], 6); err != nil || string(at[:]) != "world" {
		t.Errorf("ReadAt: %q, %v", at, err)
	}
	rest, err := io.ReadAll(f) // from behind "hello "
	if err != nil || string(rest) != "world" {
		t.Errorf("Read: %q, %v", rest, err)
	}
	must(t, f.Close())
	if err := f.Close(); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("second close: %v", err)
	}
	_, err = eng.Open(t.Context(), "new/folder/file", os.O_RDWR|os.O_CREATE|os.O_EXCL)
	wantErr(t, err, fs.ErrExist)
}

func rename(t *testing.T, eng files.Engine, _ string) {
	ctx := t.Context()
	must(t, eng.PutFile(ctx, "a", []byte("a")))
	must(t, eng.Rename(ctx, "a", "deep/er/b"))
	wants(t, eng, "deep/er/b", "a")
	must(t, eng.PutFile(ctx, "c", []byte("c")))
	must(t, eng.Rename(ctx, "c", "deep/er/b"))
	wants(t, eng, "deep/er/b", "c")
	tidy(t, eng, ".", "deep")
	tidy(t, eng, "deep/er", "b")
}

func remove(t *testing.T, eng files.Engine, _ string) {
	ctx := t.Context()
	must(t, eng.PutFile(ctx, "d/a", nil))
	must(t, eng.PutFile(ctx, "d/b/c", nil))
	must(t, eng.Remove(ctx, "d/a"))
	tidy(t, eng, "d", "b")
	if err := eng.Remove(ctx, "d"); err == nil {
		t.Error("a folder with something in it was removed")
	}
	must(t, eng.RemoveAll(ctx, "d"))
	tidy(t, eng, ".")
}

func readDir(t *testing.T, eng files.Engine, _ string) {
	for _, name := range []string{"d/b", "d/a", "d/c/x"} {
		must(t, eng.PutFile(t.Context(), name, nil))
	}
	tidy(t, eng, "d", "a", "b", "c")
	if _, err := eng.ReadDir(t.Context(), "d/a"); err == nil {
		t.Error("a file was read as a folder")
	}
}

func folderRemoved(t *testing.T, eng files.Engine, root string) {
	for kind, write := range writers(eng) {
		name := kind + "/deep/file"
		must(t, write(t.Context(), name, []byte("1")))
		must(t, os.RemoveAll(filepath.Join(root, kind)))
		must(t, write(t.Context(), name, []byte("2")))
		wants(t, eng, name, "2")
		must(t, eng.RemoveAll(t.Context(), kind))
		must(t, write(t.Context(), name, []byte("3")))
		wants(t, eng, name, "3")
	}
}

func folderMoved(t *testing.T, eng files.Engine, _ string) {
	for kind, write := range writers(eng) {
		must(t, write(t.Context(), kind+"/deep/1", nil))
		must(t, eng.Rename(t.Context(), kind, kind+"-old"))
		must(t, write(t.Context(), kind+"/deep/2", nil))
		tidy(t, eng, kind+"/deep", "2")
		tidy(t, eng, kind+"-old/deep", "1")
	}
}

// everywhere calls what takes a name, all of which must refuse it.
func everywhere(t *testing.T, eng files.Engine, name string) map[string]error {
	ctx := t.Context()
	errs := make(map[string]error)
	_, errs["ReadFile"] = eng.ReadFile(ctx, name)
	errs["WriteFile"] = eng.WriteFile(ctx, name, []byte("evil"))
	errs["PutFile"] = eng.PutFile(ctx, name, []byte("evil"))
	_, errs["Open"] = eng.Open(ctx, name, os.O_RDONLY)
	_, errs["Open to create"] = eng.Open(ctx, name, os.O_RDWR|os.O_CREATE|os.O_TRUNC)
	errs["Rename from"] = eng.Rename(ctx, name, "stolen")
	errs["Rename to"] = eng.Rename(ctx, "mine", name)
	errs["Remove"] = eng.Remove(ctx, name)
	errs["RemoveAll"] = eng.RemoveAll(ctx, name)
	_, errs["Stat"] = eng.Stat(ctx, name)
	_, errs["ReadDir"] = eng.ReadDir(ctx, name)
	return errs
}

// outside puts a file beside root and returns a check that it is untouched.
func outside(t *testing.T, root string) (check func()) {
	secret := filepath.Join(filepath.Dir(root), "secret")
	must(t, os.WriteFile(secret, []byte("secret"), 0o600))
	return func() {
		t.Helper()
		got, err := os.ReadFile(secret)
		if err != nil || string(got) != "secret" {
			t.Errorf("the file outside holds %q, %v", got, err)
		}
		beside, err := os.ReadDir(filepath.Dir(root))
		if err != nil || len(beside) != 2 {
			t.Errorf("outside are %v, %v", beside, err)
		}
	}
}

func traversal(t *testing.T, eng files.Engine, root string) {
	check := outside(t, root)
	must(t, eng.PutFile(t.Context(), "mine", []byte("mine")))
	must(t, eng.PutFile(t.Context(), "d/f", nil))
	for _, name := range []string{
		"", "..", "../secret", "d/../../secret", "d/../mine", "./mine", "d//f", "d/", "/", "/secret", "mine\x00", "d/\x00/f",
		filepath.ToSlash(filepath.Join(filepath.Dir(root), "secret")),
	} {
		for op, err := range everywhere(t, eng, name) {
			if err == nil {
				t.Errorf("%s took the name %q", op, name)
			}
		}
		check()
	}
	tidy(t, eng, ".", "d", "mine")
	wants(t, eng, "mine", "mine")
}

func links(t *testing.T, eng files.Engine, root string) {
	if runtime.GOOS == "windows" {
		t.Skip("making links takes a privilege there")
	}
	ctx := t.Context()
	check := outside(t, root)
	must(t, eng.PutFile(ctx, "mine", []byte("mine")))
	plant := func(target, name string) {
		t.Helper()
		must(t, os.RemoveAll(filepath.Join(root, name)))
		must(t, os.Symlink(target, filepath.Join(root, name)))
	}

	for _, target := range []string{"..", filepath.Dir(root)} {
		plant(target, "up")
		for op, err := range everywhere(t, eng, "up/secret") {
			if err == nil {
				t.Errorf("%s went through a folder link to %s", op, target)
			}
			if op != "RemoveAll" && !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%s says %v", op, err)
			}
		}
		check()
	}
	for _, target := range []string{"../secret", filepath.Join(filepath.Dir(root), "secret"), "../new"} {
		plant(target, "link")
		if _, err := eng.ReadFile(ctx, "link"); err == nil {
			t.Errorf("the link to %s was read", target)
		}
		if _, err := eng.Open(ctx, "link", os.O_RDWR|os.O_CREATE|os.O_TRUNC); err == nil {
			t.Errorf("the link to %s was opened", target)
		}
		if info, err := eng.Stat(ctx, "link"); err != nil || info.Mode().Type() != fs.ModeSymlink {
			t.Errorf("Stat of a link: %v, %v", info, err)
		}
		for _, write := range writers(eng) {
			plant(target, "link")
			must(t, write(ctx, "link", []byte("in place of the link")))
			wants(t, eng, "link", "in place of the link")
			check()
		}
	}
	plant("..", "up2")
	must(t, eng.RemoveAll(ctx, "up2"))
	check()

	must(t, os.Link(filepath.Join(filepath.Dir(root), "secret"), filepath.Join(root, "hard")))
	for _, write := range writers(eng) {
		must(t, write(ctx, "hard", []byte("evil")))
		check()
	}
	wants(t, eng, "mine", "mine")
}

func notAFile(t *testing.T, eng files.Engine, _ string) {
	must(t, eng.PutFile(t.Context(), "folder/file", nil))
	_, err := eng.ReadFile(t.Context(), "folder")
	wantErr(t, err, fs.ErrInvalid)
	_, err = eng.Open(t.Context(), "folder", os.O_RDONLY)
	wantErr(t, err, fs.ErrInvalid)
}

// namesInErrors checks that errors tell the name that was asked for, and no other.
func namesInErrors(t *testing.T, eng files.Engine, root string) {
	must(t, eng.PutFile(t.Context(), "file", nil))
	must(t, eng.PutFile(t.Context(), "mine", nil))
	must(t, eng.PutFile(t.Context(), "folder/file", nil))
	wantName := func(op, name string, err error) {
		t.Helper()
		path, ok := errors.AsType[*fs.PathError](err)
		if !ok || path.Path != name || strings.Contains(err.Error(), root) || strings.Contains(err.Error(), ".tmp-") {
			t.Errorf("%s of %s: %v", op, name, err)
		}
	}
	long := strings.Repeat("n", 300)
	for _, name := range []string{"file/a/b", "file/a", "folder/" + long, long + "/a"} {
		for op, err := range everywhere(t, eng, name) {
			switch {
			case op == "Rename to":
				wantName(op, "mine", err)
			case op != "RemoveAll": // some of these names are as good as gone
				wantName(op, name, err)
			}
		}
	}
	wantName("WriteFile", "folder", eng.WriteFile(t.Context(), "folder", nil))
	wantName("Remove", "folder", eng.Remove(t.Context(), "folder"))
	_, err := eng.ReadDir(t.Context(), "file")
	wantName("ReadDir", "file", err)

	f, err := eng.Open(t.Context(), "folder/file", os.O_RDWR)
	must(t, err)
	must(t, f.Close())
	_, readErr := f.Read(make([]byte, 1))
	_, readAtErr := f.ReadAt(make([]byte, 1), 0)
	_, writeErr := f.Write([]byte("x"))
	_, writeAtErr := f.WriteAt([]byte("x"), 0)
	_, statErr := f.Stat()
	for _, err := range []error{readErr, readAtErr, writeErr, writeAtErr, statErr, f.Truncate(0), f.Sync(), f.Close()} {
		wantName("an operation on a closed file", "folder/file", err)
	}
}

func oddNames(t *testing.T, eng files.Engine, _ string) {
	names := []string{"a b", "-rf", "~", "%2e%2e", "ü", "日本語", strings.Repeat("n", 255), strings.Repeat("ü", 127), "...", ".hidden"}
	if runtime.GOOS != "windows" {
		names = append(names, "back\\slash", "a:b", "new\nline", "\x1b[31m", "con", "dot.", "space ", "a*?")
	}
	if runtime.GOOS == "linux" {
		names = append(names, "\x80\xff\xfe", "d\xcc/\xaa")
	}
	for _, name := range names {
		for _, write := range writers(eng) {
			if err := write(t.Context(), "odd/"+name, []byte(name)); err != nil {
				t.Errorf("%q: %v", name, err)
				continue
			}
			wants(t, eng, "odd/"+name, name)
		}
		must(t, eng.RemoveAll(t.Context(), "odd"))
	}
}

// failedWrite lets the last step of a write fail: its name is taken by a folder
// that is not empty, or too long for any file system.
func failedWrite(t *testing.T, eng files.Engine, _ string) {
	ctx := t.Context()
	must(t, eng.PutFile(ctx, "taken/file", []byte("old")))
	for kind, write := range writers(eng) {
		for _, name := range []string{"taken", strings.Repeat("n", 300), "taken/file/below"} {
			if err := write(ctx, name, []byte("new")); err == nil {
				t.Errorf("%s of %.20q worked", kind, name)
			}
		}
	}
	tidy(t, eng, ".", "taken")
	tidy(t, eng, "taken", "file")
	wants(t, eng, "taken/file", "old")
}

func concurrent(t *testing.T, eng files.Engine, _ string) {
	const callers, each = 32, 20
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for i := range each {
				data := bytes.Repeat([]byte{byte(c)}, 100+i)
				mine := fmt.Sprintf("d%d/%d/%d", i%5, i, c) // in folders that all share
				err := errors.Join(
					eng.PutFile(t.Context(), mine, data),
					eng.WriteFile(t.Context(), "shared", data),
				)
				got, readErr := eng.ReadFile(t.Context(), mine)
				if err := errors.Join(err, readErr); err != nil || !bytes.Equal(got, data) {
					t.Errorf("%s: %d bytes, %v", mine, len(got), err)
					return
				}
			}
		})
	}
	all.Wait()
	got, err := eng.ReadFile(t.Context(), "shared")
	must(t, err)
	if len(got) < 100 || len(bytes.Trim(got, string(got[:1]))) != 0 {
		t.Errorf("%d bytes of several writers are mixed", len(got))
	}
	tidy(t, eng, ".", "d0", "d1", "d2", "d3", "d4", "shared")
}

func cancelled(t *testing.T, eng files.Engine, _ string) {
	must(t, eng.PutFile(t.Context(), "mine", []byte("mine")))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, readErr := eng.ReadFile(ctx, "mine")
	_, openErr := eng.Open(ctx, "new/file", os.O_RDWR|os.O_CREATE)
	_, statErr := eng.Stat(ctx, "mine")
	_, dirErr := eng.ReadDir(ctx, ".")
	for _, err := range []error{
		readErr, openErr, statErr, dirErr,
		eng.WriteFile(ctx, "mine", nil), eng.PutFile(ctx, "mine", nil), eng.Rename(ctx, "mine", "b"),
		eng.Remove(ctx, "mine"), eng.RemoveAll(ctx, "mine"), eng.Sync(ctx),
	} {
		wantErr(t, err, context.Canceled)
	}
	wants(t, eng, "mine", "mine")
	tidy(t, eng, ".", "mine")
}

func closed(t *testing.T, eng files.Engine, _ string) {
	must(t, eng.PutFile(t.Context(), "d/f", nil))
	must(t, eng.Close())
	wantErr(t, eng.PutFile(t.Context(), "d/f", nil), fs.ErrClosed)
	wantErr(t, eng.WriteFile(t.Context(), "d/f", nil), fs.ErrClosed)
	_, err := eng.ReadFile(t.Context(), "d/f")
	wantErr(t, err, fs.ErrClosed)
	wantErr(t, eng.Sync(t.Context()), fs.ErrClosed)
}
