package main

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"time"

	"crawl/fetch"
	"crawl/fetch/crawl"
	"crawl/fetch/frontier"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/frontier/seen"
	"crawl/fetch/list"
	"crawl/fetch/manifest"
	"crawl/fetch/urls"
	"crawl/pipeline"
	"crawl/pipeline/compare"
	"crawl/pipeline/stats"
)

// fetchSpec is what a child has to know to fetch as its parent would.
type fetchSpec struct {
	Args []string `json:"args"` // of the command, flags and all
	URLs []string `json:"urls,omitempty"`
	Body []byte   `json:"body,omitempty"` // to send with each, when Args say that there is one
	Lab  bool     `json:"lab,omitempty"`  // they are of the built-in one, to which nobody need be polite
}

// fetching is a crawl that keeps nothing, and what it is made of.
type fetching struct {
	crawl.Crawl
	frontier *memory.Frontier
	client   client
}

// newFetching puts together what crawl fetches with. Nothing is tried again: what
// fails shall be seen.
func (p process) newFetching(spec fetchSpec, width int) (*fetching, error) {
	f, err := parseCompare(p, spec.Args)
	if err != nil {
		return nil, err
	}
	if spec.Lab {
		f.asking, f.credentials = asking{}, credentials{}
	}
	// Nobody could answer a question of many processes, and their warnings are told.
	p.askPassword = func(string, <-chan struct{}) (string, error) { return "", errNoTerminal }
	quiet := newConsole(p)
	quiet.quiet = true
	r := &crawling{app: &app{process: p, console: quiet, flags: f.flags}, listed: newListed(false), stop: &stopper{}}
	for _, url := range spec.URLs {
		if u, err := urls.Parse(url); err == nil {
			r.listed.Add(u.Host())
		}
	}
	perHost := f.flags.perHost.n
	if spec.Lab {
		perHost = max(perHost, width)
	}
	client, err := r.client(max(width, perHost))
	if err != nil {
		return nil, err
	}
	fetcher, err := r.stack(context.Background(), client, asIs)
	if err != nil {
		return nil, errors.Join(err, client.close())
	}
	front := memory.New(memory.Options{
		Options: schedule.Options{PerHost: perHost, Delay: f.flags.delay.Duration, Rate: float64(f.flags.rate)},
	})
	return &fetching{
		Crawl: crawl.Crawl{
			Seen:     neverSeen{},
			Frontier: front,
			Fetcher:  fetcher,
			Sink:     crawl.Hash{},
			Journal:  noJournal{},
			Stats:    stats.New(),
			Method:   f.asking.method(),
			Body:     f.asking.body(spec.Body),
			Header:   comparableCodings(f.asking.header(f.header.fields)),
			Workers:  width,
			Timeout:  f.flags.timeout.Duration,

			MaxRedirects: r.redirects(),
		},
		frontier: front,
		client:   client,
	}, nil
}

// comparableCodings asks for what all clients can undo, Python's too.
func comparableCodings(h fetch.Header) fetch.Header {
	if !h.Has("Accept-Encoding") {
		h.Add("Accept-Encoding", pythonCodings)
	}
	return h
}

func (f *fetching) close() error { return errors.Join(f.frontier.Close(), f.client.close()) }

// fetchWorker makes workers that fetch single entries for a parent process.
func (p process) fetchWorker(spec fetchSpec) pipeline.Maker[frontier.Entry, crawl.Visit] {
	return func(ctx context.Context, worker int) (pipeline.Func[frontier.Entry, crawl.Visit], func() error, error) {
		f, err := p.newFetching(spec, 1)
		if err != nil {
			return nil, nil, err
		}
		do, _, err := f.Worker()(ctx, worker)
		return do, f.close, err
	}
}

