package vp8l

// bitWriter fills bytes from the lowest bit up. Its zero value is ready.
type bitWriter struct {
	made    []byte
	pending uint64
	count   uint // bits pending, fewer than 32 between calls
}

// write adds the n lowest bits of v, n at most 32.
func (b *bitWriter) write(v uint32, n uint) {
	b.pending |= uint64(v) << b.count
	b.count += n
	if b.count >= 32 {
		p := b.pending
		b.made = append(b.made, byte(p), byte(p>>8), byte(p>>16), byte(p>>24))
		b.pending >>= 32
		b.count -= 32
	}
}

// bytes are all bits, with zeros to the end of the last byte.
func (b *bitWriter) bytes() []byte {
	made := b.made
	for p, n := b.pending, int(b.count); n > 0; n -= 8 {
		made = append(made, byte(p))
		p >>= 8
	}
	return made
}
