package disk

import (
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/cockroachdb/pebble/v2/vfs"
	"github.com/cockroachdb/pebble/v2/vfs/errorfs"

	"crawl/fetch/frontier"
)

// tryCrawl crawls as a crawl does, with syncs, and with the store's flushes of what it has
// in memory. It returns the error that ended it.
func tryCrawl(t *testing.T, f *Frontier, j *journal, n int) error {
	t.Helper()
	if _, err := f.Add(t.Context(), page(0, 0, "")); err != nil {
		return err
	}
	for i := 0; f.Stats().Queued > 0; i++ {
		e, err := f.Next(t.Context())
		if err != nil {
			return err
		}
		if _, err := f.Add(t.Context(), links(e, n)...); err != nil {
			return err
		}
		j.record(e.URL)
		if err := f.Settle(t.Context(), e, frontier.Outcome{}); err != nil {
			return err
		}
		if i%5 == 0 {
			if err := errors.Join(f.Flush(t.Context()), f.Durable(t.Context(), j.position())); err != nil {
				return err
			}
		}
		if i%8 == 0 {
			if err := f.fail(f.db.Flush()); err != nil {
				return err
			}
		}
	}
	return nil
}

// TestFaults has the Nth write, or the Nth read, fail for each N. Nothing panics, nothing
// hangs, every error is ours and tells of the fault, and when the disk is well again the
// crawl goes on with no page lost or recorded twice.
func TestFaults(t *testing.T) {
	const n = 16
	for name, kind := range map[string]errorfs.OpReadWrite{"write": errorfs.OpIsWrite, "read": errorfs.OpIsRead} {
		t.Run(name, func(t *testing.T) {
			for at := int64(1); ; at++ {
				disk := vfs.NewCrashableMem()
				var met atomic.Int64
				failing := errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
					if op.Kind.ReadOrWrite() == kind && met.Add(1) == at {
						return errorfs.ErrInjected
					}
					return nil
				}))
				j := &journal{}
				synctest.Test(t, func(t *testing.T) { faulty(t, failing, j, n, fmt.Sprint(name, " ", at)) })
				f := open(t, j.options(clone(disk, false)))
				crawlOn(t, f, j, n)
				closing(t, f)
				j.check(t, n, fmt.Sprintf("%s %d failed", name, at))
				if met.Load() < at {
					t.Logf("%d were made", met.Load())
					return
				}
			}
		})
	}
}

// faulty crawls until the fault.
func faulty(t *testing.T, disk vfs.FS, j *journal, n int, what string) {
	expect := func(when string, err error) {
		t.Helper()
		if err == nil || errors.Is(err, frontier.ErrClosed) {
			return
		}
		if e, ok := errors.AsType[*Error](err); !ok || e.Dir != "frontier" || !errors.Is(err, errorfs.ErrInjected) {
			t.Errorf("%s, %s: %v", what, when, err)
		}
	}
	f, err := Open(t.Context(), "frontier", j.options(disk))
	if err != nil {
		expect("open", err)
		return
	}
	if err := tryCrawl(t, f, j, n); err != nil {
		expect("crawl", err)
		_, err := f.Add(t.Context(), page(1, 1, ""))
		expect("add after that", err)
		expect("durable after that", f.Durable(t.Context(), 0))
	}
	expect("close", f.Close())
	<-time.After(time.Second) // for what the store does in the background
}

// crawlOn crawls to the end.
func crawlOn(t *testing.T, f *Frontier, j *journal, n int) {
	t.Helper()
	add(t, f, page(0, 0, "")) // in case not even that was there
	crawl(t, f, j, n, func(string) bool { return false })
}

// A fault stays, whatever works again after it, and the folder is left alone from then on.
func TestFaultStays(t *testing.T) {
	disk := vfs.NewCrashableMem()
	var fails atomic.Bool
	f := open(t, Options{disk: errorfs.Wrap(disk, errorfs.InjectorFunc(func(op errorfs.Op) error {
		if fails.Load() && op.Kind.ReadOrWrite() == errorfs.OpIsWrite {
			return errorfs.ErrInjected
		}
		return nil
	}))})
	add(t, f, entry("a", "1", 0))
	before := names(t, disk)
	fails.Store(true)
	if _, err := f.Add(t.Context(), entry("a", "2", 0)); !errors.Is(err, errorfs.ErrInjected) {
		t.Errorf("add: %v", err)
	}
	fails.Store(false)
	if _, err := f.Add(t.Context(), entry("a", "3", 0)); !errors.Is(err, errorfs.ErrInjected) {
		t.Errorf("add, later: %v", err)
	}
	_ = f.db.Flush() // would make files, and remove others
	if err := f.Close(); !errors.Is(err, errorfs.ErrInjected) {
		t.Errorf("close: %v", err)
	}
	if after := names(t, disk); !slices.Equal(before, after) {
		t.Errorf("the folder held %v and holds %v", before, after)
	}
	f = open(t, Options{disk: disk})
	defer closing(t, f)
	if got := add(t, f, entry("a", "1", 0), entry("a", "3", 0)); got[0] != frontier.Known || got[1] != frontier.Fresh {
		t.Errorf("got %v", got)
	}
}

func names(t *testing.T, disk vfs.FS) []string {
	t.Helper()
	list, err := disk.List("frontier")
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(list)
	return list
}
