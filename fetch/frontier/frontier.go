// Package frontier holds the words that every frontier speaks: the Entry that it
// leases and the Outcome with which the lease ends. The frontiers themselves live
// below: [crawl/fetch/frontier/memory] schedules a streamed list.
package frontier

import (
	"time"

	"crawl/pipeline"
)

// Entry is one URL that waits to be fetched, or is being fetched under a lease.
type Entry struct {
	URL   string // canonical, as [crawl/fetch/urls.Parse] prints it
	Host  string // politeness key: host and port of URL, as [crawl/fetch/urls.URL.Host] gives it
	Input int32  // which INPUT listed it, from 0
	Lease int32  // the frontier's own; 0 unless it is leased
	Line  int64  // its line there, from 1; 0 when it was not read from a list

	Attempts int           // fetches that ended before this one
	Spent    time.Duration // time in flight that those took
}

// Outcome ends a lease.
type Outcome struct {
	// Retry asks for the entry again, not before Wait has passed; otherwise the
	// entry is done with.
	Retry bool
	Wait  time.Duration

	// Backoff keeps the whole host from being asked for that long: what a
	// Retry-After says, or what an overloaded host is given.
	Backoff time.Duration

	// Spent is how long this fetch was in flight.
	Spent time.Duration

	// Load is what the fetch says of the load that it met, and Latency the time that it
	// took as far as load counts; 0: all since the lease began. A frontier that adapts
	// how much is in flight goes by them.
	Load    pipeline.Outcome
	Latency time.Duration
}
