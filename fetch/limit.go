package fetch

import (
	"container/list"
	"context"
	"time"
)

// places counts the open connections where their number is limited, and keeps the
// callers that wait for one. It belongs to a pool, whose mutex guards it.
type places struct {
	total, perKey int // 0: no limit
	open          int // in use, idle or being dialled
	byKey         map[connKey]int
	waiting       map[connKey]*queue
	turns         *list.List // of *queue, next to be served first
	favours       int        // connections handed on within their key, out of turn
}

// maxFavours is how often in a row a connection stays with its key while other
// keys wait: often enough to make good use of it, and nobody starves.
const maxFavours = 16

// newPlaces returns nil when nothing is limited.
func newPlaces(total, perKey int) *places {
	if total <= 0 && perKey <= 0 {
		return nil
	}
	return &places{
		total: max(total, 0), perKey: max(perKey, 0),
		byKey: map[connKey]int{}, waiting: map[connKey]*queue{}, turns: list.New(),
	}
}

// queue holds the waiters for one key, first come first served. It is never empty.
type queue struct {
	waiters list.List     // of *waiter
	turn    *list.Element // in places.turns
}

func (q *queue) first() *waiter { return q.waiters.Front().Value.(*waiter) }

// waiter is a caller that waits for its turn.
type waiter struct {
	route
	fresh bool
	turn  chan turn // gets one, unless the waiter leaves first
	at    *list.Element
}

// turn is a connection, or a place to open one, or the pool's end.
type turn struct {
	conn *conn
	err  *Error
}

func (l *places) full() bool { return l.total > 0 && l.open >= l.total }

func (l *places) fullFor(key connKey) bool { return l.perKey > 0 && l.byKey[key] >= l.perKey }

func (l *places) take(key connKey) {
	l.open++
	l.byKey[key]++
}

func (l *places) free(key connKey) {
	l.open--
	if l.byKey[key]--; l.byKey[key] == 0 {
		delete(l.byKey, key)
	}
}

func (l *places) enqueue(r route, fresh bool) *waiter {
	w := &waiter{route: r, fresh: fresh, turn: make(chan turn, 1)}
	q := l.waiting[r.key]
	if q == nil {
		q = new(queue)
		q.turn = l.turns.PushBack(q)
		l.waiting[r.key] = q
	}
	w.at = q.waiters.PushBack(w)
	return w
}

// dequeue takes w out of its queue and reports whether it still was in it.
func (l *places) dequeue(w *waiter) bool {
	if w.at == nil {
		return false
	}
	q := l.waiting[w.key]
	q.waiters.Remove(w.at)
	w.at = nil
	if q.waiters.Len() == 0 {
		delete(l.waiting, w.key)
		l.turns.Remove(q.turn)
	}
	return true
}

// room makes room for another connection of key if it can: an idle one is closed
// for it, which is of another key or does not suit. The pool's mutex is held.
func (p *pool) room(key connKey) bool {
	l := p.places
	if l.fullFor(key) {
		if len(p.byKey[key]) == 0 {
			return false
		}
		p.drop(p.byKey[key][0])
	}
	if l.full() {
		if p.order.Len() == 0 {
			return false
		}
		p.drop(p.order.Front())
	}
	return true
}

// dispatch serves the waiters that can be served now that something of key's has
// become free. The pool's mutex is held.
func (p *pool) dispatch(key connKey) {
	l := p.places
	if l.total == 0 { // then it is of no use to other keys
		for q := l.waiting[key]; q != nil && p.serve(q); q = l.waiting[key] {
		}
		return
	}
	for e := l.turns.Front(); e != nil; {
		if p.serve(e.Value.(*queue)) {
			e = l.turns.Front()
		} else if e = e.Next(); l.full() && p.order.Len() == 0 {
			return
		}
	}
}

// serve gives the first of q a connection or a place if it can. The next turn is
// another key's.
func (p *pool) serve(q *queue) bool {
	w := q.first()
	t, ok := p.find(w)
	if ok {
		p.places.turns.MoveToBack(q.turn)
		p.places.dequeue(w)
		w.turn <- t
	}
	return ok
}

func (p *pool) find(w *waiter) (turn, bool) {
	if !w.fresh {
		if c := p.pop(w.key, w.guarded); c != nil {
			return turn{conn: c}, true
		}
	}
	if !p.room(w.key) {
		return turn{}, false
	}
	p.places.take(w.key)
	return turn{}, true
}

// favour lets key go first, whose connection has just come back, unless it did so
// many times in a row.
func (l *places) favour(key connKey) {
	q := l.waiting[key]
	if q == nil || l.turns.Len() == 1 {
		return
	}
	if l.favours++; l.favours > maxFavours {
		l.favours = 0
		l.turns.MoveToBack(q.turn)
		return
	}
	l.turns.MoveToFront(q.turn)
}

// release frees the place of a connection that has been closed or never came to be.
func (p *pool) release(key connKey) {
	if p.places == nil {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.places.free(key)
	p.dispatch(key)
}

// wait waits for w's turn.
func (p *pool) wait(ctx context.Context, w *waiter) (*conn, time.Duration, *Error) {
	start := time.Now()
	if f := w.trace.QueuedStart; f != nil {
		f(ctx, w.key.addr)
	}
	var late <-chan time.Time
	if !w.deadline.IsZero() {
		timer := time.NewTimer(time.Until(w.deadline))
		defer timer.Stop()
		late = timer.C
	}
	var t turn
	select {
	case t = <-w.turn:
	case <-ctx.Done():
		t.err = p.giveUp(w, ended(ctx, time.Time{}))
	case <-late:
		t.err = p.giveUp(w, outOfTime(context.DeadlineExceeded))
	}
	waited := time.Since(start)
	if f := w.trace.QueuedEnd; f != nil {
		f(ctx, w.key.addr, waited)
	}
	return t.conn, waited, t.err
}

// giveUp takes w out of the queue; if its turn came meanwhile, the next gets it.
func (p *pool) giveUp(w *waiter, why *Error) *Error {
	p.mu.Lock()
	queued := p.places.dequeue(w)
	p.mu.Unlock()
	if queued {
		return why
	}
	switch t := <-w.turn; {
	case t.err != nil:
	case t.conn != nil:
		p.put(t.conn)
	default:
		p.release(w.key)
	}
	return why
}

// dismiss ends the waiting of all. The pool's mutex is held.
func (l *places) dismiss() {
	for _, q := range l.waiting {
		for e := q.waiters.Front(); e != nil; e = e.Next() {
			w := e.Value.(*waiter)
			w.at = nil
			w.turn <- turn{err: errClientClosed()}
		}
	}
	clear(l.waiting)
	l.turns.Init()
}
