package schedule

import (
	"math"
	"time"
)

// pace spaces the leases of all hosts evenly. The zero value does not limit.
type pace struct {
	every time.Duration
	next  time.Duration // no lease before
}

// lateness is how late a slot may be taken and still count as taken on time. Timers
// are late by some fraction of a millisecond; without this each would lower the rate.
// A longer pause earns nothing, so there is no burst after it.
const lateness = 10 * time.Millisecond

func newPace(rate float64) pace {
	if !(rate > 0) {
		return pace{}
	}
	return pace{every: time.Duration(min(float64(time.Second)/rate, float64(math.MaxInt64/2)))}
}

func (p *pace) take(now time.Duration) {
	if p.every == 0 {
		return
	}
	if now-p.next > lateness {
		p.next = now
	}
	p.next = after(p.next, p.every)
}
