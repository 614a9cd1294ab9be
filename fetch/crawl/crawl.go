// Package crawl runs a crawl: it takes URLs from lists and, if it is to follow links, from
// the pages themselves, has a frontier decide which may be asked for now, fetches them,
// stores their bodies and records what became of each.
//
//	lists -> seen? -> frontier -> robots? -> fetch -> store -> record -> settle
//	                     ^                             |
//	                     +---- in scope? <- links -----+
//
// Begin with [Crawl] and its Run; with Follow it follows links. Everything that a crawl is
// made of comes in through an interface that this package declares, so that a crawl in
// memory, onto a disk or with injected faults is the same code. It prints nothing and
// knows no files; the command does.
//
// What Run guarantees: every URL that was read or found has one record when Run ends by
// itself, and after any other end those without a record are fetched by the next run. A
// URL is recorded after its body is stored and its links are queued, and its lease ends
// after that. In a crawl of lists each line has a record, so a URL that is listed twice
// has a second one that says so; in one that follows links a URL has one record, however
// often it is listed or linked.
//
// A redirect is a request of its own: see trail.go.
package crawl

import (
	"cmp"
	"context"
	"log/slog"
	"net/netip"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/list"
	"crawl/fetch/manifest"
	"crawl/fetch/sink"
	"crawl/pipeline"
	"crawl/pipeline/stats"

	"golang.org/x/sync/errgroup"
)

// Frontier decides which URL is asked for next. Implementations are safe for
// concurrent use.
type Frontier interface {
	pipeline.Source[frontier.Entry]
	// Feed pulls entries while the frontier can use them, until next returns io.EOF.
	Feed(ctx context.Context, next func(context.Context) (frontier.Entry, error)) error
	// Knows reports whether a URL is surely known to Add, at the cost of a glance; where it
	// does not say so Add has to find out.
	Knows(url string) bool
	// Add queues entries and says of each whether it was known.
	Add(ctx context.Context, entries ...frontier.Entry) ([]frontier.Verdict, error)
	// Move queues to in place of from, which is leased, unless to is known.
	Move(ctx context.Context, from, to frontier.Entry) (frontier.Verdict, error)
	Settle(ctx context.Context, e frontier.Entry, o frontier.Outcome) error
	// Learn hears what was found out about the host of an entry that is to meet it. When
	// that host can't be asked now for it, the entry is to be given back.
	Learn(e frontier.Entry, about frontier.About) (ok bool)
	// Watch calls cut for each lease that is open for longer than limit, until ctx ends.
	Watch(ctx context.Context, limit time.Duration, cut func(e frontier.Entry, age time.Duration)) error
}

// Sink stores the body of an answer. It reads rec.Body to its end. An error of
// the body is returned as it is, and a failure to store as a [*sink.Error];
// neither leaves anything behind.
type Sink interface {
	Put(ctx context.Context, rec *fetch.Record, url string) (sink.Stored, error)
}

// Archive is a Sink that keeps exchanges as they were, those included that bring no body
// to store: redirects, refusals, what broke off. Put finds them in rec.Request.Capture.
type Archive interface {
	Sink
	// Capture returns what the exchanges of one visit are captured in, or nil when that
	// is not wanted.
	Capture() *fetch.Capture
	// Keep stores what was captured of a visit that did not come to Put, or failed there
	// with err, as far as there is something. Its errors are a [*sink.Error] or the end
	// of ctx.
	Keep(ctx context.Context, got *fetch.Capture, err error) (sink.Stored, error)
}

// Journal keeps the records.
type Journal interface {
	Append(ctx context.Context, line *manifest.Line) error
}

// Input is a list of URLs; [list.Reader] is one. Close ends a Next that waits.
type Input interface {
	Next() (list.Line, error)
	Close() error
}

// Crawl is one run. Fill in the fields, then call Run once.
type Crawl struct {
	Inputs   []NamedInput
	Seen     Seen
	Frontier Frontier
	Fetcher  fetch.Fetcher
	Sink     Sink
	Journal  Journal
	Stats    *stats.Stats
	// OfListed counts, when set, those of the records alone that are of listed URLs.
	OfListed *stats.Stats

	// Follow, when set, has links followed. The lists are then read to their end before
	// anything is fetched, and the Frontier has to know URLs that it has met, in earlier
	// runs too; Seen is asked only for lines that are no URLs.
	Follow *Following

	// Robots, when set, is asked for every URL that the user did not list himself, and
	// RobotsForAll also for those that he did.
	Robots       Robots
	RobotsForAll bool

	// Lookup returns the addresses at which a URL may be asked for, for a Frontier that
	// goes by them.
	Lookup func(ctx context.Context, url string) ([]netip.Addr, error)

	// Existing, when set, tells what is stored for a URL already: such a URL is
	// skipped (--skip-existing).
	Existing func(ctx context.Context, url string) (sink.Stored, bool, error)

	// Listed, when set, is told the host of each URL that a list names, before it is
	// asked; also of those that are done already. A URL that is refused with
	// ClassPrivateAddress, for leading to another host, is set aside until the lists
	// have ended, and fetched once more if they named that host; but for those over
	// 10,000, which have failed at once.
	Listed Hosts

	// MaxPages is how many pages may be stored; 0: any number. Then Run ends with
	// [ErrFull].
	MaxPages int64

	// MaxRedirects is how many redirects may follow one another; 0 means
	// [fetch.DefaultMaxRedirects], below 0 none is followed.
	MaxRedirects int

	Method  string                                // of each request; default GET. HEAD goes with the Sink Discard
	Body    fetch.Body                            // of each request, if any
	Header  fetch.Header                          // sent with each request
	Workers int                                   // fetches in flight, at least 1
	Mode    pipeline.Mode                         // what runs the workers; "" means pool
	Make    pipeline.Maker[frontier.Entry, Visit] // makes the workers; nil: [Crawl.Worker]
	Watch   pipeline.Watch[frontier.Entry]        // lists the workers; the zero value does not
	Timeout time.Duration                         // for one URL in flight, redirects and retries included; default 60 s
	Retry   pipeline.Retry                        // the zero value never retries
	RunID   string                                // name of this run, for the records
	Log     *slog.Logger                          // of single URLs at debug level; nil: none
	Steps   string                                // that the Sink carries bodies through, for the records

	aside  aside
	visits visits
	budget *budget // nil for none
}

