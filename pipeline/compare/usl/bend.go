package usl

import (
	"math"
	"slices"
)

// Bend is where a curve bends, and how.
type Bend struct {
	Law     Model
	Error   float64 // of the law
	Plateau Plateau // the zero value unless Kind is Ceiling
	Kind    Kind

	// Knee is the width beyond which nothing is gained, at most the widest measured.
	Knee float64
}

// Kind is how a curve bends.
type Kind string

// The kinds.
const (
	Linear     Kind = "linear"     // it does not, as far as was measured
	Contention Kind = "contention" // each width adds less, but more than nothing
	Coherency  Kind = "coherency"  // beyond the knee it goes down
	Ceiling    Kind = "ceiling"    // beyond the knee it stays
	Flat       Kind = "flat"       // it never rose
)

const (
	rise  = 0.05  // least growth that counts as one, from the smallest width to the best
	sure  = 3     // errors that a growth has to exceed, else it is noise
	noise = 0.005 // error below which two models are equally good
	bent  = 0.80  // share of linear growth below which a curve counts as bent
)

// FindBend fits both models to points and names the knee by the better one, which
// is chosen by Akaike's information criterion, since the law has a parameter more.
func FindBend(points []Point) (Bend, error) {
	law, err := Fit(points)
	if err != nil {
		return Bend{}, err
	}
	sorted := slices.SortedFunc(slices.Values(points), byWidth)
	first, widest := sorted[0].Width, sorted[len(sorted)-1].Width
	b := Bend{Law: law, Error: Error(law.At, points), Knee: first, Kind: Flat}

	plateau, ok := FitCeiling(points)
	peak := law.Peak()
	best := law.At(math.Min(math.Max(peak, first), widest))
	flat := ok && criterion(Error(plateau.At, points), len(points), 2) < criterion(b.Error, len(points), 3)
	if flat {
		best = plateau.Top
	}
	if best < (1+math.Max(rise, sure*b.Error))*law.At(first) {
		return b, nil
	}
	switch {
	case flat:
		b.Plateau, b.Kind, b.Knee = plateau, Ceiling, plateau.Edge()
	case peak < widest:
		b.Kind, b.Knee = Coherency, peak
	case law.At(widest) < bent*law.Gamma*widest:
		b.Kind, b.Knee = Contention, widest
	default:
		b.Kind, b.Knee = Linear, widest
	}
	return b, nil
}

// At is the throughput by the model that was chosen.
func (b Bend) At(n float64) float64 {
	if b.Kind == Ceiling {
		return b.Plateau.At(n)
	}
	return b.Law.At(n)
}

// Enough is the least whole width that reaches a share of what the knee does.
func (b Bend) Enough(share float64) int {
	goal := share * b.At(b.Knee)
	n := 1
	for ; float64(n) < b.Knee; n++ {
		if b.At(float64(n)) >= goal {
			return n
		}
	}
	return n
}

// criterion is Akaike's, for n points and k parameters.
func criterion(e float64, n, k int) float64 {
	return float64(n)*math.Log(e*e+noise*noise) + 2*float64(k)
}
