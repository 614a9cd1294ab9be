package memory

import (
	"time"

	"crawl/fetch/frontier"
	"crawl/pipeline"
)

// maxLimits is how many hosts have a limit of their own: 2 MiB of them. Those that come
// when there are as many have only Options.PerHost.
const maxLimits = 4096

// limits are what adapts how many leases may be open. Whoever waits for a lease waits
// in Next, holding none, so a host at its limit keeps no other from being asked.
type limits struct {
	all    *pipeline.Limit // of all leases; nil: none
	ofHost func(host string) *pipeline.Limit
	hosts  int  // that have one
	full   bool // all has refused a lease, which only Settle can change

	usual  yardstick
	open   []slots // by Entry.Lease - 1
	unused []int64 // places in open
}

// slots are what a lease holds.
type slots struct {
	all, host pipeline.Slot
	since     time.Duration
}

// enter takes a slot of all leases.
func (l *limits) enter() (slot pipeline.Slot, ok bool) {
	if l.all == nil {
		return slot, true
	}
	slot, ok = l.all.TryAcquire()
	l.full = !ok
	return slot, ok
}

// hold keeps the slots of a lease, and returns where.
func (l *limits) hold(s slots) (lease int64) {
	if l.all == nil && s.host == (pipeline.Slot{}) {
		return 0
	}
	if n := len(l.unused); n > 0 {
		lease = l.unused[n-1]
		l.unused = l.unused[:n-1]
	} else {
		l.open = append(l.open, slots{})
		lease = int64(len(l.open))
	}
	l.open[lease-1] = s
	return lease
}

// release gives up the place of a lease.
func (l *limits) release(lease int64) (s slots) {
	s, l.open[lease-1] = l.open[lease-1], s
	l.unused = append(l.unused, lease)
	return s
}

// limited gives h a limit of its own, once it is asked more than now and then.
func (l *limits) limited(h *host) {
	_, more := h.due()
	if l.ofHost == nil || h.limit != nil || l.hosts == maxLimits || !more && h.leased == 0 {
		return
	}
	h.limit = l.ofHost(h.name)
	l.hosts++
}

// perHost is how many leases h may have open.
func (f *Frontier) perHost(h *host) int {
	if h.limit == nil {
		return f.opts.PerHost
	}
	return min(f.opts.PerHost, h.limit.Width())
}

// giveBack returns the slots of a lease. It must be called without the lock, as limits
// may tell of their moves.
func (f *Frontier) giveBack(e frontier.Entry, o frontier.Outcome) {
	if e.Lease == 0 {
		return
	}
	f.mu.Lock()
	s := f.limits.release(e.Lease)
	if o.Latency == 0 {
		o.Latency = f.now() - s.since
	}
	load, latency := o.Load, o.Latency // of all
	if h := f.hosts[e.Host]; h != nil {
		switch {
		case load == pipeline.Success:
			latency = f.limits.usual.measure(h, latency)
		case load == pipeline.Dropped && h.usual.n == 0:
			load = pipeline.Ignored // a host that is down says nothing of us
		}
	}
	f.mu.Unlock()
	s.host.DoneIn(o.Load, o.Latency)
	s.all.DoneIn(load, latency)
}
