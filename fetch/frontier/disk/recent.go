package disk

import "sync/atomic"

const (
	fewRecent  = 1 << 12 // slots to begin with: what lies about in many pages is slow to touch
	mostRecent = 1 << 19 // 8 MiB
)

// recent are names that are known, of which many are asked for again and again: every
// page of a site leads to the same few. A slot has the last name that fell there. There are
// more as names are put, up to mostRecent. It is safe for concurrent use.
type recent struct {
	slots atomic.Pointer[[]slot]
	puts  atomic.Int64
}

type slot struct{ high, low atomic.Uint64 }

func newRecent() *recent {
	r := new(recent)
	slots := make([]slot, fewRecent)
	r.slots.Store(&slots)
	return r
}

func (r *recent) has(print fingerprint) bool {
	s := slotOf(*r.slots.Load(), print)
	return s.high.Load() == print.high && s.low.Load() == print.low // of two that are put at once a mixture is nobody's
}

func (r *recent) put(print fingerprint) {
	slots := r.slots.Load()
	s := slotOf(*slots, print)
	s.high.Store(print.high)
	s.low.Store(print.low)
	if n := len(*slots); n < mostRecent && r.puts.Add(1) >= int64(n) {
		r.grow(slots)
	}
}

// grow makes eight times as many slots. What is put meanwhile may be forgotten.
func (r *recent) grow(from *[]slot) {
	to := make([]slot, min(8*len(*from), mostRecent))
	for i := range *from {
		print := fingerprint{high: (*from)[i].high.Load(), low: (*from)[i].low.Load()}
		s := slotOf(to, print)
		s.high.Store(print.high)
		s.low.Store(print.low)
	}
	r.slots.CompareAndSwap(from, &to)
}

func slotOf(slots []slot, print fingerprint) *slot {
	return &slots[print.low>>1%uint64(len(slots))]
}
