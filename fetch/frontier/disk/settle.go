package disk

import (
	"context"
	"sync"

	"crawl/fetch/frontier"
)

// settled is an entry that is done with, but not off the disk yet.
type settled struct {
	spot
	host     string
	position int64 // of the journal when it was settled, behind its record
}

// taken are the entries that are on disk and do not wait: leased ones, those that wait for
// a retry, and settled ones.
type taken struct {
	mu    sync.Mutex      // guards what follows
	since map[int64]int64 // by order: the position of the journal when it was leased, before its record; done once it is settled
}

// done marks what is settled: ^position, which is negative.
func (t *taken) isDone(order int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.since[order] < 0
}

func (t *taken) has(order int64) bool {
	t.mu.Lock()
	defer t.mu.Unlock()
	_, ok := t.since[order]
	return ok
}

// drop forgets what is off the disk.
func (t *taken) drop(gone []settled) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for i := range gone {
		delete(t.since, gone[i].order)
	}
}

// floor is the position before which no record is of an entry that is on disk, once gone
// is not.
func (t *taken) floor(now int64, gone []settled) int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	leaving := make(map[int64]bool, len(gone))
	for i := range gone {
		leaving[gone[i].order] = true
	}
	for order, since := range t.since {
		if since < 0 {
			since = ^since
		}
		if since < now && !leaving[order] {
			now = since
		}
	}
	return now
}

// position is how far the journal is written.
func (f *Frontier) position() int64 {
	if f.opts.Position == nil {
		return 0
	}
	return f.opts.Position()
}

// take notes that an entry is leased.
func (f *Frontier) take(order int64) {
	at := f.position()
	f.taken.mu.Lock()
	defer f.taken.mu.Unlock()
	f.taken.since[order] = at
}

// Settle is [schedule.Scheduler.Settle]. An entry that is not asked for again is off the
// disk once Durable covers what the journal holds now.
func (f *Frontier) Settle(ctx context.Context, e frontier.Entry, o frontier.Outcome) error {
	if err := f.Scheduler.Settle(ctx, e, o); err != nil || o.Retry || o.Defer {
		return err
	}
	if o.Moved { // it is off the disk
		f.reading.Lock() // a Load that has begun may have met it still
		f.taken.drop([]settled{{spot: spotOf(&e)}})
		f.reading.Unlock()
		return nil
	}
	at := f.position()
	f.taken.mu.Lock()
	if since, ok := f.taken.since[e.Order]; ok {
		f.taken.since[e.Order] = ^since
	}
	f.taken.mu.Unlock()
	f.applying.Lock()
	f.settled = append(f.settled, settled{spotOf(&e), e.Host, at})
	full := f.opts.Position == nil && len(f.settled) >= applyMost && !f.closed
	f.applying.Unlock()
	if full {
		return f.Durable(context.WithoutCancel(ctx), at)
	}
	return nil
}

// applyMost is how many entries are taken off the disk at a time when no journal says when.
const applyMost = 1024

// Durable says that the journal would survive a power failure up to a position. Entries
// that were settled by then need not be remembered any more. It works whether or not ctx
// has ended.
func (f *Frontier) Durable(_ context.Context, upto int64) error {
	f.applying.Lock()
	defer f.applying.Unlock()
	if f.closed {
		return frontier.ErrClosed
	}
	n := 0
	for n < len(f.settled) && f.settled[n].position <= upto {
		n++
	}
	if n == 0 {
		return f.fail(nil)
	}
	gone := f.settled[:n]
	b := f.db.NewBatch()
	defer b.Close()
	var key []byte
	for i := range gone {
		key = appendQueueKey(key[:0], gone[i].host, gone[i].spot)
		_ = b.SingleDelete(key, nil) // each key was set once; it fails only with a batch that was committed
	}
	floor := f.taken.floor(min(f.position(), upto), gone) // the journal may lose what is behind upto, and fill that anew
	_ = b.Set(floorKey, number(floor), nil)
	if err := f.commit(b); err != nil {
		return err
	}
	f.reading.Lock() // a Load that has begun may have met them still
	f.taken.drop(gone)
	f.reading.Unlock()
	f.settled = append([]settled(nil), f.settled[n:]...)
	return nil
}
