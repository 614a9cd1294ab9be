// Package schedule decides which entry of a frontier may be fetched next, and so is
// where politeness lives. No caller ever sleeps for a host: [Scheduler.Next] hands out
// an entry of some host that may be asked now, hosts in turn, and blocks only while
// there is none. It is given a [Backlog], where the entries wait; memory and disk
// differ in nothing else.
//
// A host may be asked while it has fewer leases open than its cap, its delay and its
// back-offs have passed, and, with [Options.PerAddress], the same holds for each of the
// addresses it has: hosts that share one count together. Those are not known before a
// worker has looked them up. So the first lease of a host, marked by Entry.Meet, is its
// only one until the worker has told all that it found by [Scheduler.Learn], which refuses
// when an address has all that it may have; the worker then gives the entry back. What
// takes longer to find out, such as the delay that the host's robots.txt wants, is told by
// a second Learn ([frontier.About.More]) or, when it can't be had, by a later lease.
//
// Next gives io.EOF when nothing is fed, nothing is queued and no lease is open; this
// is counted, never guessed from silence. A Scheduler starts no goroutine: callers that
// wait in Next hear its one timer, and they read from the disk what is not in memory.
package schedule

import (
	"math"
	"net/netip"
	"sync"
	"time"

	"crawl/fetch/frontier"
	"crawl/pipeline"
)

// Backlog makes the places where entries wait. All its methods, and all of a [Queue] but
// Load, are called under the Scheduler's lock.
type Backlog interface {
	// Queue makes the queue of a host that has none, or none any more.
	Queue(host string) Queue
	// Pushed is called after entries were pushed and some perhaps popped.
	Pushed() error
	// Spilled is how many entries are on disk only.
	Spilled() int
}

// Queue is what waits at one host.
type Queue interface {
	Push(e frontier.Entry)
	Len() int
	// Loaded reports whether Pop needs no Load before.
	Loaded() bool
	// Pop removes the entry that comes first, of at least one.
	Pop() (frontier.Entry, error)
	// A queue that is not Loaded is told StartLoad; then Load, without the lock, reads
	// what comes first; and EndLoad makes that what Pop returns. Nothing but Push is
	// called in between. It may not be Loaded even then, and is loaded once more.
	StartLoad()
	Load() error
	EndLoad()
}

// Options say how politely. The zero value works.
type Options struct {
	PerHost int           // leases that one host may have open at a time; 0 means 8
	Delay   time.Duration // from one lease of a host to its next; 0: none
	Rate    float64       // leases a second over all hosts, evenly spaced; 0: no limit

	// PerAddress is how many leases may be open at a time over all hosts that share an
	// address, which are also asked no sooner after each other than Delay says; 0: hosts
	// have nothing in common. With it, leases ask for Learn.
	PerAddress int

	// Limit, when set, bounds the leases that are open at a time by what it learns from
	// how they end, and HostLimit makes the same for a host, below PerHost; it is called
	// with the lock held. Limits must be the frontier's alone, as nothing but Settle wakes
	// who waits for their slots. Limit is told latencies set against what is usual at
	// their host, and hears of what a host dropped only when that host has answered before.
	Limit     *pipeline.Limit
	HostLimit func(host string) *pipeline.Limit
}

func (o Options) withDefaults() Options {
	if o.PerHost <= 0 {
		o.PerHost = 8 // what browsers and large crawlers dare, and a little more
	}
	return o
}

// Scheduler hands out the entries of a backlog. It is safe for concurrent use.
type Scheduler struct {
	opts    Options
	backlog Backlog
	start   time.Time     // all times are durations since then, so only the monotonic clock counts
	timer   *time.Timer   // fires when something may be leased next; whoever waits in Next hears it
	closed  chan struct{} // closed by Close
	spare   sync.Pool     // of *waiter

	mu        sync.Mutex // guards all that follows, and the queues
	hosts     map[string]*host
	addresses map[netip.Addr]*address
	ready     turns            // hosts that may be asked now, in turn
	blocked   byTime[*host]    // hosts that may be asked, or forgotten, later
	resting   byTime[*address] // addresses that hosts wait for, and that have to wait themselves
	freed     []*address       // that may have become able to take more; turn looks at them
	waiting   []*waiter
	armed     time.Duration // what timer is set to; negative when it is not
	pace      pace
	feed      feed
	limits    limits
	leases    leases

	begun         bool // something was fed or added
	ended         bool // Close was called
	queued        int  // entries in the backlog and in retries
	leased        int
	loads         int    // hosts that are being loaded
	callers       int    // most calls of Next and leases seen at one time
	retriesPushed uint64 // keeps retries due at one moment in order
}

// New makes a scheduler of what comes in by [Scheduler.Push]. Close it after use.
func New(opts Options, backlog Backlog) *Scheduler {
	opts = opts.withDefaults()
	s := &Scheduler{
		opts:      opts,
		backlog:   backlog,
		start:     time.Now(),
		timer:     time.NewTimer(math.MaxInt64),
		closed:    make(chan struct{}),
		hosts:     make(map[string]*host),
		addresses: make(map[netip.Addr]*address),
		armed:     -1,
		pace:      newPace(opts.Rate),
		limits:    limits{all: opts.Limit, ofHost: opts.HostLimit},
	}
	s.spare.New = func() any { return &waiter{answered: make(chan struct{}, 1)} }
	return s
}

// Push queues entries at their hosts. It never waits for room. When the backlog cannot
// take them as it should the error says so, and they are queued all the same.
func (s *Scheduler) Push(entries ...frontier.Entry) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.push(entries...)
}

func (s *Scheduler) push(entries ...frontier.Entry) error {
	if s.ended {
		return frontier.ErrClosed
	}
	s.begun = true
	now := s.now()
	for i := range entries {
		h := s.host(entries[i].Host)
		h.queue.Push(entries[i])
		s.queued++
		s.place(h, now)
	}
	s.turn(now) // before Pushed: what is wanted now need not be put away
	return s.backlog.Pushed()
}

// Restore adds a host with what its queue holds already. Before the first Push or Feed
// nothing tells that this is all there will be, so Next does not give io.EOF yet.
func (s *Scheduler) Restore(name string, queue Queue) {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := &host{name: name, queue: queue}
	s.hosts[name] = h
	s.queued += queue.Len()
	s.place(h, s.now())
}

// Stats costs a few loads under the lock.
func (s *Scheduler) Stats() frontier.Stats {
	s.mu.Lock()
	defer s.mu.Unlock()
	return frontier.Stats{
		Queued:  int64(s.queued),
		Leased:  int64(s.leased),
		Spilled: int64(s.backlog.Spilled()),
		Hosts:   int64(len(s.hosts)),
		Blocked: int64(len(s.blocked)),
	}
}

// Close ends all waits with [frontier.ErrClosed]. Leases may still be settled after it.
// It reports whether it was the first.
func (s *Scheduler) Close() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ended {
		return false
	}
	s.ended = true
	close(s.closed)
	s.timer.Stop()
	for len(s.waiting) > 0 {
		s.answer(answer{err: frontier.ErrClosed})
	}
	return true
}

func (s *Scheduler) now() time.Duration { return time.Since(s.start) }

// after is now+d, without running over.
func after(now, d time.Duration) time.Duration {
	return now + min(max(d, 0), math.MaxInt64-now)
}
