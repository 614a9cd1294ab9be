package schedule

import (
	"context"
	"time"

	"crawl/fetch/frontier"
	"crawl/pipeline"
)

// lease is an entry that somebody fetches.
type lease struct {
	entry     frontier.Entry
	host      *host
	addresses []*address // that count it
	since     time.Duration
	entered   time.Duration // when its addresses began to count it
	named     time.Duration // by Watch, for the last time; 0: never
	all       pipeline.Slot
	ofHost    pipeline.Slot
}

// leases are those that are open. An Entry.Lease is a place, from 1, and above that how
// often the place was used before, so that nobody ends the lease of another.
type leases struct {
	places []place
	free   []int32
}

type place struct {
	lease lease
	uses  int32 // odd while it is taken
}

// open keeps l, which is of e, and returns its name.
func (ls *leases) open(l lease, e *frontier.Entry) int64 {
	var i int32
	if n := len(ls.free); n > 0 {
		i = ls.free[n-1]
		ls.free = ls.free[:n-1]
	} else {
		i = int32(len(ls.places))
		ls.places = append(ls.places, place{})
	}
	p := &ls.places[i]
	p.lease = l
	p.lease.entry = *e
	p.uses++
	name := int64(p.uses)<<32 | int64(i+1)
	p.lease.entry.Lease = name
	return name
}

// get finds an open lease; nil when there is none of that name. It is valid until the
// next open.
func (ls *leases) get(name int64) *lease {
	i := int64(uint32(name)) - 1
	if i < 0 || i >= int64(len(ls.places)) || int64(ls.places[i].uses) != name>>32 {
		return nil
	}
	return &ls.places[i].lease
}

// close ends a lease.
func (ls *leases) close(name int64) (l lease, ok bool) {
	open := ls.get(name)
	if open == nil {
		return l, false
	}
	l, *open = *open, lease{}
	i := uint32(name) - 1
	ls.places[i].uses++
	ls.free = append(ls.free, int32(i))
	return l, true
}

// Watch calls cut with each lease that is open for longer than limit, and how long it
// is, and again whenever as much time has passed, until ctx ends. It is the last resort
// against an item that is stuck where nobody has thought of it: cut is to say so, to
// cancel what works on it, and to have it settled. Watch returns nil when ctx has ended.
func (s *Scheduler) Watch(ctx context.Context, limit time.Duration, cut func(e frontier.Entry, open time.Duration)) error {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-timer.C:
		}
		overdue, next := s.overdue(limit)
		for _, l := range overdue {
			cut(l.entry, l.named-l.since)
		}
		timer.Reset(next)
	}
}

// overdue finds what Watch is to name now, and how long it may sleep then.
func (s *Scheduler) overdue(limit time.Duration) (found []lease, next time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	next = limit
	for i := range s.leases.places {
		p := &s.leases.places[i]
		if p.uses%2 == 0 {
			continue
		}
		l := &p.lease
		if now-max(l.since, l.named) >= limit {
			l.named = now
			found = append(found, *l)
		}
		next = min(next, max(l.since, l.named)+limit-now) // more than 0, for others were named now
	}
	return found, next
}
