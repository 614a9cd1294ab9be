package disk

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"crawl/fetch/frontier"
)

// TestQueueAgainstAModel does at random what the scheduler and Add do with a queue, with
// entries on disk that are not pushed yet, and with pushes while it is loaded.
func TestQueueAgainstAModel(t *testing.T) {
	for seed := range uint64(15) {
		r := rand.New(rand.NewPCG(9, seed))
		f := open(t, Options{Window: 1 + r.IntN(30)})
		q := &queue{backlog: &f.backlog, host: "a"}
		var model, written, gone []frontier.Entry
		n := 0
		push := func() {
			for _, e := range written {
				q.Push(e)
				model = append(model, e)
			}
			written = nil
			slices.SortStableFunc(model, func(a, b frontier.Entry) int { return int(a.Depth - b.Depth) })
		}
		for range 600 {
			switch r.IntN(5) {
			case 0: // Add writes, and pushes a little later
				push()
				var list []frontier.Entry
				for range r.IntN(12) {
					n++
					list = append(list, frontier.Entry{URL: fmt.Sprint("http://a/", n), Host: "a", Depth: int32(r.IntN(3))})
				}
				var err error
				if written, err = f.write(nil, list, make([]frontier.Verdict, len(list))); err != nil {
					t.Fatal(err)
				}
			case 1:
				push()
			case 2: // what was leased is done, and off the disk
				for i := range gone {
					f.settled = append(f.settled, settled{spotOf(&gone[i]), "a", 0})
				}
				gone = nil
				if err := f.Durable(t.Context(), 0); err != nil {
					t.Fatal(err)
				}
			default:
				if q.Len() != len(model) {
					t.Fatalf("seed %d: %d wait, want %d", seed, q.Len(), len(model))
				}
				if q.Len() == 0 {
					continue
				}
				if !q.Loaded() {
					q.StartLoad()
					if r.IntN(3) == 0 {
						push()
					}
					if err := q.Load(); err != nil {
						t.Fatal(err)
					}
					if r.IntN(3) == 0 {
						push()
					}
					q.EndLoad()
					continue
				}
				e, err := q.Pop()
				if err != nil || e != model[0] {
					t.Fatalf("seed %d: got %+v, %v, want %+v", seed, e, err, model[0])
				}
				model, gone = model[1:], append(gone, e)
			}
			if len(q.head) > loadMost || f.backlog.inMemory != len(q.head) || f.backlog.queued != len(model) {
				t.Fatalf("seed %d: %d in head, %+v, want %d queued", seed, len(q.head), f.backlog, len(model))
			}
		}
		if len(f.taken.since) != len(gone) {
			t.Errorf("seed %d: %d entries are taken, want %d", seed, len(f.taken.since), len(gone))
		}
		closing(t, f)
	}
}

// A log is durable once it is closed or Flush was called, and other files when they are synced.
func TestFaultFSSyncs(t *testing.T) {
	for _, test := range []struct {
		name                    string
		flush, sync, end, wants bool
	}{
		{"1.log", false, true, false, false},
		{"1.log", true, true, false, true},
		{"1.log", false, false, true, true},
		{"1.sst", false, true, false, true},
		{"1.sst", false, false, true, false},
	} {
		disk := vfs.NewCrashableMem()
		f := &faultFS{FS: disk}
		file, err := f.Create(test.name, vfs.WriteCategoryUnspecified)
		if err != nil {
			t.Fatal(err)
		}
		dir, err := f.OpenDir("")
		if err == nil {
			err = dir.Sync()
		}
		if err != nil {
			t.Fatal(err)
		}
		_, _ = file.Write([]byte("text"))
		f.syncLogs.Store(test.flush)
		if test.sync {
			_ = file.Sync()
		}
		if test.end {
			_ = file.Close()
		}
		info, err := clone(disk, true).Stat(test.name)
		if err != nil || (info.Size() == 4) != test.wants {
			t.Errorf("%+v: %d bytes survive, %v", test, info.Size(), err)
		}
		if err := f.fault(); err != nil {
			t.Errorf("%+v: %v", test, err)
		}
	}
}
