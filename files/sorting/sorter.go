package sorting

import (
	"bytes"
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"slices"
)

// DefaultMemory is how many bytes of lines are gathered when nothing else is said.
const DefaultMemory = 64 << 20

// Options are a Sorter's. The zero value works.
type Options struct {
	// Memory bounds what is held at a time, in bytes: lines with 32 bytes for each, and
	// buffers while merging. A single line may be longer; then it counts alone, twice while
	// merging. Default: DefaultMemory.
	Memory int

	// Dir is where the temporary file goes. Default: [os.TempDir].
	Dir string
}

// Sorter sorts lines. It is for one goroutine at a time.
type Sorter struct {
	memory  int
	create  func() (spill, error)
	lines   []line
	blocks  [][]byte // that the lines lie in
	free    [][]byte // blocks of the run before
	used    int      // bytes
	longest int
	spill   spill // nil as long as everything fits
	size    int64 // of spill
	runs    []run
	sorted  bool
	err     error // sticky
}

// line has its first bytes beside it, since most comparisons end there and those of bytes
// that lie elsewhere cost a miss of the cache each.
type line struct {
	head uint64
	text []byte
}

const lineCost = 32 // bytes of a line beside its text

// New makes a Sorter.
func New(opt Options) *Sorter {
	if opt.Memory <= 0 {
		opt.Memory = DefaultMemory
	}
	return &Sorter{memory: opt.Memory, create: func() (spill, error) { return createTemp(opt.Dir) }}
}

// Add takes a copy of text. Its errors are those of writing the temporary file, and come
// back from every call after.
func (s *Sorter) Add(text []byte) error {
	if s.err == nil && s.sorted {
		s.err = errors.New("a line is added behind the end")
	}
	if s.err != nil {
		return s.err
	}
	if s.used+len(text)+lineCost > s.memory && len(s.lines) > 0 {
		if s.err = s.flush(); s.err != nil {
			return s.err
		}
	}
	s.longest = max(s.longest, len(text))
	s.used += len(text) + lineCost
	s.lines = append(s.lines, line{head(text), s.keep(text)})
	return nil
}

// blockSize is how much memory is taken at a time.
const blockSize = 256 << 10

// keep copies text to where it stays until the run is written.
func (s *Sorter) keep(text []byte) []byte {
	size := min(blockSize, s.memory)
	if len(text) > size/4 {
		return bytes.Clone(text)
	}
	last := len(s.blocks) - 1
	if last < 0 || len(s.blocks[last])+len(text) > size {
		if n := len(s.free); n > 0 {
			s.blocks, s.free = append(s.blocks, s.free[n-1]), s.free[:n-1]
		} else {
			s.blocks = append(s.blocks, make([]byte, 0, size))
		}
		last++
	}
	block := append(s.blocks[last], text...)
	s.blocks[last] = block
	return block[len(block)-len(text) : len(block) : len(block)]
}

// head is the first eight bytes as a number that is ordered as they are.
func head(text []byte) uint64 {
	if len(text) >= 8 {
		return binary.BigEndian.Uint64(text)
	}
	var padded [8]byte
	copy(padded[:], text)
	return binary.BigEndian.Uint64(padded[:])
}

func compare(a, b line) int {
	if a.head != b.head {
		return cmp.Compare(a.head, b.head)
	}
	return bytes.Compare(a.text, b.text)
}

// sort orders the lines in memory. It does not hear a context: 64 MiB take a second.
func (s *Sorter) sort() { slices.SortFunc(s.lines, compare) }

// finish ends the adding: either everything is in memory and sorted, or all is in runs,
// so few of them that they can be merged at once.
func (s *Sorter) finish(ctx context.Context) error {
	if s.err != nil || s.sorted {
		return s.err
	}
	s.sorted = true
	if s.spill == nil {
		s.sort()
		return nil
	}
	if s.err = s.flush(); s.err == nil {
		s.lines, s.blocks, s.free = nil, nil, nil // the merge takes as much
		s.err = s.narrow(ctx)
	}
	return s.err
}

// Close gives memory and disk back. Calling it again does nothing.
func (s *Sorter) Close() error {
	s.lines, s.blocks, s.free, s.runs = nil, nil, nil, nil
	if s.err == nil {
		s.err = errors.New("the sorter is closed")
	}
	if s.spill == nil {
		return nil
	}
	err := s.spill.Close()
	s.spill = nil
	return err
}
