package vp8l

import mathbits "math/bits"

// The alphabets, each with a code of its own (section 3.7.1).
const (
	greens    = 256 + 24 // with the prefixes of lengths behind them
	channels  = 256
	distances = 40
)

// entropyCode writes pixels as literals and back-references, with the codes before.
func entropyCode(bits *bitWriter, pixels []pixel, width int) {
	found := matches(pixels, width)
	var counts [5][]uint32
	for i, size := range [...]int{greens, channels, channels, channels, distances} {
		counts[i] = make([]uint32, size)
	}
	walk(pixels, found, func(p pixel) {
		counts[0][p>>8&0xFF]++
		counts[1][p>>16&0xFF]++
		counts[2][p&0xFF]++
		counts[3][p>>24]++
	}, func(m match) {
		prefix, _, _ := prefixed(int(m.length))
		counts[0][256+prefix]++
		prefix, _, _ = prefixed(distanceCode(int(m.distance), width))
		counts[4][prefix]++
	})
	var codes [5]code
	for i := range codes {
		codes[i] = newCode(counts[i], 15)
		codes[i].writeLengths(bits)
	}
	walk(pixels, found, func(p pixel) {
		codes[0].write(bits, p>>8&0xFF)
		codes[1].write(bits, p>>16&0xFF)
		codes[2].write(bits, p&0xFF)
		codes[3].write(bits, p>>24)
	}, func(m match) {
		prefix, extra, n := prefixed(int(m.length))
		codes[0].write(bits, 256+prefix)
		bits.write(extra, n)
		prefix, extra, n = prefixed(distanceCode(int(m.distance), width))
		codes[4].write(bits, prefix)
		bits.write(extra, n)
	})
}

// walk goes through the pixels in order, and passes those that a match stands for.
func walk(pixels []pixel, found []match, literal func(pixel), reference func(match)) {
	at := 0
	for _, m := range found {
		for _, p := range pixels[at:m.at] {
			literal(p)
		}
		reference(m)
		at = int(m.at + m.length)
	}
	for _, p := range pixels[at:] {
		literal(p)
	}
}

// prefixed splits a length or distance into a symbol and n bits behind it (section
// 4.2.2).
func prefixed(v int) (prefix, extra uint32, n uint) {
	v--
	if v < 4 {
		return uint32(v), 0, 0
	}
	high := uint(mathbits.Len(uint(v))) - 1
	n = high - 1
	return uint32(2*high) + uint32(v>>n&1), uint32(v) & (1<<n - 1), n
}
