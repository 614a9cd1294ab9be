// Package memory is the frontier of a run over a streamed list. Its scheduling, and so
// its politeness, is that of [crawl/fetch/frontier/schedule]; what it adds is the place
// where entries wait: in memory, and over [Options.Window] in a scratch file.
//
// Start with [New], hand over the list with Feed on a goroutine of your own (or single
// entries with [Frontier.Add]), and let each worker loop: Next, fetch, Settle. Next
// gives io.EOF when the list has ended, nothing is queued and no lease is open.
//
// It does not know duplicates (see [crawl/fetch/frontier/seen]), survives no crash
// (the manifest is the journal), and starts no goroutine. Entries that wait for a retry
// always stay in memory. A host that has nothing queued, leased or pending costs nothing.
package memory

import (
	"context"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// Options say how politely and with how much memory. The zero value works.
type Options struct {
	schedule.Options
	Window int // entries kept in memory, but for a block of 4 KiB a host; 0 means 65,536

	// Scratch opens the place for what is over Window, when that first happens.
	// [Frontier.Close] closes it. nil keeps everything in memory.
	Scratch func() (Scratch, error)
}

func (o Options) withDefaults() Options {
	if o.Window <= 0 {
		o.Window = 1 << 16 // some 10 MiB with common URLs
	}
	return o
}

// Frontier schedules entries. It is safe for concurrent use.
type Frontier struct {
	*schedule.Scheduler
	store *store
}

// New makes an empty frontier. Close it after use.
func New(opts Options) *Frontier {
	opts = opts.withDefaults()
	s := newStore(opts.Window, opts.Scratch)
	return &Frontier{schedule.New(opts.Options, s), s}
}

// Add queues entries at their hosts, behind those that are no deeper, and finds each of
// them Fresh. It never waits for room: what is over the window goes to the scratch file.
// When that cannot be written the error says so, and the entries are queued all the same.
func (f *Frontier) Add(ctx context.Context, entries ...frontier.Entry) ([]frontier.Verdict, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return make([]frontier.Verdict, len(entries)), f.Push(entries...)
}

// Knows is false: a URL may be queued as often as one likes.
func (f *Frontier) Knows(string) bool { return false }

// Move queues to in place of from, which is leased and to be settled as Moved then.
func (f *Frontier) Move(ctx context.Context, _, to frontier.Entry) (frontier.Verdict, error) {
	_, err := f.Add(ctx, to)
	return frontier.Fresh, err
}

// Close ends all waits with [frontier.ErrClosed] and closes the scratch file. Leases may
// still be settled after it.
func (f *Frontier) Close() error {
	if !f.Scheduler.Close() {
		return nil
	}
	return f.store.close()
}
