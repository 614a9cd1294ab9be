package schedule

import (
	"container/heap"
	"context"
	"fmt"
	"time"

	"crawl/fetch/frontier"
)

// Settle ends the lease of e as o says. An entry to be retried counts one attempt
// more and o.Spent, and goes before the other entries of its host once its wait is over.
// A back-off keeps the host from being asked until then, or until an earlier one says,
// whichever is later; each that follows another without a success in between lasts
// longer. It works whether or not ctx has ended. A lease that has ended before is an
// error that wraps [frontier.ErrNotLeased].
func (s *Scheduler) Settle(_ context.Context, e frontier.Entry, o frontier.Outcome) error {
	l, ok := s.giveBack(e, o)
	if !ok {
		return fmt.Errorf("settle %s: %w", e.URL, frontier.ErrNotLeased)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.limits.full = false
	now := s.now()
	h := l.host
	s.leased--
	h.leased--
	s.exit(l.addresses)
	if o.Unasked {
		s.unask(l)
	}
	if pause := h.temper.settle(o, l.since, now); pause > 0 {
		h.allowed = max(h.allowed, after(now, pause))
	}
	if o.Retry || o.Defer {
		s.again(h, e, o, now)
	}
	s.place(h, now)
	s.turn(now)
	return nil
}

// unask takes back that a host and its addresses wait since a lease, unless they do for
// another reason.
func (s *Scheduler) unask(l lease) {
	h := l.host
	if h.allowed == after(l.since, max(s.opts.Delay, h.delay)) {
		h.allowed = l.since
	}
	s.unaskAddresses(&l)
}

// unaskAddresses is the part of unask that concerns those.
func (s *Scheduler) unaskAddresses(l *lease) {
	for _, a := range l.addresses {
		if a.allowed == after(l.entered, s.opts.Delay) {
			a.allowed = l.entered
			s.freeing(a)
		}
	}
}

// giveBack closes the lease and returns its slots, the latter without the lock, as
// limits may tell of their moves.
func (s *Scheduler) giveBack(e frontier.Entry, o frontier.Outcome) (l lease, ok bool) {
	s.mu.Lock()
	if l, ok = s.leases.close(e.Lease); !ok {
		s.mu.Unlock()
		return l, false
	}
	latency := o.Latency
	if latency == 0 {
		latency = s.now() - l.since
	}
	load, compared := s.limits.measure(l.host, o.Load, latency)
	s.mu.Unlock()
	l.ofHost.DoneIn(o.Load, latency)
	l.all.DoneIn(load, compared)
	return l, true
}

// again queues e once more.
func (s *Scheduler) again(h *host, e frontier.Entry, o frontier.Outcome, now time.Duration) {
	e.Lease, e.Meet, e.Unheard = 0, false, false
	at := now
	if !o.Defer {
		e.Attempts++
		e.Spent += o.Spent
		at = after(now, o.Wait)
	}
	s.queued++
	s.retriesPushed++
	heap.Push(&h.retries, &retry{entry: e, at: at, seq: s.retriesPushed})
}

// Learn tells what was found out about the host of e, which is leased, and reports
// whether e may be fetched now. If not, an address of its host has all the leases that
// it may have: settle e with Defer, and it is leased again when that has changed.
func (s *Scheduler) Learn(e frontier.Entry, about frontier.About) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	l := s.leases.get(e.Lease)
	if l == nil {
		return false
	}
	now := s.now()
	h := l.host
	h.met, h.unheard = !about.More, about.Unheard
	h.delay = about.Delay
	s.unaskAddresses(l) // else it would wait for itself
	s.exit(l.addresses)
	l.addresses = nil
	s.remove(h)
	s.reside(h, about.Addrs)
	ok := s.full(h, now) == nil
	if ok { // it is asked now, and not when the lease began
		h.allowed = max(h.allowed, after(now, max(s.opts.Delay, h.delay)))
		l.addresses, l.entered = h.addresses, now
		s.enter(l.addresses, now)
	}
	s.place(h, now)
	s.turn(now)
	return ok
}
