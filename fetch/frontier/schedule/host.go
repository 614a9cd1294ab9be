package schedule

import (
	"time"

	"crawl/fetch/frontier"
	"crawl/pipeline"
)

// host is all that is known of one host. There may be a million, so it is small.
type host struct {
	moment    // in Scheduler.blocked
	name      string
	queue     Queue
	retries   retriesByAt
	addresses []*address      // that it has, once a worker has found out
	limit     *pipeline.Limit // nil while none is needed
	usual     usual           // of the leases that were a success
	temper    temper
	allowed   time.Duration // not to be asked before: the delay and back-offs
	delay     time.Duration // that it wants itself
	link      link          // in the list that it is in
	keeper    *address      // for which it waits, when it does
	called    *address      // that has called it from among those who wait
	leased    int32
	long      uint8 // 1 when it is in the ring of long queues
	ready     bool  // in Scheduler.ready
	loading   bool  // somebody loads its queue
	loaded    bool  // somebody just has
	met       bool  // Learn was told all
	unheard   bool  // but for what it may be told later
}

// retry is an entry that waits to be asked again.
type retry struct {
	entry frontier.Entry
	at    time.Duration
	seq   uint64
}

// maxRetries is how many entries of a host wait to be asked again before it is asked for
// nothing else: entries that wait so are in memory, and such a host is not well.
const maxRetries = 256

// due tells whether h has anything queued, and when it may be asked for that, or
// else when it may be forgotten.
func (h *host) due() (at time.Duration, work bool) {
	switch {
	case len(h.retries) < maxRetries && h.queue.Len() > 0:
		return h.allowed, true
	case len(h.retries) > 0:
		return max(h.allowed, h.retries[0].at), true
	}
	return h.allowed, false
}

// retryDue reports whether the next entry of h is one that is asked for again.
func (h *host) retryDue(now time.Duration) bool {
	return len(h.retries) > 0 && h.retries[0].at <= now
}

// host finds or makes the host of that name.
func (s *Scheduler) host(name string) *host {
	h := s.hosts[name]
	if h == nil {
		h = &host{name: name, queue: s.backlog.Queue(name)}
		s.hosts[name] = h
	}
	return h
}

// place puts h where it belongs after anything about it changed: among those that
// may be asked now, among those that may be later, with those that wait for an address,
// nowhere while only Settle, Learn, Load or Push can help it, or out of the world.
func (s *Scheduler) place(h *host, now time.Duration) {
	at, work := h.due()
	switch {
	case h.loading, int(h.leased) >= s.perHost(h), !work && h.leased > 0:
		s.remove(h)
	case at > now:
		s.leaveTurn(h)
		s.blocked.put(h, at)
	case work:
		s.admit(h, now)
	default:
		s.remove(h)
		s.moveOut(h)
		if h.limit != nil {
			s.limits.hosts--
		}
		delete(s.hosts, h.name)
	}
}

// admit makes h ready, unless an address keeps it: one that has all that it may have, or
// that others wait for already, unless it is h whose turn it is at an address.
func (s *Scheduler) admit(h *host, now time.Duration) {
	if h.ready || h.keeper != nil && h.keeper != h.called {
		return // and keeps its turn
	}
	s.remove(h)
	for _, a := range h.addresses {
		if !s.free(a, now) || h.called == nil && a.waiting.first != nil {
			h.keeper = a
			a.waiting.push(h)
			s.freeing(a) // it may be free by now; and else it is to be known until when
			return
		}
	}
	h.ready = true
	s.ready.push(h)
	for _, a := range h.addresses {
		a.ready++
	}
}

// remove takes h out of wherever place has put it.
func (s *Scheduler) remove(h *host) {
	s.blocked.drop(h)
	s.leaveTurn(h)
}

// leaveTurn takes h from those that wait for nothing but a turn.
func (s *Scheduler) leaveTurn(h *host) {
	switch {
	case h.keeper != nil:
		h.keeper.waiting.remove(h)
		h.keeper = nil
	case h.ready:
		h.ready = false
		s.ready.remove(h)
		for _, a := range h.addresses {
			a.ready--
			s.freeing(a)
		}
	}
}

// retriesByAt is a heap, the earliest retry first.
type retriesByAt []*retry

func (r retriesByAt) Len() int      { return len(r) }
func (r retriesByAt) Swap(i, j int) { r[i], r[j] = r[j], r[i] }
func (r retriesByAt) Less(i, j int) bool {
	return r[i].at < r[j].at || r[i].at == r[j].at && r[i].seq < r[j].seq
}
func (r *retriesByAt) Push(x any) { *r = append(*r, x.(*retry)) }

func (r *retriesByAt) Pop() any {
	last := len(*r) - 1
	x := (*r)[last]
	(*r)[last] = nil
	*r = (*r)[:last]
	return x
}
