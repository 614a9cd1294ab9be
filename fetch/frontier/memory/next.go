package memory

import (
	"container/heap"
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"crawl/fetch/frontier"
	"crawl/pipeline"
)

// errNotNow says that nothing may be leased at this moment.
var errNotNow = errors.New("nothing may be leased now")

// waiter is a call of Next that waits for its answer.
type waiter struct {
	answered chan struct{} // one token once entry and err are set
	entry    frontier.Entry
	err      error
	index    int // in Frontier.waiting; negative once answered
}

// Next leases the next entry of a host that may be asked now, and blocks while there
// is none. Entries of one host come in the order in which they were added, but for
// retries, which go first once due; there is no order among waiting callers.
//
// It gives io.EOF when no Feed runs, nothing is queued and no lease is open. Before
// the first Feed or Add it waits, so that workers may start before the list does.
// When ctx ends it gives ctx.Err(), or the entry if that came at the same moment.
func (f *Frontier) Next(ctx context.Context) (frontier.Entry, error) {
	if err := ctx.Err(); err != nil {
		return frontier.Entry{}, err
	}
	f.mu.Lock()
	now := f.now()
	f.turn(now) // whoever waits comes first
	e, err := f.lease(now)
	if err == nil {
		f.askFeed()
	}
	if err != errNotNow {
		f.mu.Unlock()
		return e, err
	}
	w := f.wait(now)
	f.mu.Unlock()
	return f.await(ctx, w)
}

// wait puts a caller on the list of those that turn answers.
func (f *Frontier) wait(now time.Duration) *waiter {
	w := f.spare.Get().(*waiter)
	w.index = len(f.waiting)
	f.waiting = append(f.waiting, w)
	f.callers = max(f.callers, f.leased+len(f.waiting))
	f.arm(now)
	f.askFeed()
	return w
}

// await waits for the answer. All waiting callers listen to the one timer; the one
// that hears it does the work for all, so no goroutine is needed for that.
func (f *Frontier) await(ctx context.Context, w *waiter) (frontier.Entry, error) {
	for {
		select {
		case <-w.answered:
			return f.answerOf(w)
		case <-f.timer.C:
			f.mu.Lock()
			f.armed = -1
			f.turn(f.now())
			f.mu.Unlock()
		case <-ctx.Done():
			if f.leave(w) {
				return frontier.Entry{}, ctx.Err()
			}
			<-w.answered // an entry was on its way: it is leased, so it must be returned
			return f.answerOf(w)
		}
	}
}

func (f *Frontier) answerOf(w *waiter) (frontier.Entry, error) {
	e, err := w.entry, w.err
	w.entry, w.err = frontier.Entry{}, nil
	f.spare.Put(w)
	return e, err
}

// leave takes w off the list, unless it is answered already.
func (f *Frontier) leave(w *waiter) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if w.index < 0 {
		return false
	}
	last := len(f.waiting) - 1
	f.waiting[w.index] = f.waiting[last]
	f.waiting[w.index].index = w.index
	f.waiting[last] = nil
	f.waiting = f.waiting[:last]
	f.spare.Put(w)
	return true
}

// answer ends the wait of the caller that came last, whose stack is the warmest.
func (f *Frontier) answer(e frontier.Entry, err error) {
	last := len(f.waiting) - 1
	w := f.waiting[last]
	f.waiting[last] = nil
	f.waiting = f.waiting[:last]
	w.entry, w.err, w.index = e, err, -1
	w.answered <- struct{}{}
}

// turn follows every event. When it returns, either nobody waits or nothing may be
// leased now; in the latter case the timer is set, and Feed asked for more.
func (f *Frontier) turn(now time.Duration) {
	for len(f.blocked) > 0 && f.blocked[0].at <= now {
		f.place(f.blocked[0], now)
	}
	for len(f.waiting) > 0 {
		e, err := f.lease(now)
		if err == errNotNow {
			break
		}
		f.answer(e, err)
	}
	f.arm(now)
	f.askFeed()
}

// lease hands out the next entry of the host whose turn it is.
func (f *Frontier) lease(now time.Duration) (frontier.Entry, error) {
	h := f.ready.first
	switch {
	case f.ended:
		return frontier.Entry{}, frontier.ErrClosed
	case h == nil && f.begun && !f.feed.runs && f.queued == 0 && f.leased == 0:
		return frontier.Entry{}, io.EOF
	case h == nil || f.pace.next > now:
		return frontier.Entry{}, errNotNow
	}
	slot, ok := f.limits.enter()
	if !ok {
		return frontier.Entry{}, errNotNow
	}
	e, err := f.take(h, now)
	if err != nil {
		slot.Done(pipeline.Ignored)
		return frontier.Entry{}, err
	}
	held := slots{all: slot, since: now}
	if f.limits.limited(h); h.limit != nil {
		held.host, _ = h.limit.TryAcquire() // none only if its width has just fallen
	}
	e.Lease = f.limits.hold(held)
	f.pace.take(now)
	f.queued--
	f.leased++
	f.callers = max(f.callers, f.leased+len(f.waiting))
	h.leased++
	h.allowed = max(h.allowed, after(now, f.opts.Delay))
	f.unready(h) // so that place puts it at the end of the ring, if it may go on
	f.place(h, now)
	return e, nil
}

// take removes the entry of h that goes first: a retry that is due, or the oldest.
func (f *Frontier) take(h *host, now time.Duration) (frontier.Entry, error) {
	if len(h.retries) > 0 && h.retries[0].at <= now {
		return heap.Pop(&h.retries).(*retry).entry, nil
	}
	return f.store.pop(h)
}

// arm sets the timer to the next moment at which a lease may be possible.
func (f *Frontier) arm(now time.Duration) {
	if len(f.waiting) == 0 || f.limits.full {
		return
	}
	at := f.pace.next
	if f.ready.first == nil {
		if len(f.blocked) == 0 {
			return // only Add, Settle or the end of Feed can help
		}
		at = max(at, f.blocked[0].at)
	}
	if at != f.armed {
		f.armed = at
		f.timer.Reset(at - now)
	}
}

// Settle ends the lease of e as o says. An entry to be retried counts one attempt
// more and o.Spent, and goes before the other entries of its host once its wait is over.
// A back-off keeps the host from being asked until then, or until an earlier one
// says, whichever is later. It works whether or not ctx has ended.
func (f *Frontier) Settle(_ context.Context, e frontier.Entry, o frontier.Outcome) error {
	f.giveBack(e, o)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.limits.full = false
	h := f.hosts[e.Host]
	if h == nil || h.leased == 0 {
		return fmt.Errorf("settle %s: host %q has no open lease", e.URL, e.Host)
	}
	now := f.now()
	f.leased--
	h.leased--
	if o.Backoff > 0 {
		h.allowed = max(h.allowed, after(now, o.Backoff))
	}
	if o.Retry {
		e.Lease = 0
		e.Attempts++
		e.Spent += o.Spent
		f.queued++
		f.retriesPushed++
		heap.Push(&h.retries, &retry{entry: e, at: after(now, o.Wait), seq: f.retriesPushed})
	}
	f.place(h, now)
	f.turn(now)
	return nil
}
