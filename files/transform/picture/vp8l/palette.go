package vp8l

import "slices"

const mostColors = 256

// palette lists the colours of a picture that has few, in order, and else is nil.
func palette(pixels []pixel) []pixel {
	seen := make(map[pixel]bool, mostColors)
	last := ^pixels[0]
	for _, p := range pixels {
		if p == last {
			continue
		}
		last = p
		if seen[p] = true; len(seen) > mostColors {
			return nil
		}
	}
	colors := make([]pixel, 0, len(seen))
	for p := range seen {
		colors = append(colors, p)
	}
	slices.Sort(colors)
	return colors
}

// index puts the palette's indices into green, several to a pixel where they are small
// (section 3.5.4), and returns the pixels, which are the same memory, and their new
// width.
func index(bits *bitWriter, pixels []pixel, width int, colors []pixel) ([]pixel, int) {
	bits.begin(colorIndexing)
	bits.write(uint32(len(colors)-1), 8)
	at := make(map[pixel]uint32, len(colors))
	differences := make([]pixel, len(colors))
	before := pixel(0)
	for i, c := range colors {
		at[c] = uint32(i)
		differences[i] = subtract(c, before)
		before = c
	}
	bits.write(0, 1) // no colour cache
	entropyCode(bits, differences, len(differences))

	perPixel, each := 1, uint(8)
	switch {
	case len(colors) <= 2:
		perPixel, each = 8, 1
	case len(colors) <= 4:
		perPixel, each = 4, 2
	case len(colors) <= 16:
		perPixel, each = 2, 4
	}
	made := pixels[:0]
	last, number := colors[0], uint32(0)
	for row := range slices.Chunk(pixels, width) {
		for part := range slices.Chunk(row, perPixel) {
			bundle := uint32(0)
			for i, p := range part {
				if p != last {
					last, number = p, at[p]
				}
				bundle |= number << (uint(i) * each)
			}
			made = append(made, 0xFF<<24|bundle<<8)
		}
	}
	return made, (width + perPixel - 1) / perPixel
}
