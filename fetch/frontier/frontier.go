// Package frontier holds the words that every frontier speaks: the Entry that it
// leases, the Verdict on one that is added, what is found out About a host, and the
// Outcome with which a lease ends. The frontiers themselves live below:
// [crawl/fetch/frontier/memory] schedules a streamed list, and
// [crawl/fetch/frontier/disk] a crawl that follows links, however many it finds.
// Both decide what may be asked for now in the same way:
// [crawl/fetch/frontier/schedule] tells how.
package frontier

import (
	"errors"
	"net/netip"
	"time"

	"crawl/pipeline"
)

// ErrClosed is what calls on a closed frontier give.
var ErrClosed = errors.New("frontier is closed")

// ErrNotLeased is what Settle gives, wrapped, for a lease that has ended.
var ErrNotLeased = errors.New("the lease is not open")

// ErrFeeding is what Feed gives while another Feed runs.
var ErrFeeding = errors.New("frontier is being fed already")

// Entry is one URL that waits to be fetched, or is being fetched under a lease.
type Entry struct {
	URL    string // canonical, as [crawl/fetch/urls.Parse] prints it
	Host   string // politeness key: host and port of URL, as [crawl/fetch/urls.URL.Host] gives it
	Parent string // URL of the page on which it was found first; "" when it was not found on one
	Depth  int32  // links that lead to it from what was listed, of which the shallowest go first
	Input  int32  // which INPUT listed it, from 0
	Line   int64  // its line there, from 1; 0 when it was not read from a list
	Note   string // the crawl's own, kept as it is
	Lease  int64  // the frontier's own; 0 unless it is leased
	Order  int64  // the frontier's own; which of all it was, in the order of arrival

	// Meet says, on a lease, that nothing is known of the host yet: it is to be looked
	// up and the frontier to be told by Learn, before the host is asked for anything.
	Meet bool

	// Unheard says, on a lease, what About.Unheard last said of the host.
	Unheard bool

	Attempts int           // fetches that ended before this one
	Spent    time.Duration // time in flight that those took
}

// Listed reports whether the user named the URL himself.
func (e *Entry) Listed() bool { return e.Line > 0 }

// Verdict is what became of an entry that was added.
type Verdict uint8

// The verdicts. A frontier that does not know duplicates finds all Fresh.
const (
	Fresh Verdict = iota // it was queued
	Again                // it waits already, queued for the very same line of the same input by an earlier run
	Known                // its URL is queued or leased
	Done                 // its URL was settled
)

func (v Verdict) String() string {
	switch v {
	case Fresh:
		return "fresh"
	case Again:
		return "again"
	case Known:
		return "known"
	default:
		return "done"
	}
}

// About is what was found out about a host.
type About struct {
	// Addrs are all addresses that it may be asked at. Hosts that share one share its
	// cap and its delay. None: nothing is shared, as behind a proxy.
	Addrs []netip.Addr

	// Delay is how long the host itself wants to be left alone from one lease to the
	// next (Crawl-delay); what the frontier's options say counts if it is longer.
	Delay time.Duration

	// More says that more is to be found out: until that is told, too, the lease that
	// asked for it stays the only one of its host, or the next one asks for it.
	More bool

	// Unheard says that something could not be found out: the leases of the host say so,
	// until Learn is told otherwise.
	Unheard bool
}

// Outcome ends a lease.
type Outcome struct {
	// Retry asks for the entry again, not before Wait has passed; otherwise the
	// entry is done with.
	Retry bool
	Wait  time.Duration

	// Defer gives the entry back as it was leased: it counts no attempt, and goes first
	// at its host when that may be asked. It is what follows when Learn refuses.
	Defer bool

	// Moved says that another entry was queued in its place, by Move.
	Moved bool

	// Unasked says that the host was asked for nothing after all, so that the delay to
	// its next lease is not waited for.
	Unasked bool

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

// Stats is a picture of one moment.
type Stats struct {
	Queued  int64 // entries waiting, wherever they are
	Leased  int64 // entries handed out and not settled
	Spilled int64 // of those queued, on disk only
	Hosts   int64 // hosts remembered
	Blocked int64 // of those, waiting for a delay, a back-off or a retry
}
