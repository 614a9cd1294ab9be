package vp8l

const (
	blockBits = 4 // of a side of the blocks that have a predictor each
	block     = 1 << blockBits
)

// modes are the predictors that are tried (section 3.5.1): left, top, their average, the
// nearer of both, and the gradient. The nine others gain less than they take to try.
var modes = [...]uint32{1, 2, 7, 11, 12}

// predict replaces pixels by what they differ from those before, and writes how.
func predict(bits *bitWriter, pixels []pixel, width int) {
	height := len(pixels) / width
	across, down := (width+block-1)/block, (height+block-1)/block
	chosen := make([]pixel, across*down)
	for y := range down {
		for x := range across {
			chosen[y*across+x] = best(pixels, width, height, x*block, y*block) << 8
		}
	}
	bits.begin(predictor)
	bits.write(blockBits-2, 3)
	bits.write(0, 1) // no colour cache
	entropyCode(bits, chosen, across)

	// From the end, so that each pixel still finds those before it.
	for y := height - 1; y >= 0; y-- {
		for x := width - 1; x >= 0; x-- {
			mode := chosen[(y>>blockBits)*across+x>>blockBits] >> 8
			i := y*width + x
			pixels[i] = subtract(pixels[i], predicted(pixels, width, x, y, mode))
		}
	}
}

// best is the mode whose differences are the smallest in a block that begins at x, y.
func best(pixels []pixel, width, height, x, y int) uint32 {
	mode, least := modes[0], ^uint32(0)
	for _, m := range modes {
		sum := uint32(0)
		for j := y; j < min(y+block, height); j++ {
			for i := x; i < min(x+block, width); i++ {
				sum += magnitude(subtract(pixels[j*width+i], predicted(pixels, width, i, j, m)))
			}
		}
		if sum < least {
			mode, least = m, sum
		}
	}
	return mode
}

// magnitude adds the channels up, each as a number from -128 to 127.
func magnitude(p pixel) uint32 {
	sum := uint32(0)
	for ; p != 0; p >>= 8 {
		c := p & 0xFF
		sum += min(c, 256-c)
	}
	return sum
}

// predicted is what mode expects at x, y. The border has modes of its own.
func predicted(pixels []pixel, width, x, y int, mode uint32) pixel {
	i := y*width + x
	switch {
	case i == 0:
		return 0xFF << 24
	case y == 0:
		return pixels[i-1]
	case x == 0:
		return pixels[i-width]
	}
	left, top, corner := pixels[i-1], pixels[i-width], pixels[i-width-1]
	switch mode {
	case 1:
		return left
	case 2:
		return top
	case 7:
		return (left^top)&0xFEFEFEFE>>1 + left&top
	case 11:
		return nearer(left, top, corner)
	}
	return gradient(left, top, corner)
}

// nearer is the one of left and top that left + top - corner is nearer to.
func nearer(left, top, corner pixel) pixel {
	toLeft, toTop := 0, 0
	for shift := 0; shift < 32; shift += 8 {
		l, t, c := int(left>>shift&0xFF), int(top>>shift&0xFF), int(corner>>shift&0xFF)
		toLeft += abs(t - c)
		toTop += abs(l - c)
	}
	if toLeft < toTop {
		return left
	}
	return top
}

func abs(n int) int { return max(n, -n) }

// gradient is left + top - corner in each channel, within its bounds.
func gradient(left, top, corner pixel) pixel {
	made := pixel(0)
	for shift := 0; shift < 32; shift += 8 {
		l, t, c := int(left>>shift&0xFF), int(top>>shift&0xFF), int(corner>>shift&0xFF)
		made |= pixel(min(max(l+t-c, 0), 255)) << shift
	}
	return made
}
