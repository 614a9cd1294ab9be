package files_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"testing"

	"crawl/files"

	"golang.org/x/sys/unix"
)

func existing(t *testing.T, root string) *files.Direct {
	t.Helper()
	eng := direct(t, root, files.Options{Existing: true})
	t.Cleanup(func() { eng.Close() })
	return eng
}

// TestReadStartOfProc: there a read may be short of what is left.
func TestReadStartOfProc(t *testing.T) {
	eng := existing(t, "/proc")
	want, err := os.ReadFile("/proc/kallsyms")
	if err != nil || len(want) < 100<<10 {
		t.Fatalf("%d bytes, %v", len(want), err)
	}
	buf := make([]byte, len(want)+1)
	start, err := eng.ReadStart(t.Context(), "kallsyms", buf)
	if err != nil || start.Rest != nil || !bytes.Equal(buf[:start.N], want) {
		t.Errorf("%d bytes, rest %v, %v, want %d", start.N, start.Rest, err, len(want))
	}
}

func TestReadStartOfDevices(t *testing.T) {
	eng := existing(t, "/dev")
	for _, name := range []string{"zero", "null", "full", "urandom"} {
		for _, size := range []int{0, 1, 10000} {
			if start, err := eng.ReadStart(t.Context(), name, make([]byte, size)); start.N != 0 || !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%d bytes of %s: %d, %v", size, name, start.N, err)
			}
		}
	}
}

// TestReadStartOfPlantedDevices needs the right to make some; without it nobody
// can plant them either.
func TestReadStartOfPlantedDevices(t *testing.T) {
	root := t.TempDir()
	for name, minor := range map[string]uint32{"null": 3, "zero": 5, "full": 7, "urandom": 9} {
		err := unix.Mknod(root+"/"+name, unix.S_IFCHR|0o666, int(unix.Mkdev(1, minor)))
		if errors.Is(err, unix.EPERM) {
			t.Skip(err)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	eng := existing(t, root)
	for _, name := range []string{"zero", "null", "full", "urandom"} {
		for _, size := range []int{0, 1, 10000} {
			start, err := eng.ReadStart(t.Context(), name, make([]byte, size))
			if errors.Is(err, unix.EACCES) {
				t.Skip("the file system is mounted nodev")
			}
			if start.N != 0 || !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%d bytes of %s: %d, %v", size, name, start.N, err)
			}
		}
	}
}
