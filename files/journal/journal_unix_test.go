//go:build unix

package journal

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"golang.org/x/sys/unix"
)

// TestPlantedPipe: whoever opens one for reading waits for a writer.
func TestPlantedPipe(t *testing.T) {
	for _, name := range []string{Name, markerName, State + "/lock"} {
		t.Run(name, func(t *testing.T) {
			f := newFolder(t)
			path := filepath.Join(f.dir, name)
			if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), unix.Mkfifo(path, 0o600)); err != nil {
				t.Fatal(err)
			}
			_, err := Open(t.Context(), f.eng, testFormat, Options{})
			if !errors.Is(err, fs.ErrInvalid) || err.Error() != "open "+name+": not a regular file" {
				t.Errorf("got %v", err)
			}
		})
	}
	t.Run("a body", func(t *testing.T) {
		f := newFolder(t)
		m := f.open(Options{})
		f.run(m, "a", "b")
		f.kill(m)
		path := filepath.Join(f.dir, "bodies/h/a")
		if err := errors.Join(os.Remove(path), unix.Mkfifo(path, 0o600)); err != nil {
			t.Fatal(err)
		}
		f.close(f.open(Options{}))
		f.expect("b")
	})
}
