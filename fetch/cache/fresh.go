package cache

import (
	"net/http"
	"strings"
	"time"
)

// maxHeuristic bounds freshness that is only guessed (RFC 9111 section 4.2.2).
const maxHeuristic = 24 * time.Hour

// satisfies reports whether the answer may be used for a request that says asked
// without asking its server (sections 4.2 and 5.2).
func (a *Answer) satisfies(asked control, now time.Time) bool {
	said := parseControl(a.Header)
	if said.noCache || asked.noCache {
		return false
	}
	age, life := a.age(now), a.lifetime(said)
	fresh := age < life
	switch {
	case asked.minFresh != none && life-age < asked.minFresh:
		return false
	case asked.maxAge != none && age > asked.maxAge && !(said.immutable && fresh):
		return false
	}
	return fresh || asked.maxStale != none && !said.mustRevalidate && age-life <= asked.maxStale
}

// lifetime is how long after its making an answer is fresh (section 4.2.1).
func (a *Answer) lifetime(said control) time.Duration {
	if said.maxAge != none {
		return said.maxAge
	}
	if a.Header.Has("Expires") {
		expires, err := http.ParseTime(a.Header.Get("Expires"))
		if err != nil {
			return 0 // "0" above all
		}
		return max(0, expires.Sub(a.date()))
	}
	modified, err := http.ParseTime(a.Header.Get("Last-Modified"))
	if err != nil || !said.public && !isHeuristic(a.Status) {
		return 0
	}
	return min(max(0, a.date().Sub(modified)/10), maxHeuristic)
}

// age is the time since the answer was made or confirmed by its origin (section 4.2.3).
func (a *Answer) age(now time.Time) time.Duration {
	apparent := a.Received.Sub(a.date())
	first, _, _ := strings.Cut(a.Header.Get("Age"), ",")
	corrected := seconds(strings.TrimSpace(first), 0) + a.Received.Sub(a.Requested)
	return max(0, apparent, corrected) + max(0, now.Sub(a.Received))
}

// date is when the answer was made.
func (a *Answer) date() time.Time {
	if date, err := http.ParseTime(a.Header.Get("Date")); err == nil {
		return date
	}
	return a.Received
}

// isHeuristic names the statuses that may be stored without being told so (RFC
// 9110 section 15.1), but for 206.
func isHeuristic(status int) bool {
	switch status {
	case 200, 203, 204, 300, 301, 308, 404, 405, 410, 414, 501:
		return true
	}
	return false
}
