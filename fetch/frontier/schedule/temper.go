package schedule

import (
	"time"

	"crawl/fetch/frontier"
	"crawl/pipeline"
)

// A host that asks to be left alone, and does so again when it is asked anew, gets twice
// as long each time: up to mostPause, or to what it asks for itself when that is longer.
const (
	mostPause   = time.Minute
	mostStrikes = 6
)

// temper is how a host has taken being asked lately.
type temper struct {
	since   time.Duration // of its last strike
	strikes uint8         // back-offs, less the successes since
}

// settle counts the end of a lease that began at began, and returns how long its host
// is to be left alone. Of leases that were open together only the first to end badly
// is a strike: the others tell of the same moment.
func (t *temper) settle(o frontier.Outcome, began, now time.Duration) time.Duration {
	anew := began >= t.since
	switch {
	case o.Backoff > 0:
		if anew || t.strikes == 0 {
			t.since = now
			t.strikes = min(t.strikes+1, mostStrikes)
		}
		return max(o.Backoff, min(o.Backoff<<(t.strikes-1), mostPause)) // a shift that runs over is lost
	case o.Load == pipeline.Success && anew && t.strikes > 0:
		t.strikes--
	}
	return 0
}
