package pipeline

import (
	"fmt"
	"math"
	"time"
)

// level is what is known of the latency at a width: mean and variance of its
// logarithm, by Welford's method.
type level struct {
	width   int
	n       int
	mean    float64
	squares float64
	guess   float64 // of the variance, while n is small
}

func (l *level) add(x float64) {
	l.n++
	d := x - l.mean
	l.mean += d / float64(l.n)
	l.squares += d * (x - l.mean)
}

func (l *level) forget() { *l = level{width: l.width, guess: l.variance()} }

// merged is what both know, where l counts as at most n.
func (l level) merged(o level, n int) level {
	share := float64(o.n) / float64(min(l.n, n)+o.n)
	d := o.mean - l.mean
	return level{
		width: o.width,
		n:     min(l.n, n) + o.n,
		mean:  l.mean + share*d,
		squares: float64(min(l.n, n)+o.n) *
			((1-share)*l.variance() + share*o.variance() + share*(1-share)*d*d),
		guess: o.guess,
	}
}

func (l *level) variance() float64 {
	if l.n < 4 {
		return l.guess
	}
	return l.squares / float64(l.n-1)
}

// error is the standard error of the mean.
func (l *level) error() float64 {
	if l.n == 0 {
		return 0
	}
	return math.Sqrt(l.variance() / float64(l.n))
}

func (l *level) latency() time.Duration {
	return time.Duration(math.Exp(l.mean) * float64(time.Second))
}

func (l level) String() string {
	d := l.latency()
	switch {
	case d < time.Millisecond:
		return fmt.Sprintf("%d us", d.Microseconds())
	case d < 10*time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	default:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
}
