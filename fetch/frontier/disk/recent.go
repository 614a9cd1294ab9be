package disk

import "sync/atomic"

// recent are names that are known, of which many are asked for again and again: every
// page of a site leads to the same few. A slot has the last name that fell there. It takes
// 8 MiB, and is safe for concurrent use.
type recent struct {
	slots [1 << 19]struct{ high, low atomic.Uint64 }
}

func (r *recent) has(print fingerprint) bool {
	s := &r.slots[print.low>>1%uint64(len(r.slots))]
	return s.high.Load() == print.high && s.low.Load() == print.low // of two that are put at once a mixture is nobody's
}

func (r *recent) put(print fingerprint) {
	s := &r.slots[print.low>>1%uint64(len(r.slots))]
	s.high.Store(print.high)
	s.low.Store(print.low)
}
