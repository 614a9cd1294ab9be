package files

import (
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"slices"
	"testing"
)

// tracked is an engine that keeps a list of what to sync, as on systems without syncfs.
func tracked(t *testing.T) *Direct {
	d, err := NewDirect(t.TempDir(), Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	d.written = new(unsynced)
	return d
}

func (u *unsynced) list() []string { return slices.Sorted(maps.Keys(u.names)) }

func TestUnsyncedKnowsWhatChanged(t *testing.T) {
	ctx := t.Context()
	d := tracked(t)
	f, err := d.Open(ctx, "log", os.O_RDWR|os.O_CREATE)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	write := func() error { _, err := f.WriteAt([]byte("x"), 0); return err }
	for _, step := range []struct {
		do   func() error
		want []string
	}{
		{func() error { return nil }, []string{".", "log"}},
		{write, []string{".", "log"}},
		{func() error { return d.PutFile(ctx, "a/b/c", nil) }, []string{".", "a", "a/b", "a/b/c"}},
		{func() error { return d.Rename(ctx, "a", "d/e") }, []string{".", "d", "d/e"}},
		{func() error { return errors.Join(write(), d.Rename(ctx, "log", "d/log")) }, []string{".", "d", "d/log"}},
		{func() error { return errors.Join(d.PutFile(ctx, "f/g/h", nil), d.Rename(ctx, "f", "i")) }, []string{".", "i", "i/g", "i/g/h"}},
		{func() error { return errors.Join(d.PutFile(ctx, "gone", nil), d.Remove(ctx, "gone")) }, []string{".", "gone"}},
		{func() error { return f.Truncate(0) }, []string{".", "log"}}, // by its old name: Rename came after Open
	} {
		if err := step.do(); err != nil {
			t.Fatal(err)
		}
		if got := d.written.list(); !slices.Equal(got, step.want) {
			t.Errorf("got %q, want %q", got, step.want)
		}
		if err := d.written.sync(d.root); err != nil {
			t.Error(err)
		}
		if got := d.written.list(); len(got) != 0 {
			t.Errorf("after the sync: %q", got)
		}
	}
}

func TestUnsyncedIsBounded(t *testing.T) {
	d := tracked(t)
	for i := range 2 * maxUnsynced {
		d.written.add(d.root, fmt.Sprint("gone/", i))
		if n := len(d.written.names); n >= maxUnsynced+2 {
			t.Fatalf("%d names", n)
		}
	}
	d.written.err = errors.Join(d.written.err, fs.ErrInvalid) // as if one of those had failed
	if err := d.written.sync(d.root); !errors.Is(err, fs.ErrInvalid) {
		t.Errorf("the error of an early sync was lost: %v", err)
	}
	if err := d.written.sync(d.root); err != nil {
		t.Errorf("and came twice: %v", err)
	}
}
