package memory

import (
	"container/heap"
	"time"

	"crawl/fetch/frontier"
	"crawl/pipeline"
)

// host is all that is known of one host. There may be a million, so it is small.
type host struct {
	name    string
	head    queue // the next entries
	rest    *rest // those behind them, once some were spilled; see store
	retries retriesByAt
	limit   *pipeline.Limit // nil while none is needed
	usual   usual           // of the leases that were a success
	allowed time.Duration   // not to be asked before: the delay and back-offs
	at      time.Duration   // its key in Frontier.blocked
	links   [2]link         // in the lists byTurn and byLength
	leased  int32
	index   int32 // in Frontier.blocked, from 1; 0 when it is not there
	length  uint8 // which list of store.byLength it is in
	ready   bool  // in Frontier.ready
}

// retry is an entry that waits to be asked again.
type retry struct {
	entry frontier.Entry
	at    time.Duration
	seq   uint64
}

// due tells whether h has anything queued, and when it may be asked for that, or
// else when it may be forgotten.
func (h *host) due() (at time.Duration, work bool) {
	switch {
	case h.head.n > 0 || h.rest != nil:
		return h.allowed, true
	case len(h.retries) > 0:
		return max(h.allowed, h.retries[0].at), true
	}
	return h.allowed, false
}

// host finds or makes the host of that name.
func (f *Frontier) host(name string) *host {
	h := f.hosts[name]
	if h == nil {
		h = &host{name: name}
		f.hosts[name] = h
	}
	return h
}

// place puts h where it belongs after anything about it changed: among those that
// may be asked now, among those that may be later, nowhere while only Settle or Add
// can help it, or out of the world.
func (f *Frontier) place(h *host, now time.Duration) {
	at, work := h.due()
	switch {
	case int(h.leased) >= f.perHost(h), !work && h.leased > 0:
		f.unready(h)
		f.unblock(h)
	case at > now:
		f.unready(h)
		f.block(h, at)
	case work:
		f.unblock(h)
		f.makeReady(h)
	default:
		f.unready(h)
		f.unblock(h)
		if h.limit != nil {
			f.limits.hosts--
		}
		delete(f.hosts, h.name)
	}
}

func (f *Frontier) makeReady(h *host) {
	if !h.ready {
		h.ready = true
		f.ready.push(h)
	}
}

func (f *Frontier) unready(h *host) {
	if h.ready {
		h.ready = false
		f.ready.remove(h)
	}
}

func (f *Frontier) block(h *host, at time.Duration) {
	switch {
	case h.index == 0:
		h.at = at
		heap.Push(&f.blocked, h)
	case h.at != at:
		h.at = at
		heap.Fix(&f.blocked, int(h.index)-1)
	}
}

func (f *Frontier) unblock(h *host) {
	if h.index > 0 {
		heap.Remove(&f.blocked, int(h.index)-1)
	}
}

// hostsByAt is a heap, the earliest host first.
type hostsByAt []*host

func (b hostsByAt) Len() int           { return len(b) }
func (b hostsByAt) Less(i, j int) bool { return b[i].at < b[j].at }
func (b hostsByAt) Swap(i, j int) {
	b[i], b[j] = b[j], b[i]
	b[i].index, b[j].index = int32(i)+1, int32(j)+1
}

func (b *hostsByAt) Push(x any) {
	h := x.(*host)
	*b = append(*b, h)
	h.index = int32(len(*b))
}

func (b *hostsByAt) Pop() any {
	last := len(*b) - 1
	h := (*b)[last]
	(*b)[last] = nil
	*b = (*b)[:last]
	h.index = 0
	return h
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
