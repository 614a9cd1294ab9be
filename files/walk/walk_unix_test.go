//go:build unix

package walk_test

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"crawl/files/walk"

	"golang.org/x/sys/unix"
)

// tree makes folders (names that end in a slash), links (name -> target) and files.
func tree(t *testing.T, dir string, names ...string) {
	t.Helper()
	for _, name := range names {
		var err error
		if link, target, ok := strings.Cut(name, " -> "); ok {
			err = os.Symlink(target, filepath.Join(dir, link))
		} else if strings.HasSuffix(name, "/") {
			err = os.MkdirAll(filepath.Join(dir, name), 0o777)
		} else {
			err = os.WriteFile(filepath.Join(dir, name), []byte("12345"), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

func TestLinksAreNotFollowed(t *testing.T) {
	dir := t.TempDir()
	tree(t, dir, "a/", "a/file", "a/self -> .", "to -> a", "out -> /", "nowhere -> none")
	got := collect(t, dir, walk.Options{Stat: true})
	if len(got) != 6 {
		t.Errorf("got %v", got)
	}
	for _, name := range []string{"a/self", "to", "out", "nowhere"} {
		if e := got[name]; e.Mode.Type() != fs.ModeSymlink || e.Err != nil {
			t.Errorf("%s: %+v", name, e)
		}
	}
}

func TestFollow(t *testing.T) {
	dir := t.TempDir()
	tree(t, dir, "a/", "a/b/", "a/b/file", "a/b/up -> ../../a", "a/self -> .", "to -> a/b", "file -> a/b/file",
		"out -> ../..", "nowhere -> none", "x/", "y/", "x/y -> ../y", "y/x -> ../x")
	got := collect(t, dir, walk.Options{Follow: true, Stat: true})
	for name, want := range map[string]error{
		"a": nil, "a/b": nil, "a/b/file": nil, "to": nil, "to/file": nil, "file": nil,
		"a/b/up": walk.ErrLoop, "a/self": walk.ErrLoop,
		"to/up": nil, "to/up/b": nil, "to/up/b/file": nil, "to/up/b/up": walk.ErrLoop, "to/up/self": walk.ErrLoop,
		"out": walk.ErrOutside, "nowhere": fs.ErrNotExist,
		"x": nil, "x/y": nil, "x/y/x": walk.ErrLoop, "y": nil, "y/x": nil, "y/x/y": walk.ErrLoop,
	} {
		e, ok := got[name]
		delete(got, name)
		switch {
		case !ok:
			t.Errorf("%s is missing", name)
		case want == nil && e.Err != nil, want != nil && !errors.Is(e.Err, want) && !strings.HasSuffix(e.Err.Error(), want.Error()):
			t.Errorf("%s: got %v, want %v", name, e.Err, want)
		case want == nil && strings.HasSuffix(name, "file") && (!e.Mode.IsRegular() || e.Size != 5):
			t.Errorf("%s: got %+v", name, e)
		}
	}
	if len(got) > 0 {
		t.Errorf("also found %v", got)
	}
}

func TestBadFolderIsOneEntry(t *testing.T) {
	if os.Getuid() == 0 && !asNobody(t, "TestBadFolderIsOneEntry") {
		return
	}
	dir := t.TempDir()
	tree(t, dir, "a/", "a/file", "bad/", "bad/file", "c")
	for name, mode := range map[string]fs.FileMode{"bad": 0, "a": 0o500} {
		if err := os.Chmod(filepath.Join(dir, name), mode); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(filepath.Join(dir, name), 0o700)
	}
	got := collect(t, dir, walk.Options{})
	if len(got) != 4 || !errors.Is(got["bad"].Err, fs.ErrPermission) || !strings.Contains(got["bad"].Err.Error(), "open bad:") {
		t.Errorf("got %v", got)
	}
}

// TestVanished: what is listed and gone by the time it is looked at is one bad entry.
func TestVanished(t *testing.T) {
	dir := t.TempDir()
	tree(t, dir, "folder/", "file")
	got := collect(t, dir, walk.Options{Workers: 1, Skip: func(e walk.Entry) bool {
		if e.Path == "folder" {
			if err := os.Remove(filepath.Join(dir, "folder")); err != nil {
				t.Error(err)
			}
		}
		return false
	}})
	if len(got) != 2 || !errors.Is(got["folder"].Err, fs.ErrNotExist) || got["file"].Err != nil {
		t.Errorf("got %v", got)
	}
}

// TestExchanged puts a link in the place of a folder between look and open.
func TestExchanged(t *testing.T) {
	outside, dir := t.TempDir(), t.TempDir()
	tree(t, outside, "secret")
	tree(t, dir, "folder/")
	got := collect(t, dir, walk.Options{Skip: func(e walk.Entry) bool {
		if e.Path == "folder" {
			if err := errors.Join(os.Remove(filepath.Join(dir, "folder")), os.Symlink(outside, filepath.Join(dir, "folder"))); err != nil {
				t.Error(err)
			}
		}
		return false
	}})
	if len(got) != 1 || got["folder"].Err == nil {
		t.Errorf("got %v", got)
	}
}

func TestOddNames(t *testing.T) {
	dir := t.TempDir()
	odd := []string{"\xff\xfe", "new\nline", " ", "...", "-", strings.Repeat("x", 255), "\xc3\x28/", "\xc3\x28/\x80"}
	tree(t, dir, odd...)
	if err := unix.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	got := collect(t, dir, walk.Options{})
	for _, name := range odd {
		if e, ok := got[strings.TrimSuffix(name, "/")]; !ok || e.Err != nil {
			t.Errorf("%q: %+v", name, e)
		}
	}
	if got["pipe"].Mode != fs.ModeNamedPipe || len(got) != len(odd)+1 {
		t.Errorf("got %v", got)
	}
}

// TestDeep goes down further than a path may be long, with few descriptors. At each
// tenth level a second folder waits meanwhile.
func TestDeep(t *testing.T) {
	const levels = 300
	dir, name := t.TempDir(), strings.Repeat("d", 99)
	at, err := unix.Open(dir, unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
	for i := 0; i < levels && err == nil; i++ {
		if err = unix.Mkdirat(at, name, 0o777); err == nil && i%10 == 0 {
			err = unix.Mkdirat(at, "e", 0o777)
		}
		if err == nil {
			var below int
			below, err = unix.Openat(at, name, unix.O_DIRECTORY|unix.O_CLOEXEC, 0)
			unix.Close(at)
			at = below
		}
	}
	if err != nil {
		t.Fatal(err)
	}
	unix.Close(at)
	fewDescriptors(t)
	deepest, found := 0, 0
	err = walk.Walk(t.Context(), dir, walk.Options{Stat: true}, func(e walk.Entry) error {
		found++
		deepest = max(deepest, len(e.Path))
		return e.Err
	})
	if err != nil || found != levels+levels/10 || deepest != 100*levels-1 {
		t.Errorf("found %d, the deepest has %d bytes, %v", found, deepest, err)
	}
}

// fewDescriptors lets this process open no more than 64 files until the test ends.
func fewDescriptors(t *testing.T) {
	t.Helper()
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		t.Fatal(err)
	}
	few := limit
	few.Cur = 64
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &few); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			t.Error(err)
		}
	})
}

// TestWide has more folders in one than may wait.
func TestWide(t *testing.T) {
	dir := t.TempDir()
	const width = 4_500
	for i := range width {
		if err := os.Mkdir(filepath.Join(dir, strconv.Itoa(i)), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	fewDescriptors(t)
	got := collect(t, dir, walk.Options{})
	for name, e := range got {
		if e.Err != nil {
			t.Error(name, e.Err)
		}
	}
	if len(got) != width {
		t.Errorf("found %d", len(got))
	}
}

// asNobody runs the test again as a user whom modes bind; it is true in that run.
func asNobody(t *testing.T, test string) bool {
	t.Helper()
	exe, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	dir, err := os.MkdirTemp("", "walk")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	self := filepath.Join(dir, "test")
	if err := errors.Join(os.WriteFile(self, exe, 0o755), os.Chmod(self, 0o755), os.Chmod(dir, 0o777)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^"+test+"$")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
	return false
}
