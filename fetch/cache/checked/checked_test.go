package checked_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crawl/fetch"
	"crawl/fetch/cache/checked"
	"crawl/files"
)

func newEngine(t *testing.T) (dir string, eng files.Engine) {
	t.Helper()
	dir = t.TempDir()
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eng.Close() })
	return dir, eng
}

func sum(s string) string { return fmt.Sprintf("%x", sha256.Sum256([]byte(s))) }

func TestOpen(t *testing.T) {
	for _, size := range []int{0, 1, 64 << 10, 64<<10 + 1, 1 << 20} {
		dir, eng := newEngine(t)
		body := strings.Repeat("x", size)
		write := func(s string) {
			if err := os.WriteFile(filepath.Join(dir, "f"), []byte(s), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		open := func() (io.ReadCloser, error) { return checked.Open(t.Context(), eng, "f", int64(size), sum(body)) }

		if _, err := open(); !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%d: no file: %v", size, err)
		}
		write(body)
		r, err := open()
		if err != nil {
			t.Fatalf("%d: %v", size, err)
		}
		if got, err := io.ReadAll(r); string(got) != body || err != nil {
			t.Errorf("%d: read %d bytes, %v", size, len(got), err)
		}
		if err := r.Close(); err != nil {
			t.Error(err)
		}
		others := []string{body + "x"}
		if size > 0 {
			others = append(others, body[1:], "y"+body[1:])
		}
		for _, other := range others {
			write(other)
			if _, err := open(); !isError(err) {
				t.Errorf("%d: %d other bytes: %v", size, len(other), err)
			}
		}
	}
}

func isError(err error) bool {
	var e *checked.Error
	return errors.As(err, &e)
}

func TestOpenWhatIsNoFile(t *testing.T) {
	dir, eng := newEngine(t)
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"folder", "../f", "/etc/passwd", "a/../../b", ""} {
		if _, err := checked.Open(t.Context(), eng, path, 0, sum("")); !isError(err) {
			t.Errorf("%q: %v", path, err)
		}
	}
}

// A large body that is cut between the check and its use must not pass for whole.
func TestBodyCutAfterTheCheck(t *testing.T) {
	dir, eng := newEngine(t)
	body := strings.Repeat("x", 1<<20)
	name := filepath.Join(dir, "f")
	if err := os.WriteFile(name, []byte(body), 0o600); err != nil {
		t.Fatal(err)
	}
	r, err := checked.Open(t.Context(), eng, "f", int64(len(body)), sum(body))
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := os.Truncate(name, 100_000); err != nil {
		t.Fatal(err)
	}
	n, err := io.Copy(io.Discard, r)
	if n != 100_000 || fetch.ClassOf(err) != fetch.ClassDisk || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %d bytes, %v", n, err)
	}
}

func TestOpenHearsItsContext(t *testing.T) {
	dir, eng := newEngine(t)
	if err := os.WriteFile(filepath.Join(dir, "f"), make([]byte, 1<<20), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := checked.Open(ctx, eng, "f", 1<<20, sum("")); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func Example() {
	dir, err := os.MkdirTemp("", "checked")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()

	ctx := context.Background()
	if err := eng.WriteFile(ctx, "page", []byte("hullo")); err != nil { // one byte went wrong
		panic(err)
	}
	_, err = checked.Open(ctx, eng, "page", 5, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824")
	fmt.Println(err)
	// Output: page: has other content than was stored
}
