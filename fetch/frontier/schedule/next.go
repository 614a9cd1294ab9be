package schedule

import (
	"container/heap"
	"context"
	"errors"
	"io"
	"math"
	"time"

	"crawl/fetch/frontier"
	"crawl/pipeline"
)

// errNotNow says that nothing may be leased at this moment.
var errNotNow = errors.New("nothing may be leased now")

// answer is what a call of Next comes to: an entry, an error, or a host whose queue has
// to be loaded before any more can be said.
type answer struct {
	entry frontier.Entry
	load  *host
	err   error
}

// waiter is a call of Next that waits for its answer.
type waiter struct {
	answered chan struct{} // one token once answer is set
	answer   answer
	index    int // in Scheduler.waiting; negative once answered
}

// Next leases the next entry of a host that may be asked now, and blocks while there
// is none. Entries of one host come in the order of the backlog, but for retries, which
// go first once due; there is no order among waiting callers.
//
// It gives io.EOF when no Feed runs, nothing is queued and no lease is open. Before
// the first Feed or Push it waits, so that workers may start before the list does.
// When ctx ends it gives ctx.Err(), or the entry if that came at the same moment.
func (s *Scheduler) Next(ctx context.Context) (frontier.Entry, error) {
	for {
		if err := ctx.Err(); err != nil {
			return frontier.Entry{}, err
		}
		a, err := s.next(ctx)
		if err != nil {
			return frontier.Entry{}, err
		}
		if a.load == nil {
			return a.entry, a.err
		}
		if err := s.load(a.load); err != nil {
			return frontier.Entry{}, err
		}
	}
}

func (s *Scheduler) next(ctx context.Context) (answer, error) {
	s.mu.Lock()
	now := s.now()
	s.turn(now) // whoever waits comes first
	a := s.lease(now)
	if a.err == nil {
		s.askFeed()
	}
	if a.err != errNotNow {
		s.mu.Unlock()
		return a, nil
	}
	w := s.wait(now)
	s.mu.Unlock()
	return s.await(ctx, w)
}

// load reads what goes first at h, which is nowhere to be found meanwhile. The lock is
// free, so that a disk that is slow holds nobody up but the caller, who has no lease.
func (s *Scheduler) load(h *host) error {
	err := h.queue.Load()
	s.mu.Lock()
	defer s.mu.Unlock()
	now := s.now()
	h.queue.EndLoad()
	h.loading, h.loaded = false, true
	s.loads--
	s.place(h, now)
	h.loaded = false
	if err == nil {
		s.turn(now)
	}
	return err
}

// wait puts a caller on the list of those that turn answers.
func (s *Scheduler) wait(now time.Duration) *waiter {
	w := s.spare.Get().(*waiter)
	w.index = len(s.waiting)
	s.waiting = append(s.waiting, w)
	s.callers = max(s.callers, s.leased+len(s.waiting))
	s.arm(now)
	s.askFeed()
	return w
}

// await waits for the answer. All waiting callers listen to the one timer; the one
// that hears it does the work for all, so no goroutine is needed for that.
func (s *Scheduler) await(ctx context.Context, w *waiter) (answer, error) {
	for {
		select {
		case <-w.answered:
			return s.answerOf(w), nil
		case <-s.timer.C:
			s.mu.Lock()
			s.armed = -1
			s.turn(s.now())
			s.mu.Unlock()
		case <-ctx.Done():
			if s.leave(w) {
				return answer{}, ctx.Err()
			}
			<-w.answered // an entry was on its way: it is leased, so it must be returned
			return s.answerOf(w), nil
		}
	}
}

func (s *Scheduler) answerOf(w *waiter) answer {
	a := w.answer
	w.answer = answer{}
	s.spare.Put(w)
	return a
}

// leave takes w off the list, unless it is answered already.
func (s *Scheduler) leave(w *waiter) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if w.index < 0 {
		return false
	}
	last := len(s.waiting) - 1
	s.waiting[w.index] = s.waiting[last]
	s.waiting[w.index].index = w.index
	s.waiting[last] = nil
	s.waiting = s.waiting[:last]
	s.spare.Put(w)
	return true
}

