package schedule

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
func (s *Scheduler) Feed(ctx context.Context, next func(context.Context) (frontier.Entry, error)) error {
	return s.FeedTo(ctx, next, nil)
}

// FeedTo is Feed for a frontier that has more to do with an entry than to Push it.
func (s *Scheduler) FeedTo(ctx context.Context, next func(context.Context) (frontier.Entry, error), add func(frontier.Entry) error) error {
	more, err := s.startFeed()
	if err != nil {
		return err
	}
	defer s.endFeed()
	for {
		if err := s.awaitHunger(ctx, more); err != nil {
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
			if hungry, err = s.swallow(ctx, e, add); err != nil {
				return err
			}
		}
	}
}

func (s *Scheduler) startFeed() (more chan struct{}, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.ended:
		return nil, frontier.ErrClosed
	case s.feed.runs:
		return nil, frontier.ErrFeeding
	}
	s.begun = true
	s.feed = feed{runs: true, waits: true, more: make(chan struct{}, 1)}
	s.askFeed()
	return s.feed.more, nil
}

func (s *Scheduler) endFeed() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.feed = feed{}
	s.turn(s.now())
}

// swallow queues e and tells whether one more is wanted; if not, a token in more
// will tell when.
func (s *Scheduler) swallow(ctx context.Context, e frontier.Entry, add func(frontier.Entry) error) (hungry bool, err error) {
	if err := ctx.Err(); err != nil {
		return false, err
	}
	if add != nil {
		if err := add(e); err != nil {
			return false, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if add == nil {
		err = s.push(e)
	}
	hungry = s.queued < 2*s.callers+64 || s.starves()
	s.feed.waits = !hungry
	return hungry, err
}

// awaitHunger returns when more is wanted.
func (s *Scheduler) awaitHunger(ctx context.Context, more chan struct{}) error {
	select {
	case <-more:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-s.closed:
		return frontier.ErrClosed
	}
}

// askFeed wakes a Feed that waits. It does so at half of what Feed then fills up to,
// because a wake-up for each entry would cost more than the entry.
func (s *Scheduler) askFeed() {
	if s.feed.waits && (s.queued < s.callers+32 || s.starves()) {
		s.feed.waits = false
		s.feed.more <- struct{}{}
	}
}

// starves tells whether a worker waits that only another host could serve.
func (s *Scheduler) starves() bool {
	return len(s.waiting) > 0 && s.ready.first() == nil && s.loads == 0
}
