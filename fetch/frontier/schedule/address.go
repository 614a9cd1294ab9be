package schedule

import (
	"net/netip"
	"slices"
	"time"
)

// address is where hosts live. It counts the leases of all of them, whichever of its
// addresses a host is asked at in the end.
type address struct {
	moment
	addr    netip.Addr
	open    int           // leases
	ready   int           // hosts in Scheduler.ready, each of which may take one more
	hosts   int           // that live here
	allowed time.Duration // no lease before
	waiting list          // hosts that could be asked but for this address
	freed   bool          // in Scheduler.freed
}

// maxAddresses is how many addresses of one host count. Some names have hundreds.
const maxAddresses = 16

// reside notes where h lives.
func (s *Scheduler) reside(h *host, addrs []netip.Addr) {
	s.moveOut(h)
	if s.opts.PerAddress <= 0 || len(addrs) == 0 {
		return
	}
	for _, addr := range addrs[:min(len(addrs), maxAddresses)] {
		addr = addr.Unmap().WithZone("")
		a := s.addresses[addr]
		if a == nil {
			a = &address{addr: addr}
			s.addresses[addr] = a
		}
		if !slices.Contains(h.addresses, a) {
			a.hosts++
			h.addresses = append(h.addresses, a)
		}
	}
}

// moveOut forgets where h lived. Its open leases still count there.
func (s *Scheduler) moveOut(h *host) {
	for _, a := range h.addresses {
		a.hosts--
		s.forget(a)
	}
	h.addresses = nil
}

// forget drops an address that nothing is known of any more.
func (s *Scheduler) forget(a *address) {
	if a.hosts == 0 && a.open == 0 {
		delete(s.addresses, a.addr)
	}
}

// full finds an address that keeps h from being asked; h itself is not ready.
func (s *Scheduler) full(h *host, now time.Duration) *address {
	for _, a := range h.addresses {
		if !s.free(a, now) {
			return a
		}
	}
	return nil
}

// free reports whether one more host may be ready at a. With a delay it is one at a
// time, since the lease of the first makes all others wait.
func (s *Scheduler) free(a *address, now time.Duration) bool {
	if s.opts.Delay > 0 && (a.ready > 0 || a.allowed > now) {
		return false
	}
	return a.open+a.ready < s.opts.PerAddress
}

// enter counts a lease at its addresses.
func (s *Scheduler) enter(at []*address, now time.Duration) {
	for _, a := range at {
		a.open++
		a.allowed = max(a.allowed, after(now, s.opts.Delay))
	}
}

// exit counts the end of one.
func (s *Scheduler) exit(at []*address) {
	for _, a := range at {
		a.open--
		s.freeing(a)
		s.forget(a)
	}
}

// freeing has wakeFreed look at an address that may take more than before.
func (s *Scheduler) freeing(a *address) {
	if !a.freed && a.waiting.first != nil {
		a.freed = true
		s.freed = append(s.freed, a)
	}
}

// wakeFreed places hosts that waited for the addresses on the list. Placing one may put
// further addresses there.
func (s *Scheduler) wakeFreed(now time.Duration) {
	for len(s.freed) > 0 {
		last := len(s.freed) - 1
		a := s.freed[last]
		s.freed = s.freed[:last]
		a.freed = false
		s.wake(a, now)
	}
}

// wake calls hosts that wait for a, as long as it is free: some turn out to be kept by
// another address.
func (s *Scheduler) wake(a *address, now time.Duration) {
	for h := a.waiting.first; h != nil && s.free(a, now); h = a.waiting.first {
		h.called = a
		s.place(h, now)
		h.called = nil
	}
	s.rest(a, now)
}

// rest sets the time at which a may serve those that wait for it, if it is time that
// they wait for.
func (s *Scheduler) rest(a *address, now time.Duration) {
	if a.waiting.first != nil && a.allowed > now {
		s.resting.put(a, a.allowed)
	} else {
		s.resting.drop(a)
	}
}
