package fetch

import (
	"container/list"
	"sync"
	"time"
)

// pool keeps idle connections for reuse: the latest first, since it is the least
// likely to be stale. It holds at most max of them, none longer than age.
type pool struct {
	max int
	age time.Duration

	mu     sync.Mutex // guards what follows
	byKey  map[connKey][]*list.Element
	order  *list.List // of *conn, longest idle first
	sweep  *time.Timer
	closed bool
}

func newPool(max int, age time.Duration) *pool {
	return &pool{max: max, age: age, byKey: map[connKey][]*list.Element{}, order: list.New()}
}

// get takes an idle connection that the peer has left alone, or returns nil.
func (p *pool) get(key connKey) *conn {
	for {
		c := p.pop(key)
		if c == nil || !stale(c) {
			return c
		}
		c.Close()
	}
}

func (p *pool) pop(key connKey) *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	idle := p.byKey[key]
	if len(idle) == 0 {
		return nil
	}
	last := idle[len(idle)-1]
	p.forget(key, len(idle)-1)
	return p.order.Remove(last).(*conn)
}

// put hands c over to the pool.
func (p *pool) put(c *conn) {
	c.reused = true
	c.idleSince = time.Now()
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		c.Close()
		return
	}
	p.byKey[c.key] = append(p.byKey[c.key], p.order.PushBack(c))
	if p.order.Len() > p.max {
		p.dropOldest()
	}
	if p.sweep == nil {
		p.sweep = time.AfterFunc(p.age, p.expire)
	}
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
		if left := p.age - time.Since(oldest.Value.(*conn).idleSince); left > 0 {
			p.sweep.Reset(left)
			return
		}
		p.dropOldest()
	}
}

// dropOldest closes the connection that has been idle longest. Within its key it
// is the first, since each key's list is ordered the same way.
func (p *pool) dropOldest() {
	c := p.order.Remove(p.order.Front()).(*conn)
	p.forget(c.key, 0)
	c.Close()
}

func (p *pool) forget(key connKey, i int) {
	idle := p.byKey[key]
	if len(idle) == 1 {
		delete(p.byKey, key)
		return
	}
	p.byKey[key] = append(idle[:i], idle[i+1:]...)
}

// close ends every idle connection, and those that are put back later.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	for p.order.Len() > 0 {
		p.dropOldest()
	}
	if p.sweep != nil {
		p.sweep.Stop()
	}
}
