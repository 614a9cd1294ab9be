package walk_test

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"

	"crawl/files/walk"
)

// collect walks dir and returns the entries by path.
func collect(t testing.TB, dir string, opt walk.Options) map[string]walk.Entry {
	t.Helper()
	found := map[string]walk.Entry{}
	err := walk.Walk(t.Context(), dir, opt, func(e walk.Entry) error {
		if above := filepath.ToSlash(filepath.Dir(e.Path)); above != "." && !found[above].Mode.IsDir() && opt.Skip == nil {
			t.Errorf("%s comes before its folder", e.Path)
		}
		if _, twice := found[e.Path]; twice {
			t.Errorf("%s comes twice", e.Path)
		}
		found[e.Path] = e
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// grow makes a random tree of about so many entries.
func grow(t testing.TB, dir string, r *rand.Rand, entries int) {
	t.Helper()
	folders := []string{dir}
	for i := range entries {
		name := filepath.Join(folders[r.IntN(len(folders))], strconv.Itoa(i))
		var err error
		switch r.IntN(6) {
		case 0, 1:
			err = os.Mkdir(name, 0o777)
			folders = append(folders, name)
		case 2:
			if err = os.Symlink(strings.Repeat("../", r.IntN(4))+strconv.Itoa(r.IntN(entries)), name); err != nil && runtime.GOOS == "windows" {
				err = nil // links want a privilege there
			}
		default:
			err = os.WriteFile(name, make([]byte, r.IntN(100)), 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
}

// TestAgainstWalkDir holds random trees against the walk of path/filepath.
func TestAgainstWalkDir(t *testing.T) {
	for seed := range uint64(8) {
		againstWalkDir(t, seed, 200)
	}
}

func FuzzAgainstWalkDir(f *testing.F) {
	f.Add(uint64(1), uint8(0))
	f.Add(uint64(2), uint8(200))
	f.Fuzz(func(t *testing.T, seed uint64, entries uint8) { againstWalkDir(t, seed, int(entries)) })
}

func againstWalkDir(t *testing.T, seed uint64, entries int) {
	dir := t.TempDir()
	r := rand.New(rand.NewPCG(seed, 0))
	grow(t, dir, r, entries)
	opt := walk.Options{Workers: 1 + r.IntN(8), Stat: r.IntN(2) == 0}
	got := collect(t, dir, opt)
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == dir {
			return err
		}
		rel, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		e, ok := got[filepath.ToSlash(rel)]
		if !ok {
			t.Errorf("seed %d: %s was not found", seed, rel)
			return nil
		}
		delete(got, filepath.ToSlash(rel))
		info, err := d.Info()
		if err != nil {
			return err
		}
		want := walk.Entry{Path: e.Path, Mode: d.Type()}
		if opt.Stat {
			want.Mode, want.ModTime = info.Mode(), info.ModTime()
			if info.Mode().IsRegular() {
				want.Size = info.Size()
			}
		}
		if !e.ModTime.Equal(want.ModTime) || e.Mode != want.Mode || e.Size != want.Size || e.Err != nil {
			t.Errorf("seed %d: got %+v, want %+v", seed, e, want)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for path := range got {
		t.Errorf("seed %d: %s is not there", seed, path)
	}
}

func TestSkip(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a/.b/c", "a/d", ".e"} {
		if err := os.MkdirAll(filepath.Join(dir, name), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	got := collect(t, dir, walk.Options{Skip: walk.Hidden})
	if len(got) != 2 || !got["a"].Mode.IsDir() || !got["a/d"].Mode.IsDir() {
		t.Errorf("got %v", got)
	}
}

// TestManyCallers pulls from many goroutines: each entry goes to one of them, and all
// see the end.
func TestManyCallers(t *testing.T) {
	dir := t.TempDir()
	grow(t, dir, rand.New(rand.NewPCG(1, 2)), 1000)
	w, err := walk.Open(t.Context(), dir, walk.Options{})
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	seen := map[string]int{}
	var all sync.WaitGroup
	for range 16 {
		all.Go(func() {
			for {
				e, err := w.Next(t.Context())
				if err == io.EOF {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				seen[e.Path]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if err := w.Close(); err != nil {
		t.Error(err)
	}
	if _, err := w.Next(t.Context()); err != io.EOF {
		t.Errorf("after the end: %v", err)
	}
	if len(seen) != 1000 {
		t.Errorf("%d entries", len(seen))
	}
	for path, times := range seen {
		if times != 1 {
			t.Errorf("%s came %d times", path, times)
		}
	}
}

// TestEndedEarly: a walk that did not find all never says that it did.
func TestEndedEarly(t *testing.T) {
	dir := t.TempDir()
	for i := range 2_500 {
		if err := os.WriteFile(filepath.Join(dir, strconv.Itoa(i)), nil, 0o666); err != nil {
			t.Fatal(err)
		}
	}
	enough := errors.New("enough")
	rest := func(w *walk.Walker) error {
		for {
			if _, err := w.Next(context.Background()); err != nil {
				return err
			}
		}
	}
	t.Run("context", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		w, err := walk.Open(ctx, dir, walk.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		if _, err := w.Next(ctx); err != nil {
			t.Error(err)
		}
		cancel(enough)
		if err := rest(w); err != enough {
			t.Errorf("got %v", err)
		}
	})
	t.Run("close", func(t *testing.T) {
		w, err := walk.Open(t.Context(), dir, walk.Options{Workers: 1})
		if err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Error(err)
		}
		if err := rest(w); err != fs.ErrClosed {
			t.Errorf("got %v", err)
		}
	})
	t.Run("caller", func(t *testing.T) {
		ctx, cancel := context.WithCancelCause(t.Context())
		calls := 0
		err := walk.Walk(ctx, dir, walk.Options{}, func(walk.Entry) error {
			calls++
			return enough
		})
		if err != enough || calls != 1 {
			t.Errorf("got %v after %d calls", err, calls)
		}
		cancel(enough)
		if err := walk.Walk(ctx, dir, walk.Options{}, func(walk.Entry) error { return nil }); err != enough {
			t.Errorf("got %v", err)
		}
	})
	t.Run("one caller of many", func(t *testing.T) {
		w, err := walk.Open(t.Context(), dir, walk.Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer w.Close()
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(enough)
		n := 0
		for {
			if _, err := w.Next(ctx); err != nil && err != enough {
				t.Fatal(err)
			} else if err != nil {
				break
			}
			n++
		}
		for {
			_, err := w.Next(t.Context())
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
			n++
		}
		if n != 2_500 {
			t.Errorf("%d entries: a caller that left took some along", n)
		}
	})
}

func TestRoot(t *testing.T) {
	if _, err := walk.Open(t.Context(), filepath.Join(t.TempDir(), "none"), walk.Options{}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
	if got := collect(t, t.TempDir(), walk.Options{}); len(got) != 0 {
		t.Errorf("got %v", got)
	}
	root, err := os.OpenRoot(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	root.Close()
	if _, err := walk.Start(t.Context(), root, walk.Options{}); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("got %v", err)
	}
}
