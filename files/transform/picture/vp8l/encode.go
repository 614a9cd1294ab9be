// Package vp8l writes WebP, lossless. [Encode] is all there is; golang.org/x/image/webp
// reads what it makes.
//
// It is own code because of what else there is. Libraries in Go alone do not hold up
// (the best known one panics on noise), libwebp compiled to WebAssembly adds 3 MB and
// takes a second to start, and libwebp itself needs a C compiler. The format is that of
// RFC 9649, section 3.
//
// Of its means Encode uses the palette, subtraction of green, a predictor for each block
// of 16 by 16 pixels, back-references, and one set of Huffman codes: files are some
// percent larger than those of libwebp and a good deal smaller than PNG.
package vp8l

import (
	"encoding/binary"
	"errors"
	"image"
	"io"
)

// Longest is the most that a side may have, in pixels. The format has room for one more,
// which libwebp refuses.
const Longest = 1<<14 - 1

// Encode writes m to w, in few pieces, with 8 bits a channel. It needs 4 bytes a pixel,
// and up to 3 more for back-references. Its error is w's or says that a side is longer
// than [Longest] or empty. It is safe for concurrent use.
func Encode(w io.Writer, m image.Image) error {
	size := m.Bounds().Size()
	if size.X < 1 || size.Y < 1 {
		return errors.New("an empty picture")
	}
	if size.X > Longest || size.Y > Longest {
		return errors.New("WebP has at most 16,383 pixels a side")
	}
	pixels, opaque := flatten(m)
	var bits bitWriter
	bits.write(signature, 8)
	bits.write(uint32(size.X-1), 14)
	bits.write(uint32(size.Y-1), 14)
	bits.write(boolBit(!opaque), 1)
	bits.write(0, 3) // the version

	if colors := palette(pixels); colors != nil {
		pixels, size.X = index(&bits, pixels, size.X, colors)
	} else {
		subtractGreen(&bits, pixels)
		predict(&bits, pixels, size.X)
	}
	bits.write(0, 1) // no more transforms
	bits.write(0, 1) // no colour cache
	bits.write(0, 1) // one set of codes
	entropyCode(&bits, pixels, size.X)
	return container(w, bits.bytes())
}

const signature = 0x2F

// The transforms, in two bits.
const (
	predictor     = 0
	greenLess     = 2
	colorIndexing = 3
)

// begin says that a transform follows.
func (b *bitWriter) begin(transform uint32) {
	b.write(1, 1)
	b.write(transform, 2)
}

// container puts data into RIFF (RFC 9649 section 2.3).
func container(w io.Writer, data []byte) error {
	padded := len(data) + len(data)&1
	head := make([]byte, 20)
	copy(head, "RIFF")
	binary.LittleEndian.PutUint32(head[4:], uint32(12+padded))
	copy(head[8:], "WEBPVP8L")
	binary.LittleEndian.PutUint32(head[16:], uint32(len(data)))
	if _, err := w.Write(head); err != nil {
		return err
	}
	_, err := w.Write(append(data, 0)[:padded])
	return err
}

func boolBit(b bool) uint32 {
	if b {
		return 1
	}
	return 0
}
