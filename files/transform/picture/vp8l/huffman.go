package vp8l

import (
	"cmp"
	mathbits "math/bits"
	"slices"
)

// code is a canonical Huffman code, with the bits of each symbol in the order in which
// they are written.
type code struct {
	lengths []uint8
	bits    []uint16
	only    bool // one symbol at most, which needs no bits
}

// newCode makes a code in which no symbol has more than limit bits.
func newCode(counts []uint32, limit uint8) code {
	c := code{lengths: make([]uint8, len(counts)), bits: make([]uint16, len(counts))}
	for floor := uint32(1); ; floor *= 2 { // as libwebp does: rare symbols are made less so
		depths(c.lengths, counts, floor)
		if slices.Max(c.lengths) <= limit {
			break
		}
	}
	c.assign()
	return c
}

// depths sets the length of each symbol in the tree of those that occur.
func depths(lengths []uint8, counts []uint32, floor uint32) {
	type node struct {
		count       uint64
		symbol      int // or -1
		left, right int
	}
	var nodes []node
	for symbol, n := range counts {
		if lengths[symbol] = 0; n > 0 {
			nodes = append(nodes, node{count: uint64(max(n, floor)), symbol: symbol})
		}
	}
	slices.SortStableFunc(nodes, func(a, b node) int { return cmp.Compare(a.count, b.count) })
	leaves := len(nodes)
	if leaves == 1 {
		lengths[nodes[0].symbol] = 1
		return
	}
	// Nodes that are made are no smaller than those made before: two queues do.
	leaf, made := 0, leaves
	least := func() int {
		if leaf < leaves && (made == len(nodes) || nodes[leaf].count <= nodes[made].count) {
			leaf++
			return leaf - 1
		}
		made++
		return made - 1
	}
	for len(nodes) < 2*leaves-1 {
		a, b := least(), least()
		nodes = append(nodes, node{nodes[a].count + nodes[b].count, -1, a, b})
	}
	depth := make([]uint8, len(nodes))
	for i := len(nodes) - 1; i >= leaves; i-- { // parents come behind their children
		depth[nodes[i].left], depth[nodes[i].right] = depth[i]+1, depth[i]+1
	}
	for i, n := range nodes[:leaves] {
		lengths[n.symbol] = depth[i]
	}
}

// assign gives out the bits, shorter codes first and then by symbol (RFC 1951, section
// 3.2.2).
func (c *code) assign() {
	var count, next [17]uint16
	used := 0
	for _, n := range c.lengths {
		if n > 0 {
			count[n]++
			used++
		}
	}
	c.only = used <= 1
	for n := 1; n < len(next); n++ {
		next[n] = (next[n-1] + count[n-1]) << 1
	}
	for symbol, n := range c.lengths {
		if n > 0 {
			c.bits[symbol] = mathbits.Reverse16(next[n]) >> (16 - n)
			next[n]++
		}
	}
}

func (c *code) write(bits *bitWriter, symbol uint32) {
	if !c.only {
		bits.write(uint32(c.bits[symbol]), uint(c.lengths[symbol]))
	}
}

// writeLengths tells a decoder the code (section 3.7.2.1).
func (c *code) writeLengths(bits *bitWriter) {
	var symbols []int
	for symbol, n := range c.lengths {
		if n > 0 {
			symbols = append(symbols, symbol)
		}
	}
	if len(symbols) == 0 {
		symbols = []int{0} // a code has one at least
	}
	if len(symbols) <= 2 && symbols[len(symbols)-1] < 256 {
		bits.write(1, 1)
		bits.write(uint32(len(symbols)-1), 1)
		bits.write(1, 1) // symbols have 8 bits
		for _, symbol := range symbols {
			bits.write(uint32(symbol), 8)
		}
		return
	}
	bits.write(0, 1)
	runs := runLengths(c.lengths)
	counts := make([]uint32, 19)
	for _, r := range runs {
		counts[r.symbol]++
	}
	lengths := newCode(counts, 7)
	const all = 19
	bits.write(all-4, 4)
	for _, symbol := range [all]int{17, 18, 0, 1, 2, 3, 4, 5, 16, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} {
		bits.write(uint32(lengths.lengths[symbol]), 3)
	}
	bits.write(0, 1) // all symbols follow
	for _, r := range runs {
		lengths.write(bits, r.symbol)
		bits.write(r.extra, r.bits)
	}
}

// run is a length, or one repeated, or zeros.
type run struct {
	symbol, extra uint32
	bits          uint
}

func runLengths(lengths []uint8) []run {
	var runs []run
	for len(lengths) > 0 {
		length, n := lengths[0], 1
		for n < len(lengths) && lengths[n] == length {
			n++
		}
		lengths = lengths[n:]
		if length != 0 {
			runs = append(runs, run{symbol: uint32(length)})
			n--
		}
		for n > 0 {
			switch {
			case length == 0 && n >= 11:
				part := min(n, 138)
				runs = append(runs, run{18, uint32(part - 11), 7})
				n -= part
			case length == 0 && n >= 3:
				runs = append(runs, run{17, uint32(n - 3), 3})
				n = 0
			case length != 0 && n >= 3:
				part := min(n, 6)
				runs = append(runs, run{16, uint32(part - 3), 2})
				n -= part
			default:
				runs = append(runs, run{symbol: uint32(length)})
				n--
			}
		}
	}
	return runs
}
