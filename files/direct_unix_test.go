//go:build unix

package files_test

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"crawl/files"

	"golang.org/x/sys/unix"
)

// limited runs the test that calls it in a process of its own, and reports whether this
// is that process: a limit of the process must not hit what go test itself writes.
func limited(t *testing.T) bool {
	t.Helper()
	const name = "CRAWL_LIMITED_TEST"
	if os.Getenv(name) == t.Name() {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Env = append(os.Environ(), name+"="+t.Name())
	out, err := cmd.CombinedOutput()
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// fileSizeLimit makes every write beyond n bytes of a file fail, after a short write up
// to there, in a process that [limited] has made.
func fileSizeLimit(t *testing.T, n uint64) {
	t.Helper()
	signal.Ignore(unix.SIGXFSZ)
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_FSIZE, &old); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_FSIZE, &unix.Rlimit{Cur: n, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
}

func TestWriteThatFailsMidway(t *testing.T) {
	if !limited(t) {
		return
	}
	root := t.TempDir()
	eng := direct(t, root, files.Options{})
	defer eng.Close()
	for _, name := range []string{"d/old", "d/older"} {
		if err := eng.PutFile(t.Context(), name, []byte("old")); err != nil {
			t.Fatal(err)
		}
	}
	fileSizeLimit(t, 1000)
	big := make([]byte, 4096)

	if err := eng.WriteFile(t.Context(), "d/old", big); !errors.Is(err, syscall.EFBIG) || err.Error() != "write d/old: file too large" {
		t.Errorf("WriteFile: %v", err)
	}
	for _, name := range []string{"d/new", "d/older"} {
		if err := eng.PutFile(t.Context(), name, big); !errors.Is(err, syscall.EFBIG) || !strings.Contains(err.Error(), name) {
			t.Errorf("PutFile: %v", err)
		}
	}
	if left, err := filepath.Glob(filepath.Join(root, "d/*")); err != nil || len(left) != 1 {
		t.Errorf("left are %v, %v", left, err)
	}
	if got, err := eng.ReadFile(t.Context(), "d/old"); err != nil || string(got) != "old" {
		t.Errorf("WriteFile changed the file to %q, %v", got, err)
	}
}

func TestLogThatFailsMidway(t *testing.T) {
	if !limited(t) {
		return
	}
	eng := direct(t, t.TempDir(), files.Options{})
	defer eng.Close()
	log, err := files.OpenLog(t.Context(), eng, "log")
	if err != nil {
		t.Fatal(err)
	}
	fileSizeLimit(t, 1000)
	line := []byte(strings.Repeat("x", 299) + "\n")
	for range 3 {
		if _, err := log.Append(t.Context(), line); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := log.Append(t.Context(), line); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("Append: %v", err)
	}
	if info, err := eng.Stat(t.Context(), "log"); err != nil || info.Size() != 900 || log.Size() != 900 {
		t.Errorf("%v holds %d, Size %d, want 900", err, info.Size(), log.Size())
	}
	if err := log.Close(); !errors.Is(err, syscall.EFBIG) {
		t.Errorf("Close: %v", err)
	}
}

// TestPlantedPipe: opening a pipe for writing would wait for a reader, for ever.
func TestPlantedPipe(t *testing.T) {
	root := t.TempDir()
	eng := direct(t, root, files.Options{})
	defer eng.Close()
	if err := unix.Mkfifo(filepath.Join(root, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := eng.ReadDir(t.Context(), "pipe"); err == nil {
		t.Error("a pipe was read as a folder")
	}
	if err := eng.PutFile(t.Context(), "pipe/below", nil); !errors.Is(err, syscall.ENOTDIR) {
		t.Error(err)
	}
	if err := eng.PutFile(t.Context(), "pipe", []byte("x")); err != nil {
		t.Fatal(err)
	}
	if info, err := eng.Stat(t.Context(), "pipe"); err != nil || !info.Mode().IsRegular() {
		t.Errorf("%v, %v", info.Mode(), err)
	}
}

// TestPlantedPipeIsNotOpened: whoever opens one for reading waits for a writer.
func TestPlantedPipeIsNotOpened(t *testing.T) {
	root := t.TempDir()
	eng := direct(t, root, files.Options{})
	defer eng.Close()
	socket, err := net.ListenUnix("unix", &net.UnixAddr{Name: filepath.Join(root, "socket")})
	if err != nil {
		t.Fatal(err)
	}
	defer socket.Close()
	if err := errors.Join(unix.Mkfifo(filepath.Join(root, "pipe"), 0o600), os.Symlink("pipe", filepath.Join(root, "link"))); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pipe", "link", "socket"} {
		_, readErr := eng.ReadFile(t.Context(), name)
		_, lockErr := files.Lock(t.Context(), eng, name)
		_, logErr := files.OpenLog(t.Context(), eng, name)
		errs := []error{readErr, lockErr, logErr}
		for _, flag := range []int{os.O_RDONLY, os.O_WRONLY, os.O_RDWR | os.O_CREATE, os.O_WRONLY | os.O_CREATE | os.O_TRUNC} {
			_, err := eng.Open(t.Context(), name, flag)
			errs = append(errs, err)
		}
		for _, err := range errs {
			if !errors.Is(err, fs.ErrInvalid) || err.Error() != "open "+name+": not a regular file" {
				t.Errorf("got %v", err)
			}
		}
	}
}

// TestFileBehindALink: os knows such a file by its whole path, its errors must not.
func TestFileBehindALink(t *testing.T) {
	if !limited(t) {
		return
	}
	root := t.TempDir()
	eng := direct(t, root, files.Options{})
	defer eng.Close()
	if err := errors.Join(eng.PutFile(t.Context(), "file", nil), os.Symlink("file", filepath.Join(root, "link"))); err != nil {
		t.Fatal(err)
	}
	f, err := eng.Open(t.Context(), "link", os.O_WRONLY)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	fileSizeLimit(t, 1000)
	if _, err := f.Write(make([]byte, 4096)); !errors.Is(err, syscall.EFBIG) || err.Error() != "write link: file too large" {
		t.Errorf("got %v", err)
	}
}

func TestDescriptorsRunOut(t *testing.T) {
	root := t.TempDir()
	eng := direct(t, root, files.Options{})
	defer eng.Close()
	var old unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	spare, err := os.Open(root) // its number is the lowest that is free
	if err != nil {
		t.Fatal(err)
	}
	low := uint64(spare.Fd())
	if err := spare.Close(); err != nil {
		t.Fatal(err)
	}
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: low, Max: old.Max}); err != nil {
		t.Fatal(err)
	}
	put := eng.PutFile(t.Context(), "d/f", nil)
	_, open := eng.Open(t.Context(), "f", os.O_RDWR|os.O_CREATE)
	if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &old); err != nil {
		t.Fatal(err)
	}
	for _, err := range []error{put, open} {
		if _, ok := errors.AsType[*fs.PathError](err); !ok || !errors.Is(err, syscall.EMFILE) {
			t.Errorf("got %v", err)
		}
	}
	if err := eng.PutFile(t.Context(), "d/f", nil); err != nil {
		t.Error("after it:", err)
	}
}
