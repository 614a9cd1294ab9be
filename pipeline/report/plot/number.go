package plot

import (
	"math"
	"strconv"
	"strings"
	"time"

	"crawl/pipeline/stats"
)

// Unknown stands for what is not a finite number.
const Unknown = "–"

// Number is v with three digits that matter, and a comma between thousands.
func Number(v float64) string {
	abs := math.Abs(v)
	switch {
	case !finite(v):
		return Unknown
	case abs >= 1e15 || abs < 1e-9 && v != 0:
		return strconv.FormatFloat(v, 'g', 3, 64)
	case abs >= 999.5:
		return stats.Count(int64(math.Round(v)))
	}
	digits := 2
	if v != 0 {
		digits -= int(math.Floor(math.Log10(abs)))
	}
	s := strconv.FormatFloat(v, 'f', max(digits, 0), 64)
	if strings.Contains(s, ".") {
		s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	}
	return s
}

// Times is a ratio: 31.2×, and with two digits behind the point near one.
func Times(v float64) string {
	switch {
	case !finite(v):
		return Unknown
	case math.Abs(v) < 9.995:
		return strconv.FormatFloat(v, 'f', 2, 64) + "×"
	}
	return Number(v) + "×"
}

// Factor is a ratio with no more digits than it needs, as the ticks of an axis have
// it: 2×.
func Factor(v float64) string {
	if !finite(v) {
		return Unknown
	}
	return Number(v) + "×"
}

// Percent is a share of one.
func Percent(v float64) string {
	p := v * 100
	switch {
	case !finite(p):
		return Unknown
	case p > 0 && p < 0.1:
		return "< 0.1 %"
	case p > 99.9 && p < 100:
		return "> 99.9 %"
	case math.Abs(p) < 9.95:
		return Number(math.Round(p*10)/10) + " %"
	}
	return Number(math.Round(p)) + " %"
}

// units of time, the largest first.
var units = []struct {
	name string
	size float64
}{{"s", 1}, {"ms", 1e-3}, {"µs", 1e-6}, {"ns", 1e-9}}

// Seconds is a time in the unit that suits it, with three digits that matter.
func Seconds(v float64) string {
	abs := math.Abs(v)
	switch {
	case !finite(v):
		return Unknown
	case v == 0:
		return "0 s"
	case abs >= 120 && abs < 1e9:
		return (time.Duration(math.Round(v)) * time.Second).String()
	}
	for _, u := range units {
		if abs >= 0.9995*u.size || u.size == 1e-9 {
			return Number(v/u.size) + " " + u.name
		}
	}
	return Unknown
}

// SecondsLike is how times up to most are written so that all have one unit, as the
// ticks of an axis do.
func SecondsLike(most float64) func(float64) string {
	unit := units[0]
	for _, u := range units {
		unit = u
		if most >= u.size {
			break
		}
	}
	return func(v float64) string { return Number(v/unit.size) + " " + unit.name }
}
