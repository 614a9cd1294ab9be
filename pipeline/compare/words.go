package compare

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// seconds writes a time with three digits: 147 ms, 4.31 s, 12.0 min.
func seconds(s float64) string {
	u := unitOf(s)
	return u.number(s, u.places(s)) + " " + u.name
}

// given writes a time that somebody chose: 0.5 s, 120 s.
func given(s float64) string { return strconv.FormatFloat(s, 'f', -1, 64) + " s" }

// unit is what times are shown in.
type unit struct {
	name string
	size float64 // in seconds
}

func unitOf(s float64) unit {
	switch {
	case s >= 599.5:
		return unit{"min", 60}
	case s >= 0.9995:
		return unit{"s", 1}
	case s >= 0.9995e-3 || s == 0:
		return unit{"ms", 1e-3}
	default:
		return unit{"µs", 1e-6}
	}
}

// number writes a time in the unit, without its name.
func (u unit) number(s float64, places int) string {
	return strconv.FormatFloat(s/u.size, 'f', places, 64)
}

// places is how many digits after the point make three.
func (u unit) places(s float64) int { return places(s/u.size, 3) }

func places(x float64, digits int) int {
	if x == 0 {
		return 0
	}
	for p := digits - 1; p > 0; p-- {
		if x < math.Pow10(digits-p)-0.5*math.Pow10(-p) { // else it is rounded up to a digit more
			return p
		}
	}
	return 0
}

// times writes a factor: 1.03, 27.4, 312.
func times(x float64) string {
	switch {
	case x < 9.995:
		return strconv.FormatFloat(x, 'f', 2, 64)
	case x < 99.95:
		return strconv.FormatFloat(x, 'f', 1, 64)
	default:
		return strconv.FormatFloat(x, 'f', 0, 64)
	}
}

// between writes an interval of factors.
func between(i Interval) string {
	return fmt.Sprintf("%s interval %s to %s", percent(i.Level), times(i.Low), times(i.High))
}

func percent(share float64) string {
	p := 100 * share
	if p > 0 && p < 9.95 && math.Abs(p-math.Round(p)) > 0.05 {
		return strconv.FormatFloat(p, 'f', 1, 64) + " %"
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + " %"
}

// list joins names as a sentence does.
func list(names []string) string {
	switch n := len(names); n {
	case 0:
		return ""
	case 1:
		return names[0]
	default:
		return strings.Join(names[:n-1], ", ") + " and " + names[n-1]
	}
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}