// measureFetch is a row of URLs.
func (p process) measureFetch(ctx context.Context, spec compare.Spec, clock *compare.Clock) (compare.Sample, error) {
	var data fetchSpec
	if err := json.Unmarshal(spec.Data, &data); err != nil {
		return compare.Sample{}, err
	}
	if err := checkData(len(data.URLs), spec.Items); err != nil {
		return compare.Sample{}, err
	}
	f, err := p.newFetching(data, spec.Width)
	if err != nil {
		return compare.Sample{}, err
	}
	t := newTally(spec, clock)
	f.Mode = modeOf(spec)
	f.Inputs = []crawl.NamedInput{{Input: &repeated{urls: data.URLs, left: int64(spec.Repeats)}}}
	f.Frontier = &gatedFrontier{f.frontier, newGate(spec, clock)}
	make := f.Worker()
	if f.Mode == pipeline.Processes {
		make = pipeline.Children[frontier.Entry, crawl.Visit](fetchJob, data, p.childOptions())
	}
	f.Make = t.visits(make)
	if err := errors.Join(f.Run(ctx, nil), f.close()); err != nil {
		return compare.Sample{}, err
	}
	return t.result()
}

// visits has a tally taken of what workers do.
func (t *tally) visits(mk pipeline.Maker[frontier.Entry, crawl.Visit]) pipeline.Maker[frontier.Entry, crawl.Visit] {
	return func(ctx context.Context, worker int) (pipeline.Func[frontier.Entry, crawl.Visit], func() error, error) {
		do, release, err := mk(ctx, worker)
		return func(ctx context.Context, e frontier.Entry) (crawl.Visit, error) {
			start := time.Now()
			v, err := do(ctx, e)
			if err == nil && v.Hop != nil {
				return v, nil // the piece ends where it leads
			}
			took := time.Since(start) + e.Spent
			p := pieceOf(v)
			p.n, p.name, p.worker, p.start, p.took = int(e.Line-1), urls.Mask(e.URL), worker, start.Add(-e.Spent), took
			if err != nil {
				p.failure = err.Error()
			}
			t.add(p)
			return v, nil // of which the tally is the record
		}, release, err
	}
}

// pieceOf is what a visit tells of itself.
func pieceOf(v crawl.Visit) piece {
	if v.Line == nil {
		return piece{failure: "it was stopped"}
	}
	l := v.Line
	p := piece{bytes: l.Bytes, new: l.Connect > 0, reused: l.Status > 0 && l.Connect == 0}
	for _, w := range []struct {
		phase  string
		millis float64
	}{{dnsPhase, l.DNS}, {connectPhase, l.Connect}, {tlsPhase, l.TLS}, {firstBytePhase, l.TTFB}} {
		p.waits = append(p.waits, wait{w.phase, time.Duration(w.millis * float64(time.Millisecond))})
	}
	p.waits = append(p.waits, wait{bodyPhase, v.Body})
	if l.Outcome != manifest.Fetched {
		p.failure = fmt.Sprintf("%s: %s", l.URL, l.Reason)
		return p
	}
	// It is hexadecimal, for the sink has just written it so.
	_, _ = hex.Decode(p.sum[:], []byte(l.SHA256))
	return p
}

// gatedFrontier is a frontier that hands out nothing before the clock runs.
type gatedFrontier struct {
	*memory.Frontier
	gate *gate
}

// Next implements [crawl.Frontier].
func (f *gatedFrontier) Next(ctx context.Context) (frontier.Entry, error) {
	if err := f.gate.pass(ctx); err != nil {
		return frontier.Entry{}, err
	}
	return f.Frontier.Next(ctx)
}

// repeated lists the same URLs over and over. The number of a line is that of the
// piece, from 1. It is read by one goroutine, as a crawl does.
type repeated struct {
	urls  []string
	left  int64 // times
	given int64
	ended atomic.Bool
}

// Next implements [crawl.Input].
func (r *repeated) Next() (list.Line, error) {
	n := int64(len(r.urls))
	if r.ended.Load() || r.given == n*r.left {
		return list.Line{}, io.EOF
	}
	r.given++
	return list.Line{Number: r.given, Text: r.urls[(r.given-1)%n]}, nil
}

// Close implements [crawl.Input].
func (r *repeated) Close() error {
	r.ended.Store(true)
	return nil
}

// neverSeen lets every URL through, as often as it comes.
type neverSeen struct{}

// Visit implements [crawl.Seen].
func (neverSeen) Visit(string) seen.Verdict { return seen.Fresh }

// noJournal keeps no records.
type noJournal struct{}

// Append implements [crawl.Journal].
func (noJournal) Append(context.Context, *manifest.Line) error { return nil }
