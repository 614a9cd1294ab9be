package plot

import "math"

// Ticks are about n round values within the scale: multiples of 1, 2 or 5 times a
// power of ten, or of a logarithmic scale powers of its base. They grow.
func (s Scale) Ticks(n int) []float64 {
	if !(s.Max > s.Min) || n < 1 {
		return nil
	}
	if s.Base != 0 {
		if ticks := s.powers(n); len(ticks) > 1 {
			return ticks
		}
	}
	return s.multiples(n)
}

// multiples are round values at equal distances.
func (s Scale) multiples(n int) []float64 {
	step := Round((s.Max - s.Min) / float64(n))
	first := math.Ceil(s.Min/step - 1e-9)
	if !finite(step) || !(step > 0) || math.Abs(first) > 1e15 {
		return nil
	}
	var ticks []float64
	last := math.Min(s.Max+step*1e-9, math.MaxFloat64)
	for i := first; i*step <= last && len(ticks) <= 2*n+2; i++ {
		if v := i*step + 0; v >= s.Min-step*1e-9 { // +0, since -0 is no label
			ticks = append(ticks, v)
		}
	}
	return ticks
}

// powers are powers of the base, every one or as many between as are too many.
func (s Scale) powers(n int) []float64 {
	first := math.Ceil(math.Log(s.Min)/math.Log(s.Base) - 1e-9)
	last := math.Floor(math.Log(s.Max)/math.Log(s.Base) + 1e-9)
	every := math.Max(math.Ceil((last-first+1)/float64(n+1)), 1)
	var ticks []float64
	// From a multiple of every, so that 1 is among them whenever it can be.
	for e := math.Ceil(first/every) * every; e <= last; e += every {
		if v := math.Pow(s.Base, e); finite(v) && v > 0 {
			ticks = append(ticks, v)
		}
	}
	return ticks
}

// Round is the least of 1, 2 or 5 times a power of ten that is not below v. What is
// not above zero, or not finite, comes back as it is.
func Round(v float64) float64 {
	if !(v > 0) || !finite(v) {
		return v
	}
	power := math.Pow(10, math.Floor(math.Log10(v)))
	if power == 0 {
		return v // it has no power of ten to itself
	}
	for _, digit := range []float64{1, 2, 5} {
		if digit*power >= v*(1-1e-9) {
			return digit * power
		}
	}
	return 10 * power
}
