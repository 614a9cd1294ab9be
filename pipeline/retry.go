package pipeline

import (
	"time"
)

// Retry says whether and when to try again after a failure worth retrying. It is a
// pure function of what it is told: no clock, no state, no dice.
type Retry struct {
	Max  int           // tries after the first one; 0: never again
	Base time.Duration // the first wait is at most this; 0: 500 ms, a hiccup's length
	Cap  time.Duration // later waits are at most this; 0: 30 s, so that a run still ends
}

// longestAfter is the most that a server may put us off, however it answers.
const longestAfter = time.Hour

// Wait returns how long to wait after a failed try, or false when there are to be
// no more. Tries are numbered from 0; after is what the server asked for in
// Retry-After, 0 for nothing; random is drawn from [0, 1).
//
// The wait is random between 0 and min(Cap, Base·2^attempt), "full jitter": of the
// known schemes it makes a crowd of clients collide least (Marc Brooker,
// "Exponential Backoff And Jitter", AWS Architecture Blog, 2015). It is never
// shorter than after, plus some jitter of at most Base and a tenth of after, but
// no server puts us off for more than an hour.
func (r Retry) Wait(attempt int, after time.Duration, random float64) (wait time.Duration, ok bool) {
	if attempt >= r.Max {
		return 0, false
	}
	if r.Base <= 0 {
		r.Base = 500 * time.Millisecond
	}
	if r.Cap <= 0 {
		r.Cap = 30 * time.Second
	}
	wait = part(r.bound(attempt), random)
	if after > 0 {
		after = min(after, longestAfter)
		wait = max(wait, min(after+part(min(r.Base, after/10), random), longestAfter))
	}
	return wait, true
}

// bound returns min(Cap, Base·2^attempt) without overflow.
func (r Retry) bound(attempt int) time.Duration {
	if attempt < 63 && r.Base <= r.Cap>>attempt {
		return r.Base << attempt
	}
	return r.Cap
}

func part(d time.Duration, fraction float64) time.Duration {
	return time.Duration(float64(d) * fraction)
}
