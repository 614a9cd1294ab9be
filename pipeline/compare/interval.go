package compare

import (
	"cmp"
	"math"
	"slices"
)

const (
	level     = 0.95
	twinLevel = 0.99 // since a run whose twin differs by chance is lost
)

// median of values, which it may reorder; 0 of none.
func median(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	switch {
	case n == 0:
		return 0
	case n%2 == 1:
		return values[n/2]
	default:
		return (values[n/2-1] + values[n/2]) / 2
	}
}

// medianInterval is the median with an interval that assumes nothing about how the
// values are distributed, by the sign test: the kth smallest and the kth largest
// hold the true median between them unless fewer than k of n fall to one side, which
// is as likely as fewer than k heads of n coins. The largest k is taken that leaves
// 95 %; below six values even the extremes leave less, and Level says how much.
func medianInterval(values []float64) Interval {
	n := len(values)
	if n == 0 {
		return Interval{}
	}
	sorted := slices.Sorted(slices.Values(values))
	outside := math.Ldexp(1, -n) // that fewer than k coins of n are heads
	term := outside
	k := 1
	for k < (n+1)/2 {
		term *= float64(n-k+1) / float64(k)
		if 1-2*(outside+term) < level {
			break
		}
		outside += term
		k++
	}
	return Interval{
		Value: median(sorted),
		Low:   sorted[k-1],
		High:  sorted[n-k],
		Level: math.Max(1-2*outside, 0),
	}
}

// bootstrap is the median with a percentile bootstrap interval (Efron, 1979): the
// values are drawn anew, with replacement, and the medians of the draws are where it
// may be. Which medians come how often is known without drawing. Of few values such
// intervals are too narrow, so they are expanded (Hesterberg, What Teachers Should Know
// About the Bootstrap, 2015); and where not even all of the values together hold the
// true median as surely as level says, the interval is Student's.
func bootstrap(values []float64, level float64) Interval {
	n := len(values)
	sorted := slices.Sorted(slices.Values(values))
	in := Interval{Value: median(sorted), Level: level}
	switch {
	case n == 0:
		return Interval{}
	case n == 1:
		return Interval{Value: in.Value, Low: in.Value, High: in.Value}
	case math.Ldexp(1, 1-n) > 1-level:
		in.Low, in.High = student(sorted, level)
	default:
		wider := quantile(level, n-1) * math.Sqrt(float64(n)/float64(n-1))
		in.Low, in.High = middle(medians(sorted), math.Erfc(wider/math.Sqrt2)/2)
	}
	// Means need not lie where medians do.
	in.Low, in.High = math.Min(in.Low, in.Value), math.Max(in.High, in.Value)
	return in
}

// quantile is the value that has level between it and its negative in Student's
// distribution (1908), with so many degrees of freedom.
func quantile(level float64, freedom int) float64 {
	low, high := 0.0, 1e6
	for range 100 {
		if t := (low + high) / 2; inside(t, freedom) < level {
			low = t
		} else {
			high = t
		}
	}
	return high
}

// inside is how probable a value between -t and t is: 26.7.3 and 26.7.4 of Abramowitz
// and Stegun, Handbook of Mathematical Functions.
func inside(t float64, freedom int) float64 {
	sin, cos := math.Sincos(math.Atan(t / math.Sqrt(float64(freedom))))
	odd := freedom % 2
	sum, term := 0.0, 1.0
	if odd == 1 {
		term = cos
	}
	for k := 2 + odd; k <= freedom; k += 2 {
		sum += term
		term *= cos * cos * float64(k-1) / float64(k)
	}
	if odd == 1 {
		return 2 / math.Pi * (math.Atan(t/math.Sqrt(float64(freedom))) + sin*sum)
	}
	return sin * sum
}

// student is an interval of the mean of logarithms, hence for ratios whose noise is
// log-normal.
func student(values []float64, level float64) (low, high float64) {
	n := float64(len(values))
	var mean, squares float64
	for _, v := range values {
		mean += math.Log(v) / n
	}
	for _, v := range values {
		squares += (math.Log(v) - mean) * (math.Log(v) - mean)
	}
	reach := quantile(level, len(values)-1) * math.Sqrt(squares/(n-1)/n)
	return math.Exp(mean - reach), math.Exp(mean + reach)
}

// weighted is a value, and how probable it is.
type weighted struct{ value, share float64 }

// medians are those that draws of as many, with replacement, may have. They are not in
// order.
func medians(sorted []float64) []weighted {
	const negligible = 1e-12
	n := len(sorted)
	half := (n + 1) / 2
	ways := logChoose(n, half)
	var all []weighted
	before := 0.0
	for i := 1; i <= n; i++ {
		upTo := atLeast(half, n, float64(i)/float64(n)) // that the draw's value at half is at most the ith
		here := upTo - before
		before = upTo
		for j := i + 1; j <= n && n%2 == 0; j++ {
			// Half of the draws are up to the ith and one of them is it, half from the jth
			// on and one of those is it: both are at the middle.
			p := math.Exp(ways + logExtreme(i, n, half) + logExtreme(n-j+1, n, half))
			if p < negligible {
				break // and so are those further on
			}
			all = append(all, weighted{(sorted[i-1] + sorted[j-1]) / 2, p})
			here -= p
		}
		all = append(all, weighted{sorted[i-1], here})
	}
	return all
}

// logExtreme is the logarithm of how probable it is that so many draws out of n are
// all among the first i, and one of them is the ith.
func logExtreme(i, n, draws int) float64 {
	m := float64(draws)
	return m*math.Log(float64(i)/float64(n)) + math.Log1p(-math.Pow(float64(i-1)/float64(i), m))
}

// atLeast is how probable it is that k or more of n coins are heads, each with p.
func atLeast(k, n int, p float64) float64 {
	if p >= 1 {
		return 1
	}
	var sum float64
	for ; k <= n; k++ {
		sum += math.Exp(logChoose(n, k) + float64(k)*math.Log(p) + float64(n-k)*math.Log1p(-p))
	}
	return math.Min(sum, 1)
}

func logChoose(n, k int) float64 {
	all, _ := math.Lgamma(float64(n + 1))
	chosen, _ := math.Lgamma(float64(k + 1))
	left, _ := math.Lgamma(float64(n - k + 1))
	return all - chosen - left
}

// middle is what is left of the values when such a share of them is cut off at either
// end.
func middle(values []weighted, tail float64) (low, high float64) {
	slices.SortFunc(values, func(a, b weighted) int { return cmp.Compare(a.value, b.value) })
	i, below := 0, values[0].share
	for ; below < tail; below += values[i].share {
		i++
	}
	j, above := len(values)-1, values[len(values)-1].share
	for ; above < tail; above += values[j].share {
		j--
	}
	return values[i].value, values[j].value
}

// contains reports whether x is in the interval.
func (i Interval) contains(x float64) bool { return i.Low <= x && x <= i.High }
