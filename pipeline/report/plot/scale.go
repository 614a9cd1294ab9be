package plot

import "math"

// Scale turns values into places in percent of the width, or down into pixels. Its
// zero value puts everything at 0.
type Scale struct {
	Min, Max float64 // values at the ends
	From, To float64 // places of the ends
	Base     float64 // of a logarithmic scale, whose ticks are its powers; 0: a linear one
}

// Linear is a scale from 0, or from the least value when that is below, to the
// greatest. Values that are not finite do not count.
func Linear(values ...float64) Scale {
	low, high, ok := extent(values, func(float64) bool { return true })
	if !ok {
		low, high = 0, 1
	}
	s := Scale{Min: math.Min(low, 0), Max: math.Max(high, 0), To: 100}
	if s.Min == s.Max {
		s.Max = 1
	}
	return s
}

// tiny is below all that is measured. Where floats end, logarithms are not exact.
const tiny = 1e-300

// Log is a logarithmic scale over all values above zero. When there is none, or all
// are the same, it spans one power of the base.
func Log(base float64, values ...float64) Scale {
	low, high, ok := extent(values, func(v float64) bool { return v > tiny })
	if !ok {
		low, high = 1, 1
	}
	if low == high {
		low, high = low/math.Sqrt(base), high*math.Sqrt(base)
	}
	return Scale{Min: low, Max: high, To: 100, Base: base}
}

// wide is by how much values have to differ for a logarithmic scale to show the small
// ones better.
const wide = 6

// Wide tells whether values span so much that a logarithmic scale suits them: those
// above zero do, and none is below.
func Wide(values ...float64) bool {
	low, _, _ := extent(values, func(v float64) bool { return v != 0 })
	least, most, ok := extent(values, func(v float64) bool { return v > tiny })
	return ok && low > 0 && most/least >= wide
}

// Choose is a logarithmic scale where the values are wide, and a linear one else.
func Choose(base float64, values ...float64) Scale {
	if Wide(values...) {
		return Log(base, values...)
	}
	return Linear(values...)
}

// Between is the scale with its ends at other places: from may be the larger.
func (s Scale) Between(from, to float64) Scale {
	s.From, s.To = from, to
	return s
}

// Padded is the scale with a share of its length more at either end, but never
// beyond zero.
func (s Scale) Padded(share float64) Scale {
	if s.Base != 0 {
		factor := math.Pow(s.Max/s.Min, share)
		if !finite(factor) || !finite(s.Max*factor) || s.Min/factor <= tiny {
			return s
		}
		s.Min, s.Max = s.Min/factor, s.Max*factor
		return s
	}
	by := share * (s.Max - s.Min)
	if !finite(s.Max + by) {
		return s
	}
	if s.Min != 0 {
		s.Min -= by
	}
	if s.Max != 0 {
		s.Max += by
	}
	return s
}

// Log tells whether the scale is logarithmic.
func (s Scale) Log() bool { return s.Base != 0 }

// At is the place of a value. One that is outside is put at the end that is nearer,
// and one that is no number at the lower end.
func (s Scale) At(v float64) float64 {
	if math.IsNaN(v) || v <= s.Min || s.Max <= s.Min {
		return s.From
	}
	if v >= s.Max {
		return s.To
	}
	share := v/2 - s.Min/2
	span := s.Max/2 - s.Min/2 // halves, so that the largest do not overflow
	if s.Base != 0 {
		share, span = math.Log(v/s.Min), math.Log(s.Max/s.Min)
		if !finite(span) {
			share, span = math.Log(v)-math.Log(s.Min), math.Log(s.Max)-math.Log(s.Min)
		}
	}
	return s.From + (s.To-s.From)*(share/span)
}

// extent is the least and the greatest of the finite values that are wanted.
func extent(values []float64, wanted func(float64) bool) (low, high float64, ok bool) {
	low, high = math.Inf(1), math.Inf(-1)
	for _, v := range values {
		if finite(v) && wanted(v) {
			low, high, ok = math.Min(low, v), math.Max(high, v), true
		}
	}
	return low, high, ok
}

func finite(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
