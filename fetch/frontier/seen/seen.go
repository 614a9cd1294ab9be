// Package seen knows which URLs of a list came before, and which of them an earlier
// run has already put on record, in at most 24 bytes a URL.
//
// Make a table with [New], tell it each record of the manifest with [Table.Recorded]
// (and [Table.RecordedDuplicate]), then ask [Table.Visit] about each line of the list.
// The verdicts are such that a resumed run ends with exactly one record a line.
//
// URLs are not kept, only 104 bits of a seeded hash: among 10^8 URLs the chance that
// any two are taken for one is below 10^-15, unless someone who knows the seed makes
// them on purpose; so seed it at random. A table is for one goroutine at a time.
package seen

import (
	"math/bits"
	"unsafe"

	"github.com/zeebo/xxh3"
)

// Verdict is what [Table.Visit] finds.
type Verdict uint8

const (
	Fresh     Verdict = iota // to be fetched
	Duplicate                // another line has this URL, and this line has no record yet
	Done                     // this line has its record already
)

func (v Verdict) String() string {
	switch v {
	case Fresh:
		return "fresh"
	case Duplicate:
		return "duplicate"
	default:
		return "done"
	}
}

// Table is the set of URLs. Use [New].
type Table struct {
	seed     uint64
	n        int
	shards   [256]shard
	overflow map[key]int // counts of records over maxCount
}

// A URL's state is one byte: whether its fetch is some line's business (claimed), and
// how many of its records no line has met yet. A zero byte is a free slot.
const (
	claimed  = 0x80
	count    = 0x7f
	maxCount = 126
	more     = 127 // in place of a count: it is in Table.overflow
)

// New makes an empty table.
func New(seed uint64) *Table { return &Table{seed: seed} }

// Recorded says that the manifest has a record for one line with this URL. Call it
// once for each record, before the first Visit.
func (t *Table) Recorded(url string) { t.record(url, claimed) }

// RecordedDuplicate is Recorded for a record that only says "duplicate". Without the
// difference a run that ended while the first line with a URL was in flight, and after
// the second was recorded as its duplicate, would never fetch the URL.
func (t *Table) RecordedDuplicate(url string) { t.record(url, 0) }

func (t *Table) record(url string, claim uint8) {
	k := t.key(url)
	s := t.slot(k)
	*s |= claim
	switch *s & count {
	case more:
		t.overflow[k]++
	case maxCount:
		if t.overflow == nil {
			t.overflow = make(map[key]int)
		}
		t.overflow[k] = maxCount + 1
		*s |= more
	default:
		*s++
	}
}

// Visit tells what to do with a line that has this URL. With r records, of which one
// at least is no duplicate's, the first r visits are Done and the others Duplicate.
// Otherwise the first visit is Fresh, the next r are Done, and the others Duplicate.
func (t *Table) Visit(url string) Verdict {
	k := t.key(url)
	s := t.slot(k)
	switch {
	case *s&claimed == 0:
		*s |= claimed
		return Fresh
	case *s&count == 0:
		return Duplicate
	case *s&count < more:
		*s--
		return Done
	}
	if t.overflow[k]--; t.overflow[k] == maxCount {
		delete(t.overflow, k)
		*s--
	}
	return Done
}

// Has reports whether the table knows the URL, from a visit or from a record.
func (t *Table) Has(url string) bool {
	k := t.key(url)
	s := &t.shards[k.shard]
	return len(s.state) > 0 && s.state[s.find(k.high, k.low)] != 0
}

// Len is the number of different URLs.
func (t *Table) Len() int { return t.n }

// Bytes is the memory that the table takes, room to grow included.
func (t *Table) Bytes() int64 {
	n := int64(unsafe.Sizeof(*t)) + int64(len(t.overflow))*entryBytes
	for i := range t.shards {
		n += int64(len(t.shards[i].state)) * slotBytes
	}
	return n
}

// entryBytes is about what a map takes for one of its entries at worst.
const entryBytes = 2 * int64(unsafe.Sizeof(key{})+unsafe.Sizeof(int(0))+1)

// slot finds the state of k, which is zero when k is not there yet; the caller then
// sets it. It stays valid until the next call.
func (t *Table) slot(k key) *uint8 {
	s := &t.shards[k.shard]
	if s.full() {
		s.grow()
	}
	i := s.find(k.high, k.low)
	if s.state[i] == 0 {
		s.high[i], s.low[i] = k.high, k.low
		s.used++
		t.n++
	}
	return &s.state[i]
}

// key is what is kept of a URL's hash.
type key struct {
	high  uint64
	low   uint32
	shard uint8
}

func (t *Table) key(url string) key {
	h := xxh3.HashString128Seed(url, t.seed)
	return key{high: h.Hi, low: uint32(h.Lo), shard: uint8(h.Lo >> 56)}
}

// shard is an open-addressing table with linear probing. There are many of them so
// that growing copies a small part of the whole, and needs only that much more memory.
// Slices side by side have no padding: 13 bytes a slot.
type shard struct {
	high  []uint64
	low   []uint32
	state []uint8
	used  int
}

const slotBytes = 8 + 4 + 1

// At most 4/5 of the slots are used and a shard grows by 1/4, so right after growing
// a URL takes 13·5/4·5/4 = 20.3 bytes; doubling would make it 32.
func (s *shard) full() bool { return s.used >= len(s.state)*4/5 }

func (s *shard) grow() {
	size := max(16, len(s.state)+len(s.state)/4)
	old := *s
	*s = shard{make([]uint64, size), make([]uint32, size), make([]uint8, size), old.used}
	for i, state := range old.state {
		if state != 0 {
			j := s.find(old.high[i], old.low[i])
			s.high[j], s.low[j], s.state[j] = old.high[i], old.low[i], state
		}
	}
}

// find gives the slot of a key, or the free one where it belongs. The key's place is
// its share of the whole range, so any size will do and growing moves slots in order.
func (s *shard) find(high uint64, low uint32) int {
	place, _ := bits.Mul64(high, uint64(len(s.state)))
	i := int(place)
	for s.state[i] != 0 && (s.high[i] != high || s.low[i] != low) {
		if i++; i == len(s.state) {
			i = 0
		}
	}
	return i
}
