package files_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"crawl/files"
)

func TestExisting(t *testing.T) {
	root := filepath.Join(t.TempDir(), "misspelt")
	_, directErr := files.NewDirect(root, files.Options{Existing: true})
	_, poolErr := files.NewPool(root, files.Options{Existing: true})
	for _, err := range []error{directErr, poolErr} {
		if !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("got %v", err)
		}
	}
	if _, err := os.Stat(root); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the folder was made: %v", err)
	}
	if err := os.Mkdir(root, 0o755); err != nil {
		t.Fatal(err)
	}
	eng, err := files.NewDirect(root, files.Options{Existing: true})
	if err != nil {
		t.Fatal(err)
	}
	if err := eng.Close(); err != nil {
		t.Error(err)
	}
}

// TestWidths counts how many calls run at once while one more waits.
func TestWidths(t *testing.T) {
	newDirect := func(root string, opt files.Options) (files.Engine, error) { return files.NewDirect(root, opt) }
	newPool := func(root string, opt files.Options) (files.Engine, error) { return files.NewPool(root, opt) }
	for _, test := range []struct {
		open        func(string, files.Options) (files.Engine, error)
		asked, want int
	}{
		{newDirect, 0, 64}, {newDirect, -1, 64}, {newDirect, 3, 3}, {newDirect, 1 << 20, 1024},
		{newPool, 0, 16}, {newPool, -1, 16}, {newPool, 3, 3}, {newPool, 1 << 20, 1024},
	} {
		root := t.TempDir()
		synctest.Test(t, func(t *testing.T) {
			eng, err := test.open(root, files.Options{Width: test.asked})
			if err != nil {
				t.Fatal(err)
			}
			var running atomic.Int64
			var calls sync.WaitGroup
			gate := make(chan struct{})
			for range test.want + 1 {
				calls.Go(func() {
					if err := eng.Do(t.Context(), "wait", ".", func(*os.Root) error { running.Add(1); <-gate; return nil }); err != nil {
						t.Error(err)
					}
				})
			}
			synctest.Wait()
			if n := running.Load(); n != int64(test.want) {
				t.Errorf("%T asked for %d: %d run, want %d", eng, test.asked, n, test.want)
			}
			close(gate)
			calls.Wait()
			if err := eng.Close(); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestIsTemp(t *testing.T) {
	for name, want := range map[string]bool{
		".file.tmp-3w5e11264sgsf":              true,
		".a.tmp-b.tmp-0":                       true,
		".file.tmp-":                           false,
		".file.tmp-A B":                        false,
		"file.tmp-3w5e11264sgsf":               false,
		".tmp-3w5e11264sgsf":                   false,
		".file":                                false,
		"":                                     false,
		".file.tmp-" + strings.Repeat("z", 14): false, // beyond 64 bits
	} {
		if files.IsTemp(name) != want {
			t.Errorf("%q: %v", name, !want)
		}
	}
}
