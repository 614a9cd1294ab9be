// Package usl fits the Universal Scalability Law to throughput measured at several
// widths, and a plain ceiling, and says where the curve bends.
//
// Start with [Fit]. The law is Gunther's (Guerrilla Capacity Planning, 2007):
//
//	X(n) = γ·n / (1 + α·(n-1) + β·n·(n-1))
//
// where γ is the throughput of one, α what is serialised (contention) and β what
// each costs all others (coherency). The package knows nothing of what is measured.
package usl

import "math"

// Model is the law with its parameters. The zero value is of nothing at all.
type Model struct {
	Alpha float64 `json:"alpha"` // contention, 0 to 1
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
