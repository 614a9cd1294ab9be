// Package memory is the frontier of a run over a streamed list: it decides which
// entry may be fetched next, and so is where politeness lives. No caller ever
// sleeps for a host: [Frontier.Next] hands out an entry of some host that may be
// asked now, hosts in turn, and blocks only while there is none.
//
// Start with [New], hand over the list with [Frontier.Feed] on a goroutine of your
// own (or single entries with [Frontier.Add]), and let each worker loop: Next,
// fetch, [Frontier.Settle]. Next gives io.EOF when the list has ended, nothing is
// queued and no lease is open; this is counted, never guessed from silence.
//
// It does not know duplicates (see [crawl/fetch/frontier/seen]), survives no crash
// (the manifest is the journal), and starts no goroutine. Entries over
// [Options.Window] wait in a scratch file; entries that wait for a retry always
// stay in memory. A host that has nothing queued, leased or pending costs nothing.
package memory

import (
	"context"
	"math"
	"sync"
	"time"

	"crawl/fetch/frontier"
	"crawl/pipeline"
)

// Options say how politely and with how much memory. The zero value works.
type Options struct {
	PerHost int           // leases that one host may have open at a time; 0 means 8
	Delay   time.Duration // from one lease of a host to its next; 0: none
	Rate    float64       // leases a second over all hosts, evenly spaced; 0: no limit
	Window  int           // entries kept in memory, but for a block of 4 KiB a host; 0 means 65,536

	// Limit, when set, bounds the leases that are open at a time by what it learns from
	// how they end, and HostLimit makes the same for a host, below PerHost; it is called
	// with the frontier's lock held. Limits must be the frontier's alone, as nothing but
	// Settle wakes who waits for their slots. Limit is told latencies set against what is
	// usual at their host, and hears of what a host dropped only when that host has
	// answered before.
	Limit     *pipeline.Limit
	HostLimit func(host string) *pipeline.Limit

	// Scratch opens the place for what is over Window, when that first happens.
	// [Frontier.Close] closes it. nil keeps everything in memory.
	Scratch func() (Scratch, error)
}

func (o Options) withDefaults() Options {
	if o.PerHost <= 0 {
		o.PerHost = 8 // what browsers and large crawlers dare, and a little more
	}
	if o.Window <= 0 {
		o.Window = 1 << 16 // some 8 MiB with common URLs
	}
	return o
}

// Frontier schedules entries. It is safe for concurrent use.
type Frontier struct {
	opts   Options
	start  time.Time     // all times are durations since then, so only the monotonic clock counts
	timer  *time.Timer   // fires when something may be leased next; whoever waits in Next hears it
	closed chan struct{} // closed by Close
	spare  sync.Pool     // of *waiter

	mu      sync.Mutex // guards all that follows
	hosts   map[string]*host
	ready   list      // hosts that may be asked now, in turn
	blocked hostsByAt // hosts that may be asked, or forgotten, later
	waiting []*waiter
	armed   time.Duration // what timer is set to; negative when it is not
	pace    pace
	feed    feed
	store   store
	limits  limits

	begun         bool // something was fed or added
	ended         bool // Close was called
	queued        int  // entries in memory, in the scratch file and in retries
	leased        int
	callers       int    // most calls of Next and leases seen at one time
	retriesPushed uint64 // keeps retries due at one moment in order
}

// New makes an empty frontier. Close it after use.
func New(opts Options) *Frontier {
	opts = opts.withDefaults()
	f := &Frontier{
		opts:   opts,
		start:  time.Now(),
		timer:  time.NewTimer(math.MaxInt64),
		closed: make(chan struct{}),
		hosts:  make(map[string]*host),
		ready:  list{of: byTurn},
		armed:  -1,
		pace:   newPace(opts.Rate),
		store:  newStore(opts.Window, opts.Scratch),
		limits: limits{all: opts.Limit, ofHost: opts.HostLimit},
	}
	f.spare.New = func() any { return &waiter{answered: make(chan struct{}, 1)} }
	return f
}

// Add queues entries behind those of their hosts and tells how many it queued. It
// never waits for room: what is over the window goes to the scratch file. When that
// cannot be written the error says so, and the entries counted are queued all the same.
func (f *Frontier) Add(ctx context.Context, entries ...frontier.Entry) (added int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.add(entries...)
}

func (f *Frontier) add(entries ...frontier.Entry) (added int, err error) {
	if f.ended {
		return 0, frontier.ErrClosed
	}
	f.begun = true
	now := f.now()
	for i := range entries {
		h := f.host(entries[i].Host)
		f.store.push(h, entries[i])
		f.queued++
		f.place(h, now)
	}
	f.turn(now) // before spilling: what is wanted now need not be written
	return len(entries), f.store.shrink()
}

// Stats costs a few loads under the lock.
func (f *Frontier) Stats() frontier.Stats {
	f.mu.Lock()
	defer f.mu.Unlock()
	return frontier.Stats{
		Queued:  int64(f.queued),
		Leased:  int64(f.leased),
		Spilled: int64(f.store.spilled),
		Hosts:   int64(len(f.hosts)),
		Blocked: int64(len(f.blocked)),
	}
}

// Close ends all waits with [frontier.ErrClosed] and closes the scratch file. Leases may
// still be settled after it.
func (f *Frontier) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.ended {
		return nil
	}
	f.ended = true
	close(f.closed)
	f.timer.Stop()
	for len(f.waiting) > 0 {
		f.answer(frontier.Entry{}, frontier.ErrClosed)
	}
	return f.store.close()
}

func (f *Frontier) now() time.Duration { return time.Since(f.start) }

// after is now+d, without running over.
func after(now, d time.Duration) time.Duration {
	return now + min(max(d, 0), math.MaxInt64-now)
}
