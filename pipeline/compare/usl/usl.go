// Package usl fits the Universal Scalability Law to throughput measured at several
// widths, and a plain ceiling, and says where the curve bends.
//
// Start with [Fit] and [FitCeiling], which tell how far off they are by their Error;
// [Bend] takes the better one and names the width. The law is Gunther's (Guerrilla
// Capacity Planning, 2007):
//
//	X(n) = γ·n / (1 + α·(n-1) + β·n·(n-1))
//
// where γ is the throughput of one, α what is serialised (contention) and β what
// each costs all others (coherency). An origin that serves so many a second and no
// more bends sharper than that law can: X(n) = min(γ·n, C), the asymptotic bounds of
// a closed queue (Denning and Buzen, 1978).
//
// The package knows nothing of what is measured.
package usl

import (
	"cmp"
	"errors"
	"math"
	"slices"
)

// Point is a measured throughput, in anything a second.
type Point struct {
	Width      float64
	Throughput float64
}

// Model is the law with its parameters. The zero value is of nothing at all.
type Model struct {
	Alpha float64 `json:"alpha"` // contention, at least 0
	Beta  float64 `json:"beta"`  // coherency, at least 0
	Gamma float64 `json:"gamma"` // throughput at width 1
}

// At is the throughput at width n.
func (m Model) At(n float64) float64 {
	return m.Gamma * n / (1 + m.Alpha*(n-1) + m.Beta*n*(n-1))
}

// Peak is the width of the greatest throughput, +Inf when it grows for ever.
func (m Model) Peak() float64 {
	if m.Beta <= 0 {
		return math.Inf(1)
	}
	return math.Sqrt(math.Max(1-m.Alpha, 0) / m.Beta)
}

// ErrPoints is of points that determine nothing: fewer than three widths, or widths
// and throughputs that are not above zero.
var ErrPoints = errors.New("a fit takes throughputs above zero at three widths at least")

// Fit finds the law's parameters by least squares of relative errors: noise grows
// with what is measured, and the small widths tell as much as the large ones.
//
// Written as n/X = (1 + α·(n-1) + β·n·(n-1)) / γ the law is linear in 1/γ, α/γ and
// β/γ, so the best are found at once, without iteration. Neither α nor β is below
// zero: where noise would have it so, the best fit without the one is taken.
func Fit(points []Point) (Model, error) {
	if err := check(points); err != nil {
		return Model{}, err
	}
	best, least := Model{}, math.Inf(1)
	for _, columns := range [][]int{{0, 1, 2}, {0, 1}, {0, 2}, {0}} {
		p, ok := solve(points, columns)
		if !ok || p[0] <= 0 || p[1] < 0 || p[2] < 0 {
			continue
		}
		m := Model{Alpha: p[1] / p[0], Beta: p[2] / p[0], Gamma: 1 / p[0]}
		if e := Error(m.At, points); e < least {
			best, least = m, e
		}
	}
	if math.IsInf(least, 1) {
		return Model{}, ErrPoints // so far apart that they cannot be reckoned with
	}
	return best, nil
}

// solve is weighted linear least squares over some of the three columns 1, n-1 and
// n(n-1), by normal equations; the others' parameters are zero.
func solve(points []Point, columns []int) (p [3]float64, ok bool) {
	k := len(columns)
	var a [3][4]float64
	for _, point := range points {
		n := point.Width
		y := n / point.Throughput
		row := [3]float64{1, n - 1, n * (n - 1)}
		for i := range k {
			for j := range k {
				a[i][j] += row[columns[i]] * row[columns[j]] / (y * y)
			}
			a[i][k] += row[columns[i]] / y
		}
	}
	for i := range k { // Gauss and Jordan; the matrix is symmetric and not negative
		pivot := a[i][i]
		if !(pivot > 0) {
			return p, false
		}
		for j := range k + 1 {
			a[i][j] /= pivot
		}
		for other := range k {
			if other == i {
				continue
			}
			factor := a[other][i]
			for j := range k + 1 {
				a[other][j] -= factor * a[i][j]
			}
		}
	}
	for i, column := range columns {
		p[column] = a[i][k]
	}
	return p, true
}

// Plateau is throughput that grows with the width up to a ceiling.
type Plateau struct {
	Gamma float64 `json:"gamma"` // throughput at width 1
	Top   float64 `json:"top"`
}

// At is the throughput at width n.
func (p Plateau) At(n float64) float64 { return math.Min(p.Gamma*n, p.Top) }

// Edge is the width that reaches the top.
func (p Plateau) Edge() float64 { return p.Top / p.Gamma }

// FitCeiling finds the plateau with the least relative errors. ok is false when the
// points show none: two widths at least have to lie on it, and one before it.
func FitCeiling(points []Point) (p Plateau, ok bool) {
	if check(points) != nil {
		return p, false
	}
	sorted := slices.SortedFunc(slices.Values(points), byWidth)
	least := math.Inf(1)
	for cut := 1; cut <= len(sorted)-2; cut++ {
		var slope, top float64 // logarithms, whose means are the best
		for _, q := range sorted[:cut] {
			slope += math.Log(q.Throughput / q.Width)
		}
		for _, q := range sorted[cut:] {
			top += math.Log(q.Throughput)
		}
		try := Plateau{
			Gamma: math.Exp(slope / float64(cut)),
			Top:   math.Exp(top / float64(len(sorted)-cut)),
		}
		if e := Error(try.At, sorted); e < least {
			p, least = try, e
		}
	}
	widest := sorted[len(sorted)-2].Width
	return p, p.Edge() > sorted[0].Width && p.Edge() < widest
}

// Error is how far the points are from a curve: the root of the mean square of the
// logarithms of their ratios, about their relative error.
func Error(at func(n float64) float64, points []Point) float64 {
	var squares float64
	for _, p := range points {
		e := math.Log(p.Throughput / at(p.Width))
		squares += e * e
	}
	return math.Sqrt(squares / float64(len(points)))
}

func check(points []Point) error {
	widths := map[float64]bool{}
	for _, p := range points {
		if !(p.Width > 0) || !(p.Throughput > 0) || math.IsInf(p.Width, 0) || math.IsInf(p.Throughput, 0) {
			return ErrPoints
		}
		widths[p.Width] = true
	}
	if len(widths) < 3 {
		return ErrPoints
	}
	return nil
}

func byWidth(a, b Point) int { return cmp.Compare(a.Width, b.Width) }
