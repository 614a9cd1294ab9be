package report

import (
	"crawl/pipeline/compare"
)

// piece is a stretch of a span with one look.
type piece struct {
	class      string
	start, end float64
}

// pieces divides a span: neighbours that both wait, or both work, are one, and what
// no part tells about is unknown unless it is too short to be seen.
func pieces(s compare.Span) []piece {
	if !finite(s.Start) || !finite(s.End) || s.End < s.Start {
		return nil
	}
	slack := (s.End - s.Start) / 100
	var list []piece
	at := s.Start
	add := func(class string, end float64) {
		if n := len(list); n > 0 && list[n-1].class == class {
			list[n-1].end = end
		} else {
			list = append(list, piece{class, at, end})
		}
		at = end
	}
	for _, p := range s.Parts {
		if !finite(p.Start) || !finite(p.End) {
			continue
		}
		end := min(p.End, s.End)
		if end <= at {
			continue
		}
		if p.Start > at+slack {
			add("unknown", p.Start)
		}
		add(look(p.Waiting), end)
	}
	if s.End > at+slack || len(list) == 0 {
		add("unknown", s.End)
	}
	return list
}

func look(waiting bool) string {
	if waiting {
		return "wait"
	}
	return "work"
}

// waiting is the share of the spans' time that they waited. ok is false when that
// is not known of most of it.
func waiting(spans []compare.Span) (share float64, ok bool) {
	sums := map[string]float64{}
	for _, s := range spans {
		for _, p := range pieces(s) {
			sums[p.class] += p.end - p.start
		}
	}
	known := sums["wait"] + sums["work"]
	if !positive(known) || known < sums["unknown"] {
		return 0, false
	}
	return sums["wait"] / known, true
}

// finish is when the last span ended.
func finish(spans []compare.Span) float64 {
	end := 0.0
	for _, s := range spans {
		if finite(s.End) {
			end = max(end, s.End)
		}
	}
	return end
}

func hasUnknown(r row) bool {
	for _, s := range r.spans {
		for _, p := range pieces(s) {
			if p.class == "unknown" {
				return true
			}
		}
	}
	return false
}
