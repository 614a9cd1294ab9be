package disk

import (
	"hash/maphash"
	"strings"
	"sync/atomic"
)

// recent are names that are on disk, of which many are asked for again and again: every
// page of a site leads to the same few. A slot has the last name that fell there, so the
// answer is exact where it is yes. It takes some 8 MiB.
type recent struct {
	seed  maphash.Seed
	slots [1 << 16]atomic.Pointer[string]
}

func newRecent() *recent { return &recent{seed: maphash.MakeSeed()} }

func (r *recent) slot(name string) *atomic.Pointer[string] {
	return &r.slots[maphash.String(r.seed, name)%uint64(len(r.slots))]
}

func (r *recent) has(name string) bool {
	kept := r.slot(name).Load()
	return kept != nil && *kept == name
}

// put keeps a copy of name, which may be a piece of a page.
func (r *recent) put(name string) {
	name = strings.Clone(name)
	r.slot(name).Store(&name)
}
