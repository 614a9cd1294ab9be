package vp8l

// match is a back-reference: length pixels from at on are those that came distance
// earlier.
type match struct{ at, length, distance int32 }

const (
	shortest = 4
	longest  = 4096               // a length with more has no code
	farthest = 1<<20 - 120        // the first 120 distances stand for neighbours
	hashBits = 16                 // of the table that says where such pixels came last
	hashMul  = 0x9E3779B97F4A7C15 // 2^64 over the golden ratio (Knuth, section 6.4)
)

// matches finds back-references, in order: the longest of where the same four pixels came
// last, to the left, and above.
func matches(pixels []pixel, width int) []match {
	var found []match
	if len(pixels) < 2*shortest {
		return nil
	}
	last := make([]int32, 1<<hashBits) // position + 1
	end := len(pixels) - shortest
	for i := 0; i <= end; {
		slot := hash(pixels[i:])
		m := match{at: int32(i)}
		for _, distance := range [...]int{1, width, i + 1 - int(last[slot])} {
			if distance > i || distance > farthest {
				continue
			}
			if n := same(pixels, i, i-distance); n > m.length {
				m.length, m.distance = n, int32(distance)
			}
		}
		next := i + 1
		if m.length >= shortest {
			found = append(found, m)
			next = i + int(m.length)
		}
		for ; i < next && i <= end; i++ {
			last[hash(pixels[i:])] = int32(i + 1)
		}
		i = next
	}
	return found
}

func hash(p []pixel) uint64 {
	h := uint64(p[0])*0x1E35A7BD ^ uint64(p[1])<<8 ^ uint64(p[2])<<24 ^ uint64(p[3])<<32
	return h * hashMul >> (64 - hashBits)
}

// same counts how many pixels at i are those at j.
func same(pixels []pixel, i, j int) int32 {
	n := 0
	for n < longest && i+n < len(pixels) && pixels[i+n] == pixels[j+n] {
		n++
	}
	return int32(n)
}

// distanceCode is the number that stands for a distance (section 4.2.2): small ones for
// pixels nearby in the picture.
func distanceCode(distance, width int) int {
	y, x := distance/width, distance%width
	switch {
	case x <= 8 && y < 8:
		return nearby[y*16+8-x] + 1
	case x > width-8 && y < 7:
		return nearby[(y+1)*16+8+width-x] + 1
	}
	return distance + 120
}

// nearby is the standard's list of neighbours the other way round: by row above, from 8
// to the right of a pixel to 7 to the left of it. The pixel itself and those behind it in
// its row have no code.
var nearby = [8 * 16]int{
	96, 73, 55, 39, 23, 13, 5, 1, 255, 255, 255, 255, 255, 255, 255, 255,
	101, 78, 58, 42, 26, 16, 8, 2, 0, 3, 9, 17, 27, 43, 59, 79,
	102, 86, 62, 46, 32, 20, 10, 6, 4, 7, 11, 21, 33, 47, 63, 87,
	105, 90, 70, 52, 37, 28, 18, 14, 12, 15, 19, 29, 38, 53, 71, 91,
	110, 99, 82, 66, 48, 35, 30, 24, 22, 25, 31, 36, 49, 67, 83, 100,
	115, 108, 94, 76, 64, 50, 44, 40, 34, 41, 45, 51, 65, 77, 95, 109,
	118, 113, 103, 92, 80, 68, 60, 56, 54, 57, 61, 69, 81, 93, 104, 114,
	119, 116, 111, 106, 97, 88, 84, 74, 72, 75, 85, 89, 98, 107, 112, 117,
}
