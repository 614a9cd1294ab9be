//go:build unix

package batch_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"crawl/files"
	"crawl/files/batch"
	"crawl/files/errfs"
)

// inputsOf are files with permissions of their own, small and streamed.
func inputsOf(t *testing.T) (*folders, map[string]fs.FileMode) {
	t.Helper()
	large := strings.Repeat("0123456789abcdef", 1<<17)
	f := newFolders(t, map[string]string{
		"private": "a", "run": "b", "fixed": "c", "plain": "d", "shared": "e", "large": large, "large-fixed": large,
	})
	modes := map[string]fs.FileMode{
		"private": 0o600, "run": 0o755, "fixed": 0o444, "plain": 0o644, "shared": 0o664, "large": 0o600, "large-fixed": 0o555,
	}
	for name, mode := range modes {
		if err := os.Chmod(filepath.Join(f.in, name), mode); err != nil {
			t.Fatal(err)
		}
	}
	return f, modes
}

// TestResultsKeepPermissions, also where results with others stand from before.
func TestResultsKeepPermissions(t *testing.T) {
	for _, stands := range []fs.FileMode{0, 0o777, 0o400} {
		f, modes := inputsOf(t)
		for name := range modes {
			if stands == 0 {
				break
			}
			old := filepath.Join(f.out, name+".up")
			if err := errors.Join(os.WriteFile(old, []byte("old"), 0o600), os.Chmod(old, stands)); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := f.run(t, upper(t), f.items(t), nil); err != nil {
			t.Fatal(err)
		}
		for name, want := range modes {
			info, err := os.Stat(filepath.Join(f.out, name+".up"))
			if err != nil {
				t.Fatal(err)
			}
			if info.Mode() != want || info.Size() < 1 {
				t.Errorf("over %v: %s has %v, want %v", stands, name, info.Mode(), want)
			}
		}
	}
}

// TestPermissionsRefused: a result that would be open to others is none.
func TestPermissionsRefused(t *testing.T) {
	f, modes := inputsOf(t)
	disk := f.to
	f.to = errfs.New(disk, errfs.Rule{Op: errfs.DraftChmod, Err: syscall.EPERM})
	_, err := f.run(t, upper(t), f.items(t), nil)
	if e, ok := errors.AsType[*batch.OutputError](err); !ok || !errors.Is(e, syscall.EPERM) {
		t.Errorf("got %v", err)
	}
	if left := f.results(t); len(left) != 0 {
		t.Errorf("left %d of %d", len(left), len(modes))
	}
}

// TestNamedPermissions: words of the command line are read by [files.Named].
func TestNamedPermissions(t *testing.T) {
	f, modes := inputsOf(t)
	for name, want := range modes {
		start, err := files.Named{}.ReadStart(t.Context(), filepath.Join(f.in, name), make([]byte, 10))
		if err != nil || start.Mode != want {
			t.Errorf("%s: %v, %v", name, start.Mode, err)
		}
		if start.Rest != nil {
			start.Rest.Close()
		}
	}
}
