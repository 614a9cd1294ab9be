package crawl

import (
	"context"
	"errors"
	"io"
	"sync"

	"crawl/fetch/frontier"
	"crawl/fetch/manifest"
	"crawl/pipeline"
)

// ErrFull is what Run returns when as many pages are stored as there may be.
var ErrFull = errors.New("as many pages are stored as there may be")

// budget is a source that ends when so many pages are stored. It hands out no more at a
// time than may become pages, so there are never more.
type budget struct {
	src pipeline.Source[frontier.Entry]

	mu       sync.Mutex    // guards what follows
	left     int64         // pages that may yet be stored
	inFlight int64         // entries handed out, or about to be
	changed  chan struct{} // closed when one was settled
}

func newBudget(src pipeline.Source[frontier.Entry], pages int64) *budget {
	return &budget{src: src, left: pages, changed: make(chan struct{})}
}

// Next implements [pipeline.Source].
func (b *budget) Next(ctx context.Context) (frontier.Entry, error) {
	if err := b.take(ctx); err != nil {
		return frontier.Entry{}, err
	}
	e, err := b.src.Next(ctx)
	if err != nil {
		b.settle(false)
	}
	return e, err
}

func (b *budget) take(ctx context.Context) error {
	for {
		b.mu.Lock()
		changed, full, free := b.changed, b.left <= 0, b.inFlight < b.left
		if free {
			b.inFlight++
		}
		b.mu.Unlock()
		switch {
		case full:
			return io.EOF
		case free:
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// settle ends what take began.
func (b *budget) settle(page bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.inFlight--
	if page {
		b.left--
	}
	close(b.changed)
	b.changed = make(chan struct{})
}

func (b *budget) full() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.left <= 0
}

// IsPage reports whether a record counts as a page against [Crawl.MaxPages].
func IsPage(line *manifest.Line) bool {
	return line != nil && (line.Outcome == manifest.Fetched || line.Outcome == manifest.NotModified)
}