// NamedInput is an Input and what its user calls it.
type NamedInput struct {
	Name string
	Input
}

// DefaultTimeout bounds the time that one URL may be in flight.
const DefaultTimeout = 60 * time.Second

// Run runs the crawl until every URL is recorded, drain is closed or ctx ends.
// At drain it takes no more URLs, lets those in flight end and returns nil. When
// ctx ends it drops what is in flight and not stored yet, and returns ctx's cause.
// Any other error is a failure to store or record, or to read an input; one to store
// a single body only, see [sink.Error.Local], is no more than a failed record. A list
// that breaks off ends the feeding, and its error is returned once what was read is
// done.
func (c *Crawl) Run(ctx context.Context, drain <-chan struct{}) error {
	if c.Mode == "" {
		c.Mode = pipeline.Pool
	}
	own := c.Worker()
	if c.Make == nil {
		c.Make = own
	}
	var broken error // of an input
	if c.Follow != nil {
		var err error
		if broken, err = c.load(ctx, drain); err != nil {
			return err
		}
	}
	group, ctx := errgroup.WithContext(ctx)
	working, worked := context.WithCancel(ctx)
	defer worked()
	group.Go(func() error {
		off, err := c.feed(working, drain)
		broken = cmp.Or(broken, off)
		return err
	})
	group.Go(func() error {
		defer worked()
		src := pipeline.Source[frontier.Entry](c.Frontier)
		if c.MaxPages > 0 {
			c.budget = newBudget(src, c.MaxPages)
			src = c.budget
		}
		return pipeline.Run(ctx, c.Mode, max(1, c.Workers), pipeline.Until(src, drain), c.Make, c.settle, c.Watch)
	})
	if c.Follow != nil {
		group.Go(func() error { return c.watchdog(working) })
	}
	if err := group.Wait(); err != nil {
		return err
	}
	if broken == nil && c.budget != nil && c.budget.full() {
		return ErrFull
	}
	return broken
}

// Worker makes a worker that fetches an entry once and stores its body; what it comes
// to is for the run to record and settle. It needs the Fetcher, the Sink, the Header,
// Timeout, Retry and Log, and no more, so that a child process can make it of a Crawl
// that has only these, for a Make in its parent under [pipeline.Processes].
func (c *Crawl) Worker() pipeline.Maker[frontier.Entry, Visit] {
	if c.Timeout == 0 {
		c.Timeout = DefaultTimeout
	}
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return pipeline.Shared(c.watched)
}

// settle ends the lease of what was visited. What it led to is queued first, then it is
// recorded, so that a crash in between repeats a fetch and loses none.
func (c *Crawl) settle(ctx context.Context, r pipeline.Result[frontier.Entry, Visit]) error {
	if r.Err != nil {
		return r.Err
	}
	line, err := c.queue(ctx, r.In, &r.Out)
	if err != nil {
		return err
	}
	if c.budget != nil {
		defer c.budget.settle(IsPage(line))
	}
	if line != nil {
		if listed(&r.In) {
			line.Input = c.inputName(r.In.Input)
		}
		line.Total += millis(r.Took)
		err := c.record(ctx, line, r.Took)
		lines.Put(line)
		if err != nil {
			return err
		}
	}
	r.Out.End.Spent = r.Took
	return c.Frontier.Settle(ctx, r.In, r.Out.End)
}

// queue queues what a visit led to, and returns the line to be recorded, if any: what was
// redirected is recorded once it comes to an end, unless others lead there as well.
func (c *Crawl) queue(ctx context.Context, e frontier.Entry, v *Visit) (*manifest.Line, error) {
	if len(v.Links) > 0 {
		if _, err := c.Frontier.Add(ctx, v.Links...); err != nil {
			return nil, err
		}
	}
	if v.Hop == nil {
		return v.Line, nil
	}
	verdict, err := c.Frontier.Move(ctx, e, *v.Hop)
	if err != nil {
		return nil, err
	}
	if verdict != frontier.Fresh {
		return v.Line, nil
	}
	v.End.Moved = true
	lines.Put(v.Line)
	return nil, nil
}

// record writes the one line of a URL and counts it.
func (c *Crawl) record(ctx context.Context, line *manifest.Line, took time.Duration) error {
	line.Run = c.RunID
	if err := c.Journal.Append(ctx, line); err != nil {
		return err
	}
	item := Item(line, took)
	c.Stats.Add(item)
	if c.OfListed != nil && line.Depth == 0 {
		c.OfListed.Add(item)
	}
	return nil
}
