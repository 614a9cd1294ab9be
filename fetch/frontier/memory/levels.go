package memory

import (
	"cmp"
	"slices"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// levels are what waits at one host, one for each depth that it has entries of, the
// shallowest first.
type levels struct {
	store  *store
	host   string
	levels []*level
	n      int
}

var _ schedule.Queue = (*levels)(nil)

// Push implements [schedule.Queue].
func (q *levels) Push(e frontier.Entry) {
	i, found := slices.BinarySearchFunc(q.levels, e.Depth, func(l *level, depth int32) int { return cmp.Compare(l.depth, depth) })
	if !found {
		q.levels = slices.Insert(q.levels, i, &level{host: q.host, depth: e.Depth})
	}
	q.store.push(q.levels[i], e)
	q.n++
}

// Len implements [schedule.Queue].
func (q *levels) Len() int { return q.n }

// Loaded implements [schedule.Queue]. A block is read back by Pop: the scratch file was
// written by this process a moment ago, and is hardly ever far away.
func (q *levels) Loaded() bool { return true }

// StartLoad implements [schedule.Queue].
func (q *levels) StartLoad() {}

// Load implements [schedule.Queue].
func (q *levels) Load() error { return nil }

// EndLoad implements [schedule.Queue].
func (q *levels) EndLoad() {}

// Pop implements [schedule.Queue].
func (q *levels) Pop() (frontier.Entry, error) {
	l := q.levels[0]
	e, err := q.store.pop(l)
	if err != nil {
		return e, err
	}
	q.n--
	if l.empty() {
		q.levels = slices.Delete(q.levels, 0, 1)
	}
	return e, nil
}
