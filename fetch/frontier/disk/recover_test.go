package disk

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// journal is what a crawl records, in memory. A position is a number of records.
type journal struct {
	mu    sync.Mutex // guards names
	names []string
}

func (j *journal) record(name string) {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.names = append(j.names, name)
}

func (j *journal) position() int64 {
	j.mu.Lock()
	defer j.mu.Unlock()
	return int64(len(j.names))
}

// from are the records at or behind a position.
func (j *journal) from(position int64) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, name := range j.names[position:] {
			if !yield(name, nil) {
				return
			}
		}
	}
}

// options are of a frontier that goes by the journal.
func (j *journal) options(disk vfs.FS) Options {
	return Options{Options: schedule.Options{PerHost: 4}, Window: 20, Position: j.position, Recorded: j.from, disk: disk}
}

// page is one of a web that has n: page p leads to pages 2p+1 and 2p+2, and to itself.
func page(p, depth int, parent string) frontier.Entry {
	return frontier.Entry{URL: fmt.Sprint("http://a/", p), Host: fmt.Sprint("host", p%7), Depth: int32(depth), Parent: parent, Input: int32(p)}
}

func links(e frontier.Entry, n int) (list []frontier.Entry) {
	p := int(e.Input)
	for _, to := range []int{2*p + 1, p, 2*p + 2, p / 2} {
		if to < n {
			list = append(list, page(to, int(e.Depth)+1, e.URL))
		}
	}
	return list
}

// crawl visits pages as a crawl does, but for Durable, until the end, or until stop says
// so after a step.
func crawl(t *testing.T, f *Frontier, j *journal, n int, stop func(step string) bool) {
	t.Helper()
	var open []frontier.Entry
	r := rand.New(rand.NewPCG(8, uint64(len(j.names))))
	for {
		for len(open) < 3 && f.Stats().Queued > 0 && f.Stats().Leased < 3 {
			open = append(open, next(t, f))
		}
		if len(open) == 0 {
			return
		}
		i := r.IntN(len(open))
		e := open[i]
		open = slices.Delete(open, i, i+1)
		if stop("leased") {
			return
		}
		add(t, f, links(e, n)...)
		if stop("added") {
			return
		}
		j.record(e.URL)
		if stop("recorded") {
			return
		}
		settle(t, f, e)
		if stop("settled") {
			return
		}
	}
}

// check tests that each page has one record.
func (j *journal) check(t *testing.T, n int, when string) {
	t.Helper()
	slices.Sort(j.names)
	want := make([]string, n)
	for p := range want {
		want[p] = fmt.Sprint("http://a/", p)
	}
	slices.Sort(want)
	if !slices.Equal(j.names, want) {
		t.Fatalf("%s: %d records of %d pages: %v", when, len(j.names), n, j.names)
	}
}

// clone is the disk as it is now: all that was written, or what survives a power failure.
func clone(disk *vfs.MemFS, powerFails bool) *vfs.MemFS {
	if powerFails {
		return disk.CrashClone(vfs.CrashCloneCfg{})
	}
	return disk.CrashClone(vfs.CrashCloneCfg{UnsyncedDataPercent: 100, RNG: rand.New(rand.NewPCG(1, 1))})
}

// TestKilled kills the process after each step of a crawl in turn, and finishes the crawl
// on what is left: no page is lost, and none is recorded twice.
func TestKilled(t *testing.T) {
	const n = 16
	for at := 0; ; at++ {
		disk := vfs.NewCrashableMem()
		j := &journal{}
		f := open(t, j.options(disk))
		add(t, f, page(0, 0, ""))
		steps, last := 0, ""
		crawl(t, f, j, n, func(step string) bool {
			steps++
			last = step
			if steps%7 == 0 {
				if err := f.Durable(t.Context(), j.position()); err != nil {
					t.Fatal(err)
				}
			}
			return steps > at
		})
		left := clone(disk, false)
		records := slices.Clone(j.names)
		closing(t, f)
		if steps <= at {
			j.check(t, n, "undisturbed")
			return
		}
		j.names = records
		f = open(t, j.options(left))
		crawl(t, f, j, n, func(string) bool { return false })
		if s := f.Stats(); s.Queued != 0 || s.Leased != 0 {
			t.Errorf("killed when %s: at the end %+v", last, s)
		}
		closing(t, f)
		j.check(t, n, fmt.Sprintf("killed at step %d, %s", at, last))
	}
}

