package report

import (
	"fmt"
	"strings"

	"crawl/pipeline/compare"
	"crawl/pipeline/report/plot"
)

// reasons are why a curve bends, in words for people.
var reasons = map[compare.Reason]string{
	compare.NoGain:     "more width is not faster",
	compare.Contention: "items queue for something that is shared",
	compare.Coherency:  "each one in flight slows down the others",
	compare.Ceiling:    "the other side serves so many a second and no more",
	compare.Cores:      "there are no more processors",
	compare.Politeness: "politeness allows no more",
	compare.Widest:     "no bend up to the widest measured",
}

func reason(r compare.Reason) string {
	if words, ok := reasons[r]; ok {
		return words
	}
	return string(r)
}

// span writes an interval: 30.8 to 31.6×.
func span(i compare.Interval) string {
	if !finite(i.Low) || !finite(i.High) {
		return plot.Unknown
	}
	return strings.TrimSuffix(plot.Times(i.Low), "×") + " to " + plot.Times(i.High)
}

// spanOf writes an interval with the probability that it has.
func spanOf(i compare.Interval) string {
	return level(i) + " interval " + span(i)
}

func level(i compare.Interval) string {
	if !(i.Level > 0 && i.Level <= 1) {
		return "95 %"
	}
	return plot.Percent(i.Level)
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%s %s", plot.Number(float64(n)), many)
}
