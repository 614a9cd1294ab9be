package journal

import (
	"hash/maphash"
	"slices"
)

// hashes is a set of texts in eight bytes each: first all are added, then it is
// sorted, then asked. One in 10^12 answers is wrong with ten million texts.
type hashes struct {
	seed maphash.Seed
	all  []uint64
}

func newHashes() *hashes { return &hashes{seed: maphash.MakeSeed()} }

func (h *hashes) add(text string) { h.all = append(h.all, maphash.String(h.seed, text)) }

func (h *hashes) sort() { slices.Sort(h.all) }

func (h *hashes) has(text string) bool {
	_, found := h.index(text)
	return found
}

func (h *hashes) index(text string) (int, bool) {
	return slices.BinarySearch(h.all, maphash.String(h.seed, text))
}

// repeats returns those that were added more than once.
func (h *hashes) repeats() *hashes {
	repeated := &hashes{seed: h.seed}
	for i := 1; i < len(h.all); i++ {
		if h.all[i] == h.all[i-1] {
			repeated.all = append(repeated.all, h.all[i])
		}
	}
	return repeated
}
