package stats

import (
	"slices"
	"time"
)

// Snapshot is all that is known of a run at one moment. While items are being
// added, its numbers may differ from each other by those in the act.
type Snapshot struct {
	Total    int64            `json:"total"`             // items with an outcome
	Earlier  int64            `json:"earlier,omitempty"` // of these, by earlier runs
	Outcomes map[string]int64 `json:"outcomes"`
	Classes  map[string]int64 `json:"error_classes"`
	Statuses map[int]int64    `json:"statuses"`

	// Of this run alone:
	Bytes      int64   `json:"bytes"`       // stored
	WireBytes  int64   `json:"wire_bytes"`  // received
	Elapsed    float64 `json:"elapsed_s"`   // since New
	Rate       float64 `json:"rate"`        // items a second, over the whole run
	RecentRate float64 `json:"recent_rate"` // the same over the last five seconds or so
	Latency    Latency `json:"latency_ms"`

	Groups []Group `json:"failures"` // by class and host, largest first
}

// Latency says how long items took, in milliseconds. Percentiles are within 5 % of
// the truth, the maximum is exact.
type Latency struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
}

// Snapshot returns the state of things. It costs up to a millisecond; see Brief for
// what is asked often.
func (s *Stats) Snapshot() Snapshot {
	elapsed := time.Since(s.start)
	total, earlier := s.total.Load(), s.earlier.Load()
	q := s.latency.quantiles(0.50, 0.90, 0.99, 1)
	snap := Snapshot{
		Total:      total,
		Earlier:    earlier,
		Outcomes:   s.outcomes.snapshot(),
		Classes:    s.classes.snapshot(),
		Statuses:   make(map[int]int64),
		Bytes:      s.bytes.Load(),
		WireBytes:  s.wire.Load(),
		Elapsed:    elapsed.Seconds(),
		Rate:       perSecond(total-earlier, elapsed),
		RecentRate: s.recent(total - earlier),
		Latency:    Latency{P50: ms(q[0]), P90: ms(q[1]), P99: ms(q[2]), Max: ms(time.Duration(s.latency.most.Load()))},
		Groups:     s.groups.snapshot(),
	}
	for status := range s.statuses {
		if n := s.statuses[status].Load(); n > 0 {
			snap.Statuses[status] = n
		}
	}
	return snap
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

var (
	failed    = []string{"failed", "too_large", "gone"}
	succeeded = []string{"fetched", "transformed", "not_modified", "unchanged", "duplicate", "skipped"}
)

func isFailed(outcome string) bool { return slices.Contains(failed, outcome) }

// Failed counts the items that ended as failed, too_large or gone.
func (s Snapshot) Failed() int64 { return s.sum(failed) }

// Succeeded counts those that ended as fetched, transformed, not_modified, unchanged,
// duplicate or skipped. Outcomes such as robots_denied are neither.
func (s Snapshot) Succeeded() int64 { return s.sum(succeeded) }

func (s Snapshot) sum(outcomes []string) (n int64) {
	for _, o := range outcomes {
		n += s.Outcomes[o]
	}
	return n
}
