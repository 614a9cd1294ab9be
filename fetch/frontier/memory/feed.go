package memory

import (
	"context"
	"io"

	"crawl/fetch/frontier"
)

// feed is the state of the Feed that runs.
type feed struct {
	runs  bool
	waits bool          // for a token in more
	more  chan struct{} // capacity 1, so that whoever asks never waits
}

// Feed pulls entries from next and queues them, until next gives io.EOF (then Feed
// gives nil) or another error, ctx ends or the frontier is closed. While it runs Next
// does not give io.EOF. One Feed may run at a time, so join several lists into one;
// next is called from the caller's goroutine only.
//
// It reads ahead no more than helps: while fewer than 64 entries and 2 for each
// worker seen are queued, or while a worker waits and each host that is known has to
// wait for its cap, its delay or a back-off, for a later line may name another host.
func (f *Frontier) Feed(ctx context.Context, next func(context.Context) (frontier.Entry, error)) error {
	more, err := f.startFeed()
	if err != nil {
		return err
	}
	defer f.endFeed()
	for {
		if err := f.awaitHunger(ctx, more); err != nil {
			return err
		}
		for hungry := true; hungry; {
			e, err := next(ctx)
			if err == io.EOF {
				return nil
			}
			if err != nil {
				return err
			}
			if hungry, err = f.swallow(ctx, e); err != nil {
				return err
			}
		}
	}
}

func (f *Frontier) startFeed() (more chan struct{}, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.ended:
		return nil, frontier.ErrClosed
	case f.feed.runs:
		return nil, frontier.ErrFeeding
	}
	f.begun = true
	f.feed = feed{runs: true, waits: true, more: make(chan struct{}, 1)}
	f.askFeed()
	return f.feed.more, nil
}

func (f *Frontier) endFeed() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.feed = feed{}
	f.turn(f.now())
}

// swallow queues e and tells whether one more is wanted; if not, a token in more
// will tell when.
func (f *Frontier) swallow(ctx context.Context, e frontier.Entry) (hungry bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	_, err = f.add(e)
	hungry = f.queued < 2*f.callers+64 || f.starves()
	f.feed.waits = !hungry
	return hungry, err
}

// awaitHunger returns when more is wanted.
func (f *Frontier) awaitHunger(ctx context.Context, more chan struct{}) error {
	select {
	case <-more:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-f.closed:
		return frontier.ErrClosed
	}
}

// askFeed wakes a Feed that waits. It does so at half of what Feed then fills up to,
// because a wake-up for each entry would cost more than the entry.
func (f *Frontier) askFeed() {
	if f.feed.waits && (f.queued < f.callers+32 || f.starves()) {
		f.feed.waits = false
		f.feed.more <- struct{}{}
	}
}

// starves tells whether a worker waits that only another host could serve.
func (f *Frontier) starves() bool { return len(f.waiting) > 0 && f.ready.first == nil }
