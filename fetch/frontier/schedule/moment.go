package schedule

import "time"

// moment is when something is due, and where it stands in a byTime.
type moment struct {
	at    time.Duration
	index int32 // from 1; 0 when it is in none
}

func (m *moment) when() *moment { return m }

// byTime is a heap of what has a moment, the earliest first.
type byTime[T interface{ when() *moment }] []T

// put adds x, or moves it, to that time.
func (b *byTime[T]) put(x T, at time.Duration) {
	m := x.when()
	switch {
	case m.index == 0:
		m.at = at
		*b = append(*b, x)
		m.index = int32(len(*b))
		b.up(len(*b) - 1)
	case m.at != at:
		m.at = at
		b.fix(int(m.index) - 1)
	}
}

// drop removes x if it is there.
func (b *byTime[T]) drop(x T) {
	m := x.when()
	if m.index == 0 {
		return
	}
	i, last := int(m.index)-1, len(*b)-1
	b.swap(i, last)
	var none T
	(*b)[last] = none
	*b = (*b)[:last]
	m.index = 0
	if i < last {
		b.fix(i)
	}
}

func (b byTime[T]) fix(i int) {
	if !b.down(i) {
		b.up(i)
	}
}

func (b byTime[T]) less(i, j int) bool { return b[i].when().at < b[j].when().at }

func (b byTime[T]) swap(i, j int) {
	b[i], b[j] = b[j], b[i]
	b[i].when().index, b[j].when().index = int32(i)+1, int32(j)+1
}

func (b byTime[T]) up(i int) {
	for i > 0 {
		parent := (i - 1) / 2
		if !b.less(i, parent) {
			return
		}
		b.swap(i, parent)
		i = parent
	}
}

func (b byTime[T]) down(i int) (moved bool) {
	for {
		child := 2*i + 1
		if child >= len(b) {
			return moved
		}
		if child+1 < len(b) && b.less(child+1, child) {
			child++
		}
		if !b.less(child, i) {
			return moved
		}
		b.swap(i, child)
		i, moved = child, true
	}
}
