package pipeline

import (
	"context"
	"sync"
	"sync/atomic"
	"time"
)

// Outcome is what became of the work that a slot of a [Limit] was held for. The
// names are those of Netflix' concurrency-limits.
type Outcome uint8

// The outcomes.
const (
	Success Outcome = iota // it was done, and its latency counts
	Dropped                // it was too much: a 429, a 503, a timeout
	Ignored                // it says nothing of load: a name that does not exist, a broken file
)

// Move is a change of a limit's width, with its reason in words that can stand
// after both numbers: "from 64 to 48: latency rose from 20 ms to 80 ms".
type Move struct {
	From, To int
	Why      string
}

// Pressure says how short the process itself is of something, as a share of what
// it may use, and of what: 0.85, "memory". From 0.8 on a [Limit] does not raise,
// from 1 on it lowers. A processor that is busy is a reason not to raise (0.9), but
// to lower only when others need it: latency shows by itself when it is too much.
type Pressure func() (share float64, of string)

// LimitOptions are the bounds of a [Limit].
type LimitOptions struct {
	Cap      int        // never more slots than this; 0: 64
	Start    int        // slots at the beginning; 0: 4, see Limit
	Pressure Pressure   // asked at most once a second, by whoever gives a slot back; nil: none
	Moved    func(Move) // told of each change, in order, with no slot held up; nil: nobody
}

// Limit hands out slots, and finds by itself how many there should be: it raises
// their number, the width, while that gains goodput, and lowers it when latency
// rises for nothing, when work is dropped, and under [Pressure]. It suits requests
// to one host as well as file operations or any other work that may queue
// somewhere out of sight. limit_policy.go tells how it decides.
//
// It begins at four slots and takes half as many again for each round of answers,
// which passes 64 within a second or two where an answer takes 100 ms. To begin
// at 64 would be to queue 60 requests on a host that serves four at a time.
//
// A Limit takes less than 512 bytes and no goroutine, so there may be one for each
// of many hosts. It is safe for concurrent use.
type Limit struct {
	pressure Pressure
	moved    func(Move)
	began    time.Time
	look     atomic.Int64 // when to ask for pressure next, in time since began

	mu       sync.Mutex // guards what follows
	policy   policy
	inFlight int
	first    *waiter // of those who wait, longest first
	last     *waiter

	telling sync.Mutex // held while moved is told, and taken under mu for the order's sake
}

type waiter struct {
	next, before *waiter
	given        chan struct{} // closed when the slot is theirs
	slot         Slot
}

// Slot is one unit of a limit's width. Give it back with Done, once.
type Slot struct {
	limit *Limit
	start time.Duration
	round uint32 // in whose cohort it counts, or 0
}

// NewLimit makes a limit.
func NewLimit(o LimitOptions) *Limit {
	if o.Cap <= 0 {
		o.Cap = 64
	}
	if o.Start <= 0 {
		o.Start = 4
	}
	return &Limit{pressure: o.Pressure, moved: o.Moved, began: time.Now(), policy: newPolicy(o.Start, o.Cap)}
}

// Acquire waits for a slot, first come, first served. Its error is the cause of
// ctx's end.
func (l *Limit) Acquire(ctx context.Context) (Slot, error) {
	if ctx.Err() != nil {
		return Slot{}, context.Cause(ctx)
	}
	l.mu.Lock()
	if l.first == nil && l.inFlight < l.policy.width {
		s := l.grant(time.Since(l.began))
		l.mu.Unlock()
		return s, nil
	}
	w := &waiter{given: make(chan struct{})}
	l.enqueue(w)
	l.mu.Unlock()

	select {
	case <-w.given:
		return w.slot, nil
	case <-ctx.Done():
	}
	l.mu.Lock()
	select {
	case <-w.given: // both at once: it is for somebody else
		l.policy.undo(w.slot.round)
		l.inFlight--
		l.serve(time.Since(l.began))
	default:
		l.dequeue(w)
	}
	l.mu.Unlock()
	return Slot{}, context.Cause(ctx)
}

// TryAcquire returns a slot if one is free and nobody waits for it.
func (l *Limit) TryAcquire() (Slot, bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.first != nil || l.inFlight >= l.policy.width {
		return Slot{}, false
	}
	return l.grant(time.Since(l.began)), true
}

// Done gives the slot back and tells what became of the work.
func (s Slot) Done(o Outcome) {
	l := s.limit
	now := time.Since(l.began)
	share, of, asked := l.pressed(now)

	l.mu.Lock()
	from := l.policy.width
	why := ""
	if asked {
		why = l.policy.press(share, of)
	}
	if w := l.policy.end(sample{
		now: now, latency: now - s.start, inFlight: l.inFlight, outcome: o, round: s.round,
	}); w != "" {
		why = w
	}
	move := Move{From: from, To: l.policy.width, Why: why}
	l.inFlight--
	l.serve(now)
	if move.From == move.To || l.moved == nil {
		l.mu.Unlock()
		return
	}
	l.telling.Lock()
	l.mu.Unlock()
	l.moved(move)
	l.telling.Unlock()
}

// Width returns how many slots there are at the moment.
func (l *Limit) Width() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.policy.width
}

// InFlight returns how many slots are held. It is above the width for a while after
// that was lowered.
func (l *Limit) InFlight() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.inFlight
}

// pressed asks for the pressure when a second has passed.
func (l *Limit) pressed(now time.Duration) (share float64, of string, asked bool) {
	due := l.look.Load()
	if l.pressure == nil || int64(now) < due || !l.look.CompareAndSwap(due, int64(now+time.Second)) {
		return 0, "", false
	}
	share, of = l.pressure()
	return share, of, true
}

func (l *Limit) grant(now time.Duration) Slot {
	l.inFlight++
	return Slot{limit: l, start: now, round: l.policy.begin(now)}
}

// serve gives free slots to those who wait.
func (l *Limit) serve(now time.Duration) {
	for w := l.first; w != nil && l.inFlight < l.policy.width; w = l.first {
		l.dequeue(w)
		w.slot = l.grant(now)
		close(w.given)
	}
}

func (l *Limit) enqueue(w *waiter) {
	w.before = l.last
	if l.last != nil {
		l.last.next = w
	} else {
		l.first = w
	}
	l.last = w
}

func (l *Limit) dequeue(w *waiter) {
	if w.before != nil {
		w.before.next = w.next
	} else {
		l.first = w.next
	}
	if w.next != nil {
		w.next.before = w.before
	} else {
		l.last = w.before
	}
	w.next, w.before = nil, nil
}
