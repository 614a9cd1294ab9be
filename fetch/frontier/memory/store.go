package memory

import (
	"fmt"
	"io"
	"math/bits"
	"slices"

	"crawl/fetch/frontier"
)

// Scratch is the place for entries over the window: an empty file that nobody else
// uses. It is written only at its end and so grows with all that was ever over the
// window, but starts anew whenever everything was read back. What becomes of the file
// after Close is up to who opened it. *os.File is one.
type Scratch interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
}

// store holds the queues of all hosts. A host's queue is, in this order:
//
//	head (memory)   rest.blocks (scratch)   rest.tail (memory)
//
// It grows at the tail, or at the head while there is no rest. When memory is over
// the window, the longest queue gives up one block: the back of its head, which then
// precedes the blocks, or the front of its tail, which then follows them. So the first
// entries of every host stay at hand, and order is kept.
type store struct {
	window   int
	open     func() (Scratch, error)
	scratch  Scratch
	end      int64  // of what is written there
	buf      []byte // for one block
	inMemory int
	spilled  int
	byLength [33]list // hosts by the bit length of how many entries they have in memory
}

// rest is what follows the head of a queue; it is never empty.
type rest struct {
	blocks []block
	tail   queue
}

// block is a run of entries in the scratch file.
type block struct {
	offset int64
	bytes  int32
	n      int32
}

// blockBytes is about how long a block is: long enough that a system call for it
// costs little an entry, short enough that a block for each of 10,000 hosts fits in
// memory, since reading back may exceed the window by that much.
const blockBytes = 4 << 10

func newStore(window int, open func() (Scratch, error)) store {
	s := store{window: window, open: open}
	for i := range s.byLength {
		s.byLength[i].of = byLength
	}
	return s
}

func (s *store) push(h *host, e frontier.Entry) {
	e.Host = h.name // one string for all
	if h.rest == nil {
		h.head.push(e)
	} else {
		h.rest.tail.push(e)
	}
	s.inMemory++
	s.sort(h)
}

// pop takes the first entry of h, which has one.
func (s *store) pop(h *host) (frontier.Entry, error) {
	if h.head.n == 0 {
		if err := s.refill(h); err != nil {
			return frontier.Entry{}, fmt.Errorf("read back the queue of %s: %w", h.name, err)
		}
	}
	e := h.head.pop()
	s.inMemory--
	s.sort(h)
	return e, nil
}

// refill makes the first block of rest the head, or else the tail.
func (s *store) refill(h *host) error {
	r := h.rest
	if len(r.blocks) == 0 {
		h.head, h.rest = r.tail, nil
		return nil
	}
	b := r.blocks[0]
	buf := s.buffer(int(b.bytes))
	switch n, err := s.scratch.ReadAt(buf, b.offset); {
	case n == len(buf):
	case err == io.EOF:
		return io.ErrUnexpectedEOF // io.EOF would look like the end of the run
	default:
		return err
	}
	head, err := decode(buf, h.name, b.n)
	if err != nil {
		return err
	}
	h.head = head
	r.blocks = r.blocks[1:]
	if len(r.blocks) == 0 && r.tail.n == 0 {
		h.rest = nil
	}
	s.inMemory += int(b.n)
	s.spilled -= int(b.n)
	if s.spilled == 0 {
		s.end = 0
	}
	return nil
}

// shrink spills until memory is within the window, or each host has but one entry
// there: to spill that would save nothing.
func (s *store) shrink() error {
	for s.open != nil && s.inMemory > s.window {
		h := s.longest()
		if h == nil {
			return nil
		}
		if err := s.spill(h); err != nil {
			return fmt.Errorf("spill the queue of %s: %w", h.name, err)
		}
	}
	return nil
}

// longest is a host with two entries or more in memory, and at least half as many as any.
func (s *store) longest() *host {
	for i := len(s.byLength) - 1; i > 1; i-- {
		if h := s.byLength[i].first; h != nil {
			return h
		}
	}
	return nil
}

// spill writes one block of h.
func (s *store) spill(h *host) error {
	if h.rest != nil && h.rest.tail.n >= h.head.n {
		tail := &h.rest.tail
		b, err := s.write(tail, 0, fits(tail, 0, 1))
		if err != nil {
			return err
		}
		h.rest.blocks = append(h.rest.blocks, b)
		tail.dropFront(b.n)
		s.sort(h)
		return nil
	}
	n := min(fits(&h.head, h.head.n-1, -1), h.head.n-1)
	b, err := s.write(&h.head, h.head.n-n, n)
	if err != nil {
		return err
	}
	if h.rest == nil {
		h.rest = &rest{}
	}
	h.rest.blocks = slices.Insert(h.rest.blocks, 0, b)
	h.head.dropBack(b.n)
	s.sort(h)
	return nil
}

// fits tells how many entries from i on, in steps of +1 or -1, make a block.
func fits(q *queue, i, step int32) (n int32) {
	for size := 0; n < q.n && size < blockBytes; i += step {
		size += len(q.at(i).URL) + 8
		n++
	}
	return n
}

// write appends n entries of q from i on to the scratch file.
func (s *store) write(q *queue, i, n int32) (block, error) {
	if s.scratch == nil {
		scratch, err := s.open()
		if err != nil {
			return block{}, err
		}
		s.scratch = scratch
	}
	buf := s.buffer(0)
	for j := range n {
		buf = encode(buf, q.at(i+j))
	}
	s.buf = buf
	if _, err := s.scratch.WriteAt(buf, s.end); err != nil {
		return block{}, err
	}
	b := block{offset: s.end, bytes: int32(len(buf)), n: n}
	s.end += int64(len(buf))
	s.inMemory -= int(n)
	s.spilled += int(n)
	return b, nil
}

func (s *store) buffer(n int) []byte {
	s.buf = slices.Grow(s.buf[:0], n)
	return s.buf[:n]
}

// sort moves h to the list of hosts about as long.
func (s *store) sort(h *host) {
	n := h.head.n
	if h.rest != nil {
		n += h.rest.tail.n
	}
	length := uint8(bits.Len32(uint32(n)))
	if length == h.length {
		return
	}
	if h.length > 0 {
		s.byLength[h.length].remove(h)
	}
	if length > 0 {
		s.byLength[length].push(h)
	}
	h.length = length
}

func (s *store) close() error {
	if s.scratch == nil {
		return nil
	}
	return s.scratch.Close()
}
