package vp8l

import (
	"image"
	"image/color"
	"image/draw"
)

// A pixel is ARGB from the highest byte down, not multiplied by alpha.
type pixel = uint32

// flatten lays the rows behind one another.
func flatten(m image.Image) (pixels []pixel, opaque bool) {
	bounds := m.Bounds()
	pixels = make([]pixel, 0, bounds.Dx()*bounds.Dy())
	if o, ok := m.(interface{ Opaque() bool }); ok && o.Opaque() {
		row := image.NewRGBA(image.Rect(0, 0, bounds.Dx(), 1))
		for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
			draw.Draw(row, row.Rect, m, image.Pt(bounds.Min.X, y), draw.Src)
			for p := row.Pix; len(p) >= 4; p = p[4:] {
				pixels = append(pixels, 0xFF<<24|pixel(p[0])<<16|pixel(p[1])<<8|pixel(p[2]))
			}
		}
		return pixels, true
	}
	for y := bounds.Min.Y; y < bounds.Max.Y; y++ {
		for x := bounds.Min.X; x < bounds.Max.X; x++ {
			c := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			pixels = append(pixels, pixel(c.A)<<24|pixel(c.R)<<16|pixel(c.G)<<8|pixel(c.B))
		}
	}
	return pixels, false
}

// subtractGreen takes green from red and blue (section 3.5.3).
func subtractGreen(bits *bitWriter, pixels []pixel) {
	bits.begin(greenLess)
	for i, p := range pixels {
		green := p >> 8 & 0xFF
		pixels[i] = subtract(p, green<<16|green)
	}
}

// subtract works on each channel for itself: those between are set so that they lend to
// their neighbours and are masked away.
func subtract(a, b pixel) pixel {
	const even, odd = 0x00FF00FF, 0xFF00FF00
	return ((a|odd)-(b&even))&even | ((a|even)-(b&odd))&odd
}
