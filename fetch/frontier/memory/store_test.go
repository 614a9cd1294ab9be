package memory

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

func tempScratch(t *testing.T) func() (Scratch, error) {
	return func() (Scratch, error) { return os.Create(filepath.Join(t.TempDir(), "scratch")) }
}

// The few calls that a test of the store makes, of which none may fail.

func add(t *testing.T, f *Frontier, list ...frontier.Entry) {
	t.Helper()
	if _, err := f.Add(t.Context(), list...); err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, f *Frontier) frontier.Entry {
	t.Helper()
	e, err := f.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func settle(t *testing.T, f *Frontier, e frontier.Entry, o frontier.Outcome) {
	t.Helper()
	if err := f.Settle(t.Context(), e, o); err != nil {
		t.Fatal(err)
	}
}

func closing(t *testing.T, f *Frontier) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

// entries are n of a host, with lines from 1.
func entries(host string, n int) []frontier.Entry {
	list := make([]frontier.Entry, n)
	for i := range list {
		list[i] = frontier.Entry{URL: fmt.Sprintf("http://%s/%d", host, i), Host: host, Parent: "http://" + host, Line: int64(i + 1)}
	}
	return list
}

// take leases and settles n entries.
func take(t *testing.T, f *Frontier, n int) {
	t.Helper()
	for range n {
		settle(t, f, next(t, f), frontier.Outcome{})
	}
	if s := f.Stats(); s != (frontier.Stats{}) {
		t.Errorf("at the end: %+v", s)
	}
}

// counted wraps a Scratch and can be told to fail.
type counted struct {
	Scratch
	written           int64
	failRead, failPut error
}

func (c *counted) WriteAt(p []byte, at int64) (int, error) {
	if c.failPut != nil {
		return 0, c.failPut
	}
	c.written += int64(len(p))
	return c.Scratch.WriteAt(p, at)
}

func (c *counted) ReadAt(p []byte, at int64) (int, error) {
	if c.failRead != nil {
		return 0, c.failRead
	}
	return c.Scratch.ReadAt(p, at)
}

// TestSpill puts 200,000 entries of one host among those of ten others through a
// window of 1,000.
func TestSpill(t *testing.T) {
	const slow, others, window = 200_000, 10, 1000
	f := New(Options{Options: schedule.Options{PerHost: 1 << 30}, Window: window, Scratch: tempScratch(t)})
	defer closing(t, f)
	want := map[string]int64{"slow": slow}
	for i := range slow {
		add(t, f, frontier.Entry{URL: fmt.Sprint("http://slow/", i), Host: "slow", Line: int64(i + 1), Input: -1, Attempts: i, Spent: 5})
		if i%100 == 0 {
			host := fmt.Sprint("other", i/100%others)
			want[host]++
			add(t, f, frontier.Entry{URL: "http://" + host, Host: host, Line: want[host]})
		}
		if f.store.inMemory > window {
			t.Fatalf("%d entries in memory", f.store.inMemory)
		}
	}
	if s := f.Stats(); s.Spilled < slow-window || s.Queued != slow+slow/100 || s.Hosts != 1+others {
		t.Errorf("%+v", s)
	}
	got := map[string]int64{}
	for {
		e, err := f.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if got[e.Host]++; got[e.Host] != e.Line {
			t.Fatalf("line %d of %s came as number %d", e.Line, e.Host, got[e.Host])
		}
		if e.Host == "slow" {
			i := int(e.Line - 1)
			if e != (frontier.Entry{URL: fmt.Sprint("http://slow/", i), Host: "slow", Line: e.Line, Lease: e.Lease, Input: -1, Attempts: i, Spent: 5}) {
				t.Fatalf("line %d came back as %+v", e.Line, e)
			}
		}
		if f.store.inMemory > window+(1+others)*blockBytes/len("http://slow/") {
			t.Fatalf("%d entries in memory", f.store.inMemory)
		}
		settle(t, f, e, frontier.Outcome{})
		if got["slow"] == slow && f.Stats().Queued == 0 {
			break
		}
	}
	for host, n := range want {
		if got[host] != n {
			t.Errorf("%s: %d of %d entries", host, got[host], n)
		}
	}
	if s := f.Stats(); s != (frontier.Stats{}) || f.store.end != 0 {
		t.Errorf("at the end: %+v, scratch file %d bytes", s, f.store.end)
	}
}

// TestSpillWhileTaking mixes adding and taking at random widths, so that blocks go
// in at both ends of the chain.
func TestSpillWhileTaking(t *testing.T) {
	for window := 1; window < 2000; window = window*3 + 1 {
		f := New(Options{Options: schedule.Options{PerHost: 1 << 30}, Window: window, Scratch: tempScratch(t)})
		added, taken := map[string]int64{}, map[string]int64{}
		queued := 0
		for round := range 40 {
			for i := range 37 * (round % 7 * 13 % 11) {
				host := fmt.Sprint("host", i%(round%3+1))
				added[host]++
				add(t, f, frontier.Entry{URL: strings.Repeat("u", i), Host: host, Line: added[host]})
				queued++
			}
			for range min(queued, 31*(round%5*7%9)) {
				e := next(t, f)
				if taken[e.Host]++; taken[e.Host] != e.Line {
					t.Fatalf("window %d: line %d of %s came as number %d", window, e.Line, e.Host, taken[e.Host])
				}
				queued--
			}
		}
		for range queued {
			e := next(t, f)
			if taken[e.Host]++; taken[e.Host] != e.Line {
				t.Fatalf("window %d: line %d of %s came as number %d", window, e.Line, e.Host, taken[e.Host])
			}
		}
		if s := f.Stats(); s.Queued != 0 || s.Spilled != 0 {
			t.Errorf("window %d: %+v", window, s)
		}
		closing(t, f)
	}
}

func TestNoScratchBelowTheWindow(t *testing.T) {
	f := New(Options{Window: 10, Scratch: func() (Scratch, error) {
		t.Error("scratch file was opened")
		return nil, errors.ErrUnsupported
	}})
	defer closing(t, f)
	add(t, f, entries("a", 10)...)
	take(t, f, 10)
}

func TestManyHostsOfOneEntryAreNotSpilled(t *testing.T) {
	f := New(Options{Window: 10, Scratch: tempScratch(t)})
	defer closing(t, f)
	for i := range 100 {
		add(t, f, entries(fmt.Sprint("host", i), 1)...)
	}
	if s := f.Stats(); s.Spilled != 0 {
		t.Errorf("%+v", s)
	}
	take(t, f, 100)
}

func TestScratchFails(t *testing.T) {
	full := errors.New("no space left")
	var c *counted
	f := New(Options{Options: schedule.Options{PerHost: 1000}, Window: 10, Scratch: func() (Scratch, error) {
		if c == nil {
			c = &counted{failPut: full}
			return nil, full
		}
		s, err := tempScratch(t)()
		c.Scratch = s
		return c, err
	}})
	defer closing(t, f)
	list := entries("a", 30)
	for i, e := range list {
		_, err := f.Add(t.Context(), e)
		if i >= 20 {
			c.failPut = nil // space is back
		}
		if f.Stats().Queued != int64(i+1) || (err == nil) != (i < 10 || i > 20) || err != nil && !errors.Is(err, full) {
			t.Fatalf("entry %d: %d queued, %v", i, f.Stats().Queued, err)
		}
	}
	read := 0
	c.failRead = io.EOF
	for {
		e, err := f.Next(t.Context())
		if err != nil {
			if !errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || read == 30 {
				t.Fatalf("after %d entries: %v", read, err)
			}
			c.failRead = nil
			continue
		}
		if read++; e.Line != int64(read) {
			t.Fatalf("line %d came as number %d", e.Line, read)
		}
		if read == 30 {
			break
		}
	}
	if c.failRead != nil {
		t.Error("nothing was read back")
	}
}

func TestCallersHearOfTheScratchFile(t *testing.T) {
	broken := errors.New("input/output error")
	c := &counted{failRead: broken}
	f := New(Options{Options: schedule.Options{PerHost: 1}, Window: 2, Scratch: func() (s Scratch, err error) {
		c.Scratch, err = tempScratch(t)()
		return c, err
	}})
	defer closing(t, f)
	add(t, f, entries("a", 20)...)
	var err error
	for range 20 {
		var e frontier.Entry
		if e, err = f.Next(t.Context()); err != nil {
			break
		}
		settle(t, f, e, frontier.Outcome{})
	}
	if !errors.Is(err, broken) || !strings.Contains(err.Error(), "queue of a") {
		t.Errorf("got %v", err)
	}
}

func TestDecodeSeesDamage(t *testing.T) {
	var buf []byte
	for _, e := range entries("a", 3) {
		buf = frontier.AppendEntry(buf, &e)
	}
	for cut := range buf {
		if _, err := decode(buf[:cut], &level{host: "a"}, 3); err != errDamaged {
			t.Fatalf("cut at %d: %v", cut, err)
		}
	}
	for _, n := range []int32{-1, 0, 2, 4, 1 << 30} {
		if _, err := decode(buf, &level{host: "a"}, n); err != errDamaged {
			t.Errorf("as %d entries: %v", n, err)
		}
	}
}

// endless streams entries of that many hosts without end, and without allocating.
func endless(hosts int) func(context.Context) (frontier.Entry, error) {
	names := make([]string, hosts)
	for i := range names {
		names[i] = fmt.Sprint("host", i)
	}
	i := 0
	return func(context.Context) (frontier.Entry, error) {
		i++
		return frontier.Entry{URL: "http://host/path", Host: names[i%hosts], Line: int64(i)}, nil
	}
}

// BenchmarkNextSettle has 64 callers. With one host at its default cap 56 of them
// always wait, and Feed reads on for another host: its cost is in the figure.
func BenchmarkNextSettle(b *testing.B) {
	for _, c := range []struct{ hosts, perHost int }{{1, 64}, {64, 8}, {1, 8}, {1000, 8}} {
		b.Run(fmt.Sprintf("hosts=%d/perhost=%d", c.hosts, c.perHost), func(b *testing.B) {
			f := New(Options{Options: schedule.Options{PerHost: c.perHost}, Window: 1 << 10, Scratch: func() (Scratch, error) {
				return os.Create(filepath.Join(b.TempDir(), "scratch"))
			}})
			ctx, cancel := context.WithCancel(b.Context())
			fed := make(chan error)
			go func() { fed <- f.Feed(ctx, endless(c.hosts)) }()
			b.ReportAllocs()
			b.SetParallelism(64 / runtime.GOMAXPROCS(0))
			b.RunParallel(func(pb *testing.PB) { nextSettle(b, ctx, f, pb) })
			cancel()
			<-fed
			if err := f.Close(); err != nil {
				b.Error(err)
			}
		})
	}
}

// BenchmarkNextSettleAdded is the same for one host and without Feed.
func BenchmarkNextSettleAdded(b *testing.B) {
	f := New(Options{})
	pull := endless(1)
	for range b.N {
		e, _ := pull(b.Context())
		if _, err := f.Add(b.Context(), e); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportAllocs()
	b.SetParallelism(64 / runtime.GOMAXPROCS(0))
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) { nextSettle(b, b.Context(), f, pb) })
	if err := f.Close(); err != nil {
		b.Error(err)
	}
}

func nextSettle(b *testing.B, ctx context.Context, f *Frontier, pb *testing.PB) {
	for pb.Next() {
		e, err := f.Next(ctx)
		if err == nil {
			err = f.Settle(ctx, e, frontier.Outcome{})
		}
		if err != nil {
			b.Error(err)
			return
		}
	}
}
