package memory

import "crawl/fetch/frontier"

// queue is a ring of entries that grows and shrinks with what it holds.
type queue struct {
	ring  []frontier.Entry
	start int32
	n     int32
}

// at is entry i of n, valid until the queue changes.
func (q *queue) at(i int32) *frontier.Entry {
	i += q.start
	if int(i) >= len(q.ring) {
		i -= int32(len(q.ring))
	}
	return &q.ring[i]
}

func (q *queue) push(e frontier.Entry) {
	if int(q.n) == len(q.ring) {
		q.resize(max(1, 2*q.n))
	}
	q.n++
	*q.at(q.n - 1) = e
}

func (q *queue) pop() frontier.Entry {
	e := *q.at(0)
	q.dropFront(1)
	return e
}

func (q *queue) dropFront(n int32) {
	for i := range n {
		*q.at(i) = frontier.Entry{} // lets go of its strings
	}
	q.start += n
	if int(q.start) >= len(q.ring) {
		q.start -= int32(len(q.ring))
	}
	q.n -= n
	q.fit()
}

func (q *queue) dropBack(n int32) {
	for i := q.n - n; i < q.n; i++ {
		*q.at(i) = frontier.Entry{}
	}
	q.n -= n
	q.fit()
}

// fit gives back memory once three quarters are unused, but for a small ring: that
// one is about to be filled again.
func (q *queue) fit() {
	const small = 64
	if len(q.ring) > small && int(q.n) <= len(q.ring)/4 {
		q.resize(max(small, 2*q.n))
	}
}

func (q *queue) resize(size int32) {
	ring := make([]frontier.Entry, size)
	for i := range q.n {
		ring[i] = *q.at(i)
	}
	q.ring, q.start = ring, 0
}
