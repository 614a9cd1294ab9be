package memory

import (
	"fmt"
	"io"
	"math/bits"
	"slices"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
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

// store holds the entries of all hosts. Those of one host at one depth are in this order:
//
//	head (memory)   rest.blocks (scratch)   rest.tail (memory)
//
// They grow at the tail, or at the head while there is no rest. When memory is over
// the window, the longest level gives up one block: the back of its head, which then
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
	byLength [33][]*level // levels by the bit length of how many entries they have in memory
}

// level is what waits at one host at one depth.
type level struct {
	host   string
	depth  int32
	index  int32 // in its list of store.byLength
	head   queue
	rest   *rest // what is behind it, once some was spilled
	length uint8 // which list of store.byLength it is in; 0: none
}

func (l *level) empty() bool { return l.head.n == 0 && l.rest == nil }

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

func newStore(window int, open func() (Scratch, error)) *store {
	return &store{window: window, open: open}
}

// Queue implements [schedule.Backlog].
func (s *store) Queue(host string) schedule.Queue { return &levels{store: s, host: host} }

// Pushed implements [schedule.Backlog].
func (s *store) Pushed() error { return s.shrink() }

// Spilled implements [schedule.Backlog].
func (s *store) Spilled() int { return s.spilled }

func (s *store) push(l *level, e frontier.Entry) {
	e.Host = l.host // one string for all
	if l.rest == nil {
		l.head.push(e)
	} else {
		l.rest.tail.push(e)
	}
	s.inMemory++
	s.sort(l)
}

// pop takes the first entry of l, which has one.
func (s *store) pop(l *level) (frontier.Entry, error) {
	if l.head.n == 0 {
		if err := s.refill(l); err != nil {
			return frontier.Entry{}, fmt.Errorf("read back the queue of %s: %w", l.host, err)
		}
	}
	e := l.head.pop()
	s.inMemory--
	s.sort(l)
	return e, nil
}

// refill makes the first block of rest the head, or else the tail.
func (s *store) refill(l *level) error {
	r := l.rest
	if len(r.blocks) == 0 {
		l.head, l.rest = r.tail, nil
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
	head, err := decode(buf, l, b.n)
	if err != nil {
		return err
	}
	l.head = head
	r.blocks = r.blocks[1:]
	if len(r.blocks) == 0 && r.tail.n == 0 {
		l.rest = nil
	}
	s.inMemory += int(b.n)
	s.spilled -= int(b.n)
	if s.spilled == 0 {
		s.end = 0
	}
	return nil
}

// shrink spills until memory is within the window, or each level has but one entry
// there: to spill that would save nothing.
func (s *store) shrink() error {
	for s.open != nil && s.inMemory > s.window {
		l := s.longest()
		if l == nil {
			return nil
		}
		if err := s.spill(l); err != nil {
			return fmt.Errorf("spill the queue of %s: %w", l.host, err)
		}
	}
	return nil
}

// longest is a level with two entries or more in memory, and at least half as many as any.
func (s *store) longest() *level {
	for i := len(s.byLength) - 1; i > 1; i-- {
		if len(s.byLength[i]) > 0 {
			return s.byLength[i][0]
		}
	}
	return nil
}

// spill writes one block of l.
func (s *store) spill(l *level) error {
	if l.rest != nil && l.rest.tail.n >= l.head.n {
		tail := &l.rest.tail
		b, err := s.write(tail, 0, fits(tail, 0, 1))
		if err != nil {
			return err
		}
		l.rest.blocks = append(l.rest.blocks, b)
		tail.dropFront(b.n)
		s.sort(l)
		return nil
	}
	n := min(fits(&l.head, l.head.n-1, -1), l.head.n-1)
	b, err := s.write(&l.head, l.head.n-n, n)
	if err != nil {
		return err
	}
	if l.rest == nil {
		l.rest = &rest{}
	}
	l.rest.blocks = slices.Insert(l.rest.blocks, 0, b)
	l.head.dropBack(b.n)
	s.sort(l)
	return nil
}

// fits tells how many entries from i on, in steps of +1 or -1, make a block.
func fits(q *queue, i, step int32) (n int32) {
	for size := 0; n < q.n && size < blockBytes; i += step {
		size += len(q.at(i).URL) + len(q.at(i).Parent) + 8
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
		buf = frontier.AppendEntry(buf, q.at(i+j))
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

// sort moves l to the list of hosts about as long.
func (s *store) sort(l *level) {
	n := l.head.n
	if l.rest != nil {
		n += l.rest.tail.n
	}
	length := uint8(bits.Len32(uint32(n)))
	if length == l.length {
		return
	}
	if l.length > 0 {
		list := s.byLength[l.length]
		last := len(list) - 1
		list[l.index] = list[last]
		list[l.index].index = l.index
		list[last] = nil
		s.byLength[l.length] = list[:last]
	}
	if length > 0 {
		l.index = int32(len(s.byLength[length]))
		s.byLength[length] = append(s.byLength[length], l)
	}
	l.length = length
}

func (s *store) close() error {
	if s.scratch == nil {
		return nil
	}
	return s.scratch.Close()
}
