package disk

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"crawl/fetch/frontier"
)

func newTestIndex(t *testing.T, disk vfs.FS) *index {
	t.Helper()
	x := openIndex(disk, indexFile)
	t.Cleanup(func() { x.close(disk, indexFile) })
	x.whole.Store(true)
	return x
}

// An index has what was added, in batches and by the piece, beside those who ask, and
// nothing else.
func TestIndex(t *testing.T) {
	const n = 100_000
	x := newTestIndex(t, vfs.NewMem())
	of := newFingerprinter()
	print := func(i int) fingerprint { return of.of(fmt.Sprintf("https://example.com/%d", i)) }
	var all sync.WaitGroup
	for _, batch := range []int{1, 7, 5_000} {
		all.Go(func() {
			for i := 0; i < n; i += batch {
				var prints []fingerprint
				for j := i; j < min(i+batch, n); j++ {
					prints = append(prints, print(j))
				}
				x.add(prints)
				for j := i; j < min(i+batch, n); j++ {
					if known, sure := x.has(print(j)); !known || !sure {
						t.Errorf("it lost %d", j)
						return
					}
				}
				if known, sure := x.has(print(n + i)); known || !sure {
					t.Errorf("it has %d, which it never had", n+i)
					return
				}
			}
		})
	}
	all.Wait()
	for i := range 2 * n {
		if known, sure := x.has(print(i)); known != (i < n) || !sure {
			t.Fatalf("%d: known %v, sure %v", i, known, sure)
		}
	}
	if least := n / pagePrints; int(x.pages) > 2*least {
		t.Errorf("%d pages, %d would do", x.pages, least)
	}
}

// An index that is not whole is sure only of what it has.
func TestIndexUnfinished(t *testing.T) {
	x := newTestIndex(t, vfs.NewMem())
	x.whole.Store(false)
	of := newFingerprinter()
	x.add([]fingerprint{of.of("a")})
	if known, sure := x.has(of.of("a")); !known || !sure {
		t.Errorf("of what it has: known %v, sure %v", known, sure)
	}
	if known, sure := x.has(of.of("b")); known || sure {
		t.Errorf("of what it has not: known %v, sure %v", known, sure)
	}
}

// hookedFile has something happen behind each read.
type hookedFile struct {
	vfs.File
	behind func()
}

func (f hookedFile) ReadAt(p []byte, at int64) (int, error) {
	defer f.behind()
	return f.File.ReadAt(p, at)
}

// An index that becomes whole while it is asked may have been read too early to be sure.
func TestIndexBecomesWhole(t *testing.T) {
	x := newTestIndex(t, vfs.NewMem())
	x.whole.Store(false)
	x.file = hookedFile{x.file, func() { x.whole.Store(true) }}
	of := newFingerprinter()
	if known, sure := x.has(of.of("a")); known || sure {
		t.Errorf("known %v, sure %v", known, sure)
	}
	if known, sure := x.has(of.of("a")); known || !sure {
		t.Errorf("once it is whole: known %v, sure %v", known, sure)
	}
}

// An index that can't be read says so, and that once and for all.
func TestIndexBroken(t *testing.T) {
	fails := false
	x := newTestIndex(t, failing(vfs.NewMem(), func(op errorfs.Op) bool { return fails && op.Kind == errorfs.OpFileReadAt }))
	of := newFingerprinter()
	x.add([]fingerprint{of.of("a")})
	for _, fails = range []bool{true, false} {
		if known, sure := x.has(of.of("a")); known || sure {
			t.Errorf("known %v, sure %v", known, sure)
		}
		x.add([]fingerprint{of.of("b")})
	}
}

// failing is a disk that fails in what it is asked for.
func failing(disk vfs.FS, when func(errorfs.Op) bool) vfs.FS {
	return errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if when(op) {
			return errors.New("the disk fails")
		}
		return nil
	}))
}

// A frontier needs no index: all faults of that, and of that only, go unheard.
func TestIndexFaults(t *testing.T) {
	for name, kind := range map[string]errorfs.OpKind{
		"open": errorfs.OpOpen, "read": errorfs.OpFileReadAt, "write": errorfs.OpFileWriteAt, "remove": errorfs.OpRemove,
	} {
		t.Run(name, func(t *testing.T) {
			met := false
			f := open(t, Options{disk: failing(vfs.NewMem(), func(op errorfs.Op) bool {
				hit := filepath.Base(op.Path) == indexFile && op.Kind == kind
				met = met || hit
				return hit
			})})
			for _, want := range []frontier.Verdict{frontier.Fresh, frontier.Known} {
				if verdicts, err := f.Add(t.Context(), page(0, 0, "")); err != nil || verdicts[0] != want {
					t.Errorf("%v, %v, want %v", verdicts, err, want)
				}
			}
			closing(t, f)
			if !met {
				t.Error("the index's file was never asked for that")
			}
		})
	}
}

// An index that is closed while it is filled is not whole, and soon done.
func TestIndexClosedUnfinished(t *testing.T) {
	f := open(t, Options{disk: vfs.NewMem()})
	defer closing(t, f)
	if _, err := f.Add(t.Context(), page(0, 0, "")); err != nil {
		t.Fatal(err)
	}
	it, err := f.db.NewIter(nil)
	if err != nil {
		t.Fatal(err)
	}
	x := newTestIndex(t, vfs.NewMem())
	x.whole.Store(false)
	x.broken.Store(true)
	if x.fill(&f.prints, it); x.whole.Load() {
		t.Error("it is whole")
	}
}

// What is known stays known over restarts, while the index is filled and when it is, and
// one that was left behind by a process that was killed is not believed.
func TestIndexAnew(t *testing.T) {
	dir := t.TempDir()
	const n = 5_000
	entry := func(i int) frontier.Entry {
		return frontier.Entry{URL: fmt.Sprintf("https://example.com/%d", i), Host: "example.com:443", Depth: 1}
	}
	open := func() *Frontier {
		f, err := Open(t.Context(), dir, Options{})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	add := func(f *Frontier, i int, want frontier.Verdict) {
		t.Helper()
		verdicts, err := f.Add(t.Context(), entry(i))
		if err != nil || verdicts[0] != want {
			t.Fatalf("%d: %v, %v, want %v", i, verdicts, err, want)
		}
	}
	f := open()
	for i := range n {
		add(f, i, frontier.Fresh)
		add(f, i/2, frontier.Known)
	}
	path := filepath.Join(dir, indexFile)
	if _, err := os.Stat(path); runtime.GOOS != "windows" && !errors.Is(err, os.ErrNotExist) {
		t.Errorf("while it is open, and may be killed: %v", err)
	}
	for restart := range 2 {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(path); !errors.Is(err, os.ErrNotExist) {
			t.Errorf("after Close: %v", err)
		}
		if err := os.WriteFile(path, []byte("rubbish"), 0o600); err != nil {
			t.Fatal(err)
		}
		f = open()
		if restart > 0 {
			f.filling.Wait()
			if !f.index.whole.Load() {
				t.Error("the index is not whole")
			}
		}
		for i := range n { // f.recent has none of them
			add(f, i, frontier.Known)
		}
		add(f, n+restart, frontier.Fresh)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
