package main

import (
	"cmp"
	"slices"
	"sync"
	"time"

	"crawl/pipeline/compare"
)

// tally is what the items of a measured row come to. It is safe for concurrent use.
type tally struct {
	spec   compare.Spec
	clock  *compare.Clock
	digest *compare.Digest

	mu     sync.Mutex // guards what follows
	sample compare.Sample
}

func newTally(spec compare.Spec, clock *compare.Clock) *tally {
	return &tally{spec: spec, clock: clock, digest: compare.NewDigest(spec.Items, spec.Repeats)}
}

// piece is one item that has been done.
type piece struct {
	n      int // of all, repeats included
	name   string
	worker int
	start  time.Time
	took   time.Duration
	waits  []wait // in order

	failure string // "" when all is well
	bytes   int64
	sum     [32]byte // of its content
	new     bool     // a connection was opened for it
	reused  bool
}

// wait is a part of an item in which nothing was computed.
type wait struct {
	phase string
	took  time.Duration
}

// The phases, as compare.Phases has them.
const (
	dnsPhase       = "DNS"
	connectPhase   = "connect"
	tlsPhase       = "TLS"
	firstBytePhase = "first byte"
	bodyPhase      = "body"
	diskPhase      = "disk"
)

// add counts a piece, and stops the clock at the last one.
func (t *tally) add(p piece) {
	if p.failure == "" {
		t.digest.AddSum(p.n, p.sum)
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	s := &t.sample
	s.Items++
	s.Bytes += p.bytes
	if p.failure != "" {
		s.Failed++
		s.Error = cmp.Or(s.Error, p.failure)
	}
	if p.new {
		s.New++
	}
	if p.reused {
		s.Reused++
	}
	for _, w := range p.waits {
		*phaseOf(&s.Phases, w.phase) += w.took.Seconds()
	}
	if p.n < t.spec.Spans {
		s.Spans = append(s.Spans, t.span(p))
	}
	if int(s.Items) == t.spec.Items*t.spec.Repeats {
		t.clock.Stop()
	}
}

func phaseOf(p *compare.Phases, name string) *float64 {
	switch name {
	case dnsPhase:
		return &p.DNS
	case connectPhase:
		return &p.Connect
	case tlsPhase:
		return &p.TLS
	case firstBytePhase:
		return &p.FirstByte
	case bodyPhase:
		return &p.Body
	}
	return &p.Disk
}

// span places the waits at the begin of an item, one behind the other; what is left is
// work.
func (t *tally) span(p piece) compare.Span {
	at, took := t.clock.At(p.start), p.took.Seconds()
	span := compare.Span{Item: p.n, Name: p.name, Worker: p.worker, Start: at, End: at + took}
	for _, w := range p.waits {
		if w.took <= 0 {
			continue
		}
		end := min(at+w.took.Seconds(), span.End)
		span.Parts = append(span.Parts, compare.Part{Waiting: true, Phase: w.phase, Start: at, End: end})
		at = end
	}
	if at < span.End {
		span.Parts = append(span.Parts, compare.Part{Phase: "work", Start: at, End: span.End})
	}
	return span
}

// result is the sample, once all is done.
func (t *tally) result() (compare.Sample, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	slices.SortFunc(t.sample.Spans, func(a, b compare.Span) int { return cmp.Compare(a.Item, b.Item) })
	digest, err := t.digest.Sum()
	if err != nil && t.sample.Failed == 0 {
		t.sample.Failed, t.sample.Error = 1, err.Error() // the same items, other content
	}
	t.sample.Digest = digest
	return t.sample, nil
}