// answer ends the wait of the caller that came last, whose stack is the warmest.
func (s *Scheduler) answer(a answer) {
	last := len(s.waiting) - 1
	w := s.waiting[last]
	s.waiting[last] = nil
	s.waiting = s.waiting[:last]
	w.answer, w.index = a, -1
	w.answered <- struct{}{}
}

// turn follows every event. When it returns, either nobody waits or nothing may be
// leased now; in the latter case the timer is set, and Feed asked for more.
func (s *Scheduler) turn(now time.Duration) {
	s.wakeDue(now)
	for len(s.waiting) > 0 {
		a := s.lease(now)
		if a.err == errNotNow {
			break
		}
		s.answer(a)
	}
	s.arm(now)
	s.askFeed()
}

// wakeDue finds who may be asked now, for time has passed or leases have ended.
func (s *Scheduler) wakeDue(now time.Duration) {
	for len(s.blocked) > 0 && s.blocked[0].at <= now {
		s.place(s.blocked[0], now)
	}
	for len(s.resting) > 0 && s.resting[0].at <= now {
		s.wake(s.resting[0], now)
	}
	s.wakeFreed(now)
}

// lease hands out the next entry of the host whose turn it is.
func (s *Scheduler) lease(now time.Duration) answer {
	h := s.ready.first()
	switch {
	case s.ended:
		return answer{err: frontier.ErrClosed}
	case h == nil && s.begun && !s.feed.runs && s.queued == 0 && s.leased == 0:
		return answer{err: io.EOF}
	case h == nil || s.pace.next > now:
		return answer{err: errNotNow}
	case !h.retryDue(now) && !h.queue.Loaded():
		h.loading = true
		s.loads++
		h.queue.StartLoad()
		s.place(h, now)
		return answer{load: h}
	}
	slot, ok := s.limits.enter()
	if !ok {
		return answer{err: errNotNow}
	}
	e, err := s.take(h, now)
	if err != nil {
		slot.Done(pipeline.Ignored)
		return answer{err: err}
	}
	l := lease{host: h, all: slot, since: now, entered: now, addresses: h.addresses}
	if s.limits.limited(h); h.limit != nil {
		l.ofHost, _ = h.limit.TryAcquire() // none only if its width has just fallen
	}
	s.pace.take(now)
	s.queued--
	s.leased++
	s.callers = max(s.callers, s.leased+len(s.waiting))
	h.leased++
	h.allowed = max(h.allowed, after(now, max(s.opts.Delay, h.delay)))
	s.ready.took(h)
	s.remove(h) // so that place puts it at the end of the ring, if it may go on
	s.enter(l.addresses, now)
	s.place(h, now)
	s.wakeFreed(now)
	e.Meet, e.Unheard = s.opts.PerAddress > 0 && !h.met, h.unheard
	e.Lease = s.leases.open(l, &e)
	return answer{entry: e}
}

// take removes the entry of h that goes first: a retry that is due, or the oldest.
func (s *Scheduler) take(h *host, now time.Duration) (frontier.Entry, error) {
	if h.retryDue(now) {
		return heap.Pop(&h.retries).(*retry).entry, nil
	}
	return h.queue.Pop()
}

// arm sets the timer to the next moment at which a lease may be possible.
func (s *Scheduler) arm(now time.Duration) {
	if len(s.waiting) == 0 || s.limits.full {
		return
	}
	at := s.pace.next
	if s.ready.first() == nil {
		next, ok := s.nextWake()
		if !ok {
			return // only Push, Settle or the end of Feed can help
		}
		at = max(at, next)
	}
	if at != s.armed {
		s.armed = at
		s.timer.Reset(at - now)
	}
}

// nextWake is when time alone may make a host ready.
func (s *Scheduler) nextWake() (at time.Duration, ok bool) {
	at = math.MaxInt64
	if len(s.blocked) > 0 {
		at, ok = s.blocked[0].at, true
	}
	if len(s.resting) > 0 {
		at, ok = min(at, s.resting[0].at), true
	}
	return at, ok
}
