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
		{"open modes", openModes},
		{"seek", seek},
		{"read start", readStart},
		{"draft", draft},
		{"draft discarded", draftDiscarded},
		{"draft over what stands", draftOver},
		{"drafts of one name", draftsOfOneName},
		{"folder moved under a draft", draftMoved},
		{"modes", modes},
		{"do", do},
		{"do is bounded", doBounded},
		{"planted", planted},
		{"whole or not at all", wholeOrNot},
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

// writers are the ways to write a whole file.
func writers(eng files.Engine) map[string]func(context.Context, string, []byte) error {
	return map[string]func(context.Context, string, []byte) error{
		"WriteFile": eng.WriteFile,
		"PutFile":   eng.PutFile,
		"Draft": func(ctx context.Context, name string, data []byte) error {
			return writeDraft(ctx, eng, name, data)
		},
	}
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
	buf := make([]byte, len(want)+1)
	start, err := eng.ReadStart(t.Context(), name, buf)
	if got := buf[:start.N]; err != nil || start.Rest != nil || string(got) != want {
		t.Fatalf("%s starts with %.40q (%d bytes), %v, %v, want %.40q (%d)", name, got, len(got), start.Rest, err, want, len(want))
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
	tidy(t, eng, ".", "Draft", "PutFile", "WriteFile")
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

func notAFile(t *testing.T, eng files.Engine, _ string) {
	must(t, eng.PutFile(t.Context(), "folder/file", nil))
	_, err := eng.ReadFile(t.Context(), "folder")
	wantErr(t, err, fs.ErrInvalid)
	_, err = eng.Open(t.Context(), "folder", os.O_RDONLY)
	wantErr(t, err, fs.ErrInvalid)
	for _, name := range []string{"folder", "."} {
		for _, size := range []int{0, 10} {
			_, err = eng.ReadStart(t.Context(), name, make([]byte, size))
			wantErr(t, err, fs.ErrInvalid)
		}
	}
	_, err = eng.Draft(t.Context(), ".")
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
	_, seekErr := f.Seek(0, io.SeekStart)
	_, statErr := f.Stat()
	for _, err := range []error{readErr, readAtErr, writeErr, writeAtErr, seekErr, statErr, f.Truncate(0), f.Sync(), f.Close()} {
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
	_, startErr := eng.ReadStart(ctx, "mine", make([]byte, 10))
	_, draftErr := eng.Draft(ctx, "new/file")
	for _, err := range []error{
		readErr, openErr, statErr, dirErr, startErr, draftErr,
		eng.Do(ctx, "remove", "mine", func(root *os.Root) error { return root.Remove("mine") }),
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
	wantErr(t, writeDraft(t.Context(), eng, "d/f", nil), fs.ErrClosed)
	_, err := eng.ReadFile(t.Context(), "d/f")
	wantErr(t, err, fs.ErrClosed)
	_, err = eng.ReadStart(t.Context(), "d/f", make([]byte, 10))
	wantErr(t, err, fs.ErrClosed)
	wantErr(t, eng.Sync(t.Context()), fs.ErrClosed)
}
