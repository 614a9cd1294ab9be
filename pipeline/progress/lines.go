package progress

import (
	"fmt"
	"io"
	"strings"
	"time"

	"crawl/pipeline/stats"
)

// lines shows each state as a line of its own.
type lines struct {
	out   io.Writer
	begun bool
}

func (l *lines) draw(s State) {
	l.begun = true
	// Nothing can be done about an error: this is where it would be told.
	_, _ = fmt.Fprintln(l.out, strings.Join(facts(s, " done"), ", "))
}

func (l *lines) last(s State) {
	if l.begun {
		l.draw(s)
	}
}

func (l *lines) above(text []byte) (int, error) { return l.out.Write(text) }

// facts says in words what there is to say of s, the most telling first.
func facts(s State, done string) []string {
	list := []string{stats.Count(s.Done) + of(s) + done}
	if s.Failed > 0 {
		list = append(list, stats.Count(s.Failed)+" failed")
	}
	list = append(list, stats.Count(s.InFlight)+" in flight", stats.Rate(s.Rate))
	if left, ok := timeLeft(s); ok {
		list = append(list, left.String()+" left")
	}
	list = append(list, stats.Bytes(s.Bytes))
	if s.Note != "" {
		list = append(list, stats.Printable(s.Note))
	}
	return list
}

func of(s State) string {
	switch {
	case s.Total <= 0:
		return ""
	case s.Approx:
		return " of ~" + stats.Count(s.Total)
	default:
		return " of " + stats.Count(s.Total)
	}
}

// timeLeft is known when the total is, and something moves.
func timeLeft(s State) (time.Duration, bool) {
	left := s.Total - s.Done
	if left <= 0 || s.Rate <= 0 {
		return 0, false
	}
	seconds := float64(left) / s.Rate
	if seconds > (1000 * time.Hour).Seconds() {
		return 0, false
	}
	return time.Duration(seconds+0.5) * time.Second, true
}
