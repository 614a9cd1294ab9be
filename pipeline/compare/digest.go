package compare

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math/bits"
	"strconv"
	"sync"
)

// Digest proves that two rows got the same bytes, in whatever order they came. It
// is, for each pass over the items, the sum modulo 2^256 of one number an item: the
// SHA-256 (as a big-endian number) of the item's own number in decimal, a newline,
// and the SHA-256 of its content. A sum, so that order does not matter; of hashes
// with the number in them, so that no two items can change places or cancel out.
//
// In Python:
//
//	inner = sha256(content).digest()
//	total = (total + int.from_bytes(sha256(b"%d\n" % item + inner).digest(), "big")) % 2**256
//	digest = "%064x" % total
//
// Its methods may be called concurrently.
type Digest struct {
	items int

	mu     sync.Mutex // guards what follows
	passes []sum
	counts []int
}

type sum [4]uint64 // least significant first

// NewDigest makes a digest for so many passes over so many items.
func NewDigest(items, repeats int) *Digest {
	repeats = max(repeats, 1)
	return &Digest{items: items, passes: make([]sum, repeats), counts: make([]int, repeats)}
}

// Add adds the content of the nth piece of work, from 0: item n modulo the number of
// items, of pass n by that number.
func (d *Digest) Add(n int, content []byte) { d.AddSum(n, sha256.Sum256(content)) }

// AddSum is Add with the content's SHA-256, for content that is streamed.
func (d *Digest) AddSum(n int, content [sha256.Size]byte) {
	pass, item := n/d.items, n%d.items
	text := append(strconv.AppendInt(make([]byte, 0, 64), int64(item), 10), '\n')
	h := sha256.Sum256(append(text, content[:]...))

	d.mu.Lock()
	defer d.mu.Unlock()
	var carry uint64
	s := &d.passes[pass]
	for i := range s {
		s[i], carry = bits.Add64(s[i], binary.BigEndian.Uint64(h[24-8*i:]), carry)
	}
	d.counts[pass]++
}

// Sum is the digest of one pass. It is an error when passes differ: that is content
// which changes while it is measured, or items that are missing from one of them.
func (d *Digest) Sum() (string, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for pass := range d.passes {
		if d.passes[pass] != d.passes[0] || d.counts[pass] != d.counts[0] {
			return "", fmt.Errorf("pass %d got other content than the first one", pass+1)
		}
	}
	var b [32]byte
	for i, word := range d.passes[0] {
		binary.BigEndian.PutUint64(b[24-8*i:], word)
	}
	return hex.EncodeToString(b[:]), nil
}
