package schedule

import (
	"time"

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

	usual yardstick
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
func (s *Scheduler) perHost(h *host) int {
	switch {
	case s.opts.PerAddress > 0 && !h.met:
		return 1 // for nobody knows yet whom else it concerns
	case h.limit == nil:
		return s.opts.PerHost
	}
	return min(s.opts.PerHost, h.limit.Width())
}

// measure tells what the end of a lease says to the limit of all leases.
func (l *limits) measure(h *host, load pipeline.Outcome, latency time.Duration) (pipeline.Outcome, time.Duration) {
	switch {
	case load == pipeline.Success:
		latency = l.usual.measure(h, latency)
	case load == pipeline.Dropped && h.usual.n == 0:
		load = pipeline.Ignored // a host that is down says nothing of us
	}
	return load, latency
}
