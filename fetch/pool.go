package fetch

import (
	"container/list"
	"context"
	"net"
	"slices"
	"sync"
	"time"
)

// pool keeps idle connections for reuse: the latest first, since it is the least
// likely to be stale. It holds at most max of them, none idle for longer than idle
// and none older than age.
type pool struct {
	max       int
	idle, age time.Duration

	mu     sync.Mutex // guards what follows
	byKey  map[connKey][]*list.Element
	order  *list.List // of *conn, longest idle first
	places *places    // nil when the number of connections is not limited
	sweep  *time.Timer
	closed bool
}

func newPool(opt *Options) *pool {
	return &pool{
		max: opt.MaxIdle, idle: opt.KeepAlive, age: opt.MaxAge,
		byKey: map[connKey][]*list.Element{}, order: list.New(),
		places: newPlaces(opt.MaxConns, opt.MaxConnsPerHost),
	}
}

// justUsed is for how long a connection is not looked at again: what comes within so
// short a pause could as well come right after the look, which is a system call.
const justUsed = time.Millisecond

// usable reports whether an idle connection may be used again. Where a request
// could not be repeated the look is worth its price.
func (p *pool) usable(c *conn, once bool) bool {
	now := time.Now()
	if now.Sub(c.born) >= p.age {
		return false
	}
	return !once && now.Sub(c.idleSince) < justUsed || !stale(c)
}

// acquire takes an idle connection that the peer has left alone. It returns nil
// when there is none, or a fresh one is asked for: the caller is to open one then,
// and to release its place should that fail. Where the number of connections is
// limited, acquire waits for its turn.
func (p *pool) acquire(ctx context.Context, r route, fresh bool) (c *conn, waited time.Duration, err *Error) {
	for {
		var w *waiter
		p.mu.Lock()
		switch {
		case p.closed:
			err = errClientClosed()
		case !fresh:
			c = p.pop(r.key, r.guarded)
		}
		if c == nil && err == nil && p.places != nil {
			if p.room(r.key) {
				p.places.take(r.key)
			} else {
				w = p.places.enqueue(r, fresh)
			}
		}
		p.mu.Unlock()
		if w != nil {
			return p.waitForOne(ctx, w)
		}
		if c == nil || p.usable(c, r.once) {
			return c, 0, err
		}
		c.Close()
		c = nil
	}
}

// waitForOne is wait, but for a connection that came to w and is of no use: in its
// place another may be opened.
func (p *pool) waitForOne(ctx context.Context, w *waiter) (*conn, time.Duration, *Error) {
	c, waited, err := p.wait(ctx, w)
	if c != nil && !p.usable(c, w.once) {
		c.Conn.Close()
		c = nil
	}
	return c, waited, err
}

// pop takes the latest idle connection of key; a guarded one must not be to a
// special address.
func (p *pool) pop(key connKey, guarded bool) *conn {
	idle := p.byKey[key]
	for i := len(idle) - 1; i >= 0; i-- {
		if c := idle[i].Value.(*conn); !guarded || !c.special {
			p.order.Remove(idle[i])
			p.forget(key, i)
			return c
		}
	}
	return nil
}

// put hands c over to the pool.
func (p *pool) put(c *conn) {
	c.reused = true
	c.idleSince = time.Now()
	p.mu.Lock()
	if p.closed || p.max < 0 {
		p.mu.Unlock()
		c.Close()
		return
	}
	p.byKey[c.key] = append(p.byKey[c.key], p.order.PushBack(c))
	if p.places != nil {
		p.places.favour(c.key)
		p.dispatch(c.key)
	}
	if p.order.Len() > p.max {
		p.drop(p.order.Front())
	}
	if p.sweep == nil {
		p.sweep = time.AfterFunc(p.idle, p.expire)
	}
	p.mu.Unlock()
}

// expire closes what has been idle for too long and sets the timer for the next.
func (p *pool) expire() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for {
		oldest := p.order.Front()
		if oldest == nil || p.closed {
			p.sweep = nil
			return
		}
		if left := p.idle - time.Since(oldest.Value.(*conn).idleSince); left > 0 {
			p.sweep.Reset(left)
			return
		}
		p.drop(oldest)
	}
}

// drop closes an idle connection that is the one of its key which has been idle
// longest: the first of its key's list. Nobody waits for its place who could use
// an idle connection, so there is no one to be told.
func (p *pool) drop(e *list.Element) {
	c := p.order.Remove(e).(*conn)
	p.forget(c.key, 0)
	c.Conn.Close()
	if p.places != nil {
		p.places.free(c.key)
	}
}

func (p *pool) forget(key connKey, i int) {
	idle := p.byKey[key]
	if len(idle) == 1 {
		delete(p.byKey, key)
		return
	}
	p.byKey[key] = slices.Delete(idle, i, i+1)
}

// close ends every idle connection, those that are put back later, and all waiting.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for p.order.Len() > 0 {
		p.drop(p.order.Front())
	}
	if p.places != nil {
		p.places.dismiss()
	}
	if p.sweep != nil {
		p.sweep.Stop()
	}
}

func errClientClosed() *Error { return fault(ClassCancelled, net.ErrClosed, "the client is closed") }