// TestPowerFails is the same, but all is lost that was not synced: of the journal what
// Durable has not been told of, and of the folder what Flush was not called for.
func TestPowerFails(t *testing.T) {
	const n = 16
	for at := 0; ; at++ {
		disk := vfs.NewCrashableMem()
		j := &journal{}
		f := open(t, j.options(disk))
		add(t, f, page(0, 0, ""))
		if err := f.Flush(t.Context()); err != nil {
			t.Fatal(err)
		}
		left, durable := clone(disk, true), 0
		steps := 0
		crawl(t, f, j, n, func(string) bool {
			if steps++; steps > at {
				return true
			}
			switch steps % 9 { // a group sync, while the crawl goes on
			case 0:
				durable = int(j.position())
				if err := f.Flush(t.Context()); err != nil {
					t.Fatal(err)
				}
				left = clone(disk, true)
			case 5:
				if err := f.Durable(t.Context(), int64(durable)); err != nil {
					t.Fatal(err)
				}
			}
			return false
		})
		// Of what is not synced anything may survive, and here it is the folder that gets
		// further than the journal.
		for name, left := range map[string]*vfs.MemFS{"nothing more": left, "all of the folder": clone(disk, false)} {
			again := &journal{names: slices.Clone(j.names[:durable])}
			f := open(t, again.options(left))
			if f.Stats().Queued == 0 && durable < n { // the journal forgot, and the folder must not have
				t.Fatalf("step %d, %s: nothing waits after %d records", at, name, durable)
			}
			crawl(t, f, again, n, func(string) bool { return false })
			closing(t, f)
			again.check(t, n, fmt.Sprintf("power failed at step %d, %s survived", at, name))
		}
		closing(t, f)
		if steps <= at {
			return
		}
	}
}

// The journal may know more than the folder: of a crawl that had none, or a lost one.
func TestRecordedButUnknown(t *testing.T) {
	j := &journal{names: []string{"http://a/0", "http://a/1", "http://a/0"}}
	disk := vfs.NewMem()
	f := open(t, j.options(disk))
	if got := add(t, f, page(0, 0, ""), page(1, 1, ""), page(2, 1, "")); got[0] != frontier.Known || got[1] != frontier.Known || got[2] != frontier.Fresh {
		t.Errorf("got %v", got)
	}
	listed := page(1, 0, "")
	listed.Line = 4
	if got := add(t, f, listed); got[0] != frontier.Done {
		t.Errorf("what is recorded is %v", got[0])
	}
	closing(t, f)
	f = open(t, j.options(disk))
	if s := f.Stats(); s.Queued != 1 || s.Hosts != 1 {
		t.Errorf("after the next start: %+v", s)
	}
	closing(t, f)
}

// After the next start no list has been read yet, so the end of what waits is not the end.
func TestRestoredIsNotTheEnd(t *testing.T) {
	disk := vfs.NewMem()
	f := open(t, Options{disk: disk})
	add(t, f, entry("a", "1", 0))
	closing(t, f)
	f = open(t, Options{disk: disk})
	defer closing(t, f)
	settle(t, f, next(t, f))
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := f.Next(ctx)
		ended <- err
	}()
	cancel()
	if err := <-ended; err != context.Canceled {
		t.Errorf("got %v", err)
	}
	if err := f.Feed(t.Context(), func(context.Context) (frontier.Entry, error) { return frontier.Entry{}, io.EOF }); err != nil {
		t.Fatal(err)
	}
	if _, err := f.Next(t.Context()); err != io.EOF {
		t.Errorf("after the list: %v", err)
	}
}

func TestOpenErrors(t *testing.T) {
	lost := errors.New("the journal cannot be read")
	disk := vfs.NewMem()
	if _, err := Open(t.Context(), "frontier", Options{disk: disk, Recorded: func(int64) iter.Seq2[string, error] {
		return func(yield func(string, error) bool) { yield("", lost) }
	}}); !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
	f := open(t, Options{disk: disk})
	_, err := Open(t.Context(), "frontier", Options{disk: disk})
	if e, ok := errors.AsType[*Error](err); !ok || e.Dir != "frontier" || !strings.HasPrefix(err.Error(), "frontier frontier: ") {
		t.Errorf("a second one: %v", err)
	}
	if err := f.db.Set(schemaKey, number(schema+1), nil); err != nil {
		t.Fatal(err)
	}
	closing(t, f)
	_, err = Open(t.Context(), "frontier", Options{disk: disk})
	if newer, ok := errors.AsType[*SchemaError](err); !ok || newer.Schema != schema+1 {
		t.Errorf("of a newer program: %v", err)
	}
}
