// Package pipeline runs one loop over a stream of items: a worker takes an item
// from a [Source], carries it through a [Func], settles the [Result] and takes the
// next. Nothing flows between stages, and a busy worker does not take, which is
// all the backpressure there is.
//
// Start with [Run]. Its [Mode] says only who turns the loop; source, function and
// settle are the same under every mode. [Until] ends a source early without
// dropping what was taken from it, and [Retry] says when to try again. [Children]
// and [Serve] make workers of child processes, a [Watch] lists who does what in
// [Workers], and a [Limit] finds how much may be in flight. [Barrier] and [Lock]
// are what sync has, with a context.
//
// For a handful of different works there are futures: [Start] makes one, [Go] one
// within a [Group] of bounded width, [Gather] waits for all and [AsCompleted] for
// one after the other, as asyncio has them. What asyncio adds to make up for one
// thread, its queues, locks, events and streams, are channels and package sync here.
//
// The package knows nothing of URLs or files, keeps no results, and neither
// retries nor recovers by itself: a panic in a Func ends the process.
package pipeline

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Func carries one item all the way. Its error is data: it ends up in Result.Err
// and stops nothing. It must hear ctx at every wait, and must not call
// [runtime.Goexit].
type Func[In, Out any] func(ctx context.Context, in In) (Out, error)

// Maker starts one worker: do is called for one item at a time, and release, which
// may be nil, once after the last. So a worker may own what cannot be shared, such
// as a buffer or a child process. Makers are called concurrently.
type Maker[In, Out any] func(ctx context.Context, worker int) (do Func[In, Out], release func() error, err error)

// Shared is the Maker for a function that all workers may call at once.
func Shared[In, Out any](do Func[In, Out]) Maker[In, Out] {
	return func(context.Context, int) (Func[In, Out], func() error, error) {
		return do, nil, nil
	}
}

// Result is what became of one item.
type Result[In, Out any] struct {
	In     In
	Out    Out
	Err    error // what Func returned
	Start  time.Time
	Took   time.Duration // spent in Func
	Worker int           // that carried it, from 0
}

// Mode says who turns the loop.
type Mode string

// The modes.
const (
	Blocking  Mode = "blocking"  // the caller itself, one item after the other
	Threads   Mode = "threads"   // goroutines, each locked to an OS thread of its own
	Processes Mode = "processes" // goroutines, each in front of a child process: the Maker is Children's
	Pool      Mode = "pool"      // long-lived goroutines out of a pool, started as they are of use
	Async     Mode = "async"     // one taker that starts a pooled task for each item
)

// Modes returns every mode.
func Modes() []Mode { return []Mode{Blocking, Threads, Processes, Pool, Async} }

// ParseMode returns the mode that s names.
func ParseMode(s string) (Mode, error) {
	if m := Mode(s); slices.Contains(Modes(), m) {
		return m, nil
	}
	names := make([]string, 0, len(Modes()))
	for _, m := range Modes() {
		names = append(names, string(m))
	}
	return "", fmt.Errorf("unknown mode %q: want one of %s", s, strings.Join(names, ", "))
}
