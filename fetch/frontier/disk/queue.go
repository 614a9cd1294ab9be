package disk

import (
	"slices"

	"github.com/cockroachdb/pebble/v2"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// loadMost is how many entries of a host are read at a time, and kept in memory.
const loadMost = 16

// backlog is the part of the store that waits. The Scheduler's lock guards it.
type backlog struct {
	f        *Frontier
	queued   int   // entries
	inMemory int   // of those
	pushed   int64 // the highest order of an entry that was pushed
}

// Queue implements [schedule.Backlog].
func (b *backlog) Queue(host string) schedule.Queue { return &queue{backlog: b, host: host} }

// Pushed implements [schedule.Backlog].
func (b *backlog) Pushed() error { return nil }

// Spilled implements [schedule.Backlog].
func (b *backlog) Spilled() int { return b.queued - b.inMemory }

// queue is what waits at one host. All of it is on disk, and the first of it is in head as
// well; the others come later than head, and later than rest.
//
// An entry that was popped stays on disk until it is settled, and is in Frontier.taken so
// long: that is how Load knows that it does not wait. rest only spares it the way there.
type queue struct {
	backlog *backlog
	host    string
	head    []frontier.Entry
	rest    spot
	n       int // entries that wait

	// Of a Load that runs: what it may read up to, what it has read, and the first entry
	// that was pushed meanwhile, which it may have read or not.
	limit  int64
	want   int
	loaded []frontier.Entry
	pushed spot // order 0: none
	loads  bool
}

var _ schedule.Queue = (*queue)(nil)

// Len implements [schedule.Queue].
func (q *queue) Len() int { return q.n }

// Loaded implements [schedule.Queue].
func (q *queue) Loaded() bool { return len(q.head) > 0 }

// Push implements [schedule.Queue]. The entry is on disk already.
func (q *queue) Push(e frontier.Entry) {
	e.Host = q.host // one string for all
	at := spotOf(&e)
	b := q.backlog
	b.pushed = max(b.pushed, e.Order)
	all := len(q.head) == q.n
	q.n++
	b.queued++
	switch {
	case q.loads:
		if q.pushed.order == 0 || at.before(q.pushed) {
			q.pushed = at
		}
	case all && len(q.head) < loadMost && b.inMemory < b.f.opts.Window,
		len(q.head) > 0 && at.before(spotOf(&q.head[len(q.head)-1])):
		q.insert(e)
	case at.before(q.rest):
		q.rest = at.last()
	}
}

// insert puts e into head, from which the last may have to go.
func (q *queue) insert(e frontier.Entry) {
	i, _ := slices.BinarySearchFunc(q.head, spotOf(&e), func(x frontier.Entry, at spot) int {
		if spotOf(&x).before(at) {
			return -1
		}
		return 1
	})
	q.head = slices.Insert(q.head, i, e)
	if q.backlog.inMemory++; len(q.head) > 1 && (len(q.head) > loadMost || q.backlog.inMemory > q.backlog.f.opts.Window) {
		q.cut(len(q.head) - 1)
	}
}

// cut leaves n entries in head. The others are read again when it is their turn.
func (q *queue) cut(n int) {
	q.backlog.inMemory -= len(q.head) - n
	q.shorten(n)
	if n > 0 {
		if at := spotOf(&q.head[n-1]); at.before(q.rest) {
			q.rest = at
		}
	}
}

// shorten leaves n entries in head, and no more room than they need: there may be as many
// heads as hosts.
func (q *queue) shorten(n int) {
	clear(q.head[n:])
	switch q.head = q.head[:n]; {
	case n == 0:
		q.head = nil
	case n <= cap(q.head)/4:
		q.head = slices.Clone(q.head)
	}
}

// Pop implements [schedule.Queue].
func (q *queue) Pop() (frontier.Entry, error) {
	e := q.head[0]
	copy(q.head, q.head[1:])
	q.shorten(len(q.head) - 1)
	if at := spotOf(&e); q.rest.before(at) {
		q.rest = at
	}
	q.n--
	q.backlog.queued--
	q.backlog.inMemory--
	q.backlog.f.take(e.Order)
	return e, nil
}

// StartLoad implements [schedule.Queue].
func (q *queue) StartLoad() {
	q.loads = true
	q.limit = q.backlog.pushed
	q.want = max(1, min(loadMost, q.backlog.f.opts.Window-q.backlog.inMemory))
	q.pushed = spot{}
}

// Load implements [schedule.Queue].
func (q *queue) Load() (err error) {
	f := q.backlog.f
	f.reading.RLock()
	defer f.reading.RUnlock()
	if f.closed {
		return frontier.ErrClosed
	}
	first := appendQueueKey(nil, q.host, spot{q.rest.depth, q.rest.order + 1})
	end := appendHostKey(nil, q.host)
	end[len(end)-1]++
	it, err := f.db.NewIter(&pebble.IterOptions{LowerBound: first, UpperBound: end})
	if err != nil {
		return f.fail(err)
	}
	defer func() {
		if closed := f.fail(it.Close()); err == nil {
			err = closed
		}
	}()
	for ok := it.First(); ok && len(q.loaded) < q.want; ok = it.Next() {
		_, at, ok := cutQueueKey(it.Key())
		if !ok {
			return f.fail(errDamaged)
		}
		if at.order > q.limit || f.taken.has(at.order) {
			continue
		}
		e, _, ok := frontier.CutEntry(string(it.Value()))
		if !ok {
			return f.fail(errDamaged)
		}
		e.Host, e.Depth, e.Order = q.host, at.depth, at.order
		q.loaded = append(q.loaded, e)
	}
	if len(q.loaded) == 0 && it.Error() == nil {
		return f.fail(errDamaged) // or else it would be asked for that again and again
	}
	return nil
}

// EndLoad implements [schedule.Queue].
func (q *queue) EndLoad() {
	q.loads = false
	q.head, q.loaded = q.loaded, nil
	q.backlog.inMemory += len(q.head)
	if n := len(q.head); n > 0 {
		q.rest = spotOf(&q.head[n-1])
	}
	if q.pushed.order > 0 && q.pushed.before(q.rest) {
		q.rest = q.pushed.last()
		q.cut(q.until(q.pushed))
	}
}

// until is how many entries of head come before at.
func (q *queue) until(at spot) int {
	for i := range q.head {
		if !spotOf(&q.head[i]).before(at) {
			return i
		}
	}
	return len(q.head)
}
