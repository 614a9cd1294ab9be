// Package stats counts a run while it goes on, and sums it up for people and for
// machines.
//
// Start with [New] and call [Stats.Add] for each item that has its final outcome;
// [Stats.Brief] is cheap enough to draw progress with, [Stats.Snapshot] tells all,
// and [WriteSummary] writes a snapshot for people. [Printable], [Bytes] and
// [Count] are how foreign text and numbers are shown there.
//
// Memory is bounded, whatever is added. The package judges nothing but this: which
// outcomes count as failed and which as succeeded, see [Snapshot.Failed].
package stats

import (
	"sync"
	"sync/atomic"
	"time"
)

// Item is what became of one item.
type Item struct {
	Outcome string // such as "fetched" or "failed"
	Class   string // of the error, such as "timeout_connect"; "" for none
	Host    string // where the error belongs
	Example string // the URL or file itself
	Status  int    // HTTP status; 0 for none

	Bytes int64         // stored
	Wire  int64         // received
	Took  time.Duration // 0: not known, keeps it out of the latencies

	// Earlier marks the record of an earlier run, read back at resume. It counts
	// among outcomes, classes, statuses and groups, but not towards bytes, rates
	// and latencies, which are of this run.
	Earlier bool
}

// Stats counts items. All methods may be called at once. Make one with [New].
type Stats struct {
	start time.Time

	total, earlier, failed, bytes, wire atomic.Int64

	outcomes, classes names
	statuses          [1000]atomic.Int64
	latency           histogram
	groups            groups

	mu    sync.Mutex // guards paces
	paces pace
}

// New returns a Stats whose clock starts now.
func New() *Stats { return &Stats{start: time.Now()} }

// Add counts one item. It allocates nothing, unless there is a new kind of failure.
func (s *Stats) Add(it Item) {
	s.total.Add(1)
	s.outcomes.add(it.Outcome)
	if isFailed(it.Outcome) {
		s.failed.Add(1)
	}
	if it.Status > 0 && it.Status < len(s.statuses) {
		s.statuses[it.Status].Add(1)
	}
	if it.Class != "" {
		s.groups.add(s.classes.add(it.Class), it.Host, it.Example)
	}
	if it.Earlier {
		s.earlier.Add(1)
		return
	}
	s.bytes.Add(it.Bytes)
	s.wire.Add(it.Wire)
	if it.Took > 0 {
		s.latency.add(it.Took)
	}
}

// Brief is as much as a progress line shows.
type Brief struct {
	Total  int64 // items so far, those of earlier runs included
	Failed int64 // of these
	Bytes  int64
	Rate   float64 // items a second over the last five seconds or so
}

// Brief returns the state of things at the price of a few loads.
func (s *Stats) Brief() Brief {
	total := s.total.Load()
	return Brief{
		Total:  total,
		Failed: s.failed.Load(),
		Bytes:  s.bytes.Load(),
		Rate:   s.recent(total - s.earlier.Load()),
	}
}

// recent returns the rate of late when done items are done now.
func (s *Stats) recent(done int64) float64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.paces.rate(time.Since(s.start), done)
}
