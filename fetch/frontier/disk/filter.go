package disk

import (
	"context"
	"hash/maphash"
	"sync/atomic"

	"github.com/cockroachdb/pebble/v2"
)

// filter tells of most names that are not known that they are not, so that a new URL
// costs no look at the disk. What it takes for known is looked up: no URL is lost to it.
//
// It is a Bloom filter in blocks of a cache line (Putze, Sanders, Singler: Cache-, Hash-
// and Space-Efficient Bloom Filters, 2007). It takes 2 MiB for the first million names, and
// from then on 32 MiB however many there are: of 20 million it is wrong about 1 in 200, of
// 100 million about every third. It is safe for concurrent use.
type filter struct {
	seed  maphash.Seed
	words []atomic.Uint64
	whole atomic.Bool // it has all names that are known
}

const (
	smallFilter = 2 << 20 // bytes
	largeFilter = 32 << 20
	fewNames    = 1 << 20 // as a small one is good for

	blockWords = 8
	filterBits = 6 // that a name sets
)

func newFilter(bytes int) *filter {
	return &filter{seed: maphash.MakeSeed(), words: make([]atomic.Uint64, bytes/8)}
}

// place is where a name has its bits: a block, and nine bits of the second number for
// each of them.
func (f *filter) place(name []byte) (block []atomic.Uint64, bits uint64) {
	h := maphash.Bytes(f.seed, name)
	i := h % uint64(len(f.words)/blockWords) * blockWords
	return f.words[i : i+blockWords], h >> 32 * 0x9e3779b97f4a7c15 >> 10
}

func (f *filter) add(name []byte) {
	block, bits := f.place(name)
	for range filterBits {
		block[bits>>6%blockWords].Or(1 << (bits & 63))
		bits >>= 9
	}
}

// mayHave reports whether a name may be known.
func (f *filter) mayHave(name []byte) bool {
	if !f.whole.Load() {
		return true
	}
	block, bits := f.place(name)
	for range filterBits {
		if block[bits>>6%blockWords].Load()&(1<<(bits&63)) == 0 {
			return false
		}
		bits >>= 9
	}
	return true
}

// fill adds the names that it finds.
func (f *filter) fill(ctx context.Context, it *pebble.Iterator) {
	defer it.Close() // it only reads, and what it can't read Get will tell
	for n, ok := 0, it.First(); ok; n, ok = n+1, it.Next() {
		if n%1024 == 0 && ctx.Err() != nil {
			return
		}
		f.add(it.Key()[len("u"):])
	}
	if it.Error() == nil {
		f.whole.Store(true)
	}
}

// refilter begins a filter for all that is known, which is added beside what follows;
// until then every name is looked up. No call of Add may be under way.
func (f *Frontier) refilter() error {
	it, err := f.db.NewIter(&pebble.IterOptions{LowerBound: []byte{urlPrefix}, UpperBound: []byte{urlPrefix + 1}})
	if err != nil {
		return f.fail(err)
	}
	filter := newFilter(smallFilter)
	if f.order >= f.opts.few {
		filter = newFilter(largeFilter)
	}
	f.filter.Store(filter)
	f.filling.Go(func() { filter.fill(f.open, it) })
	return nil
}
