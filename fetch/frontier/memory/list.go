package memory

// A list links hosts through themselves, so that joining, leaving and rotating
// allocate nothing and cost the same with one host or a million.
type list struct {
	first, last *host
	of          int // which of a host's links it uses: byTurn or byLength
}

type link struct{ prev, next *host }

const (
	byTurn = iota
	byLength
)

func (l *list) push(h *host) {
	h.links[l.of] = link{prev: l.last}
	if l.last == nil {
		l.first = h
	} else {
		l.last.links[l.of].next = h
	}
	l.last = h
}

func (l *list) remove(h *host) {
	k := h.links[l.of]
	if k.prev == nil {
		l.first = k.next
	} else {
		k.prev.links[l.of].next = k.next
	}
	if k.next == nil {
		l.last = k.prev
	} else {
		k.next.links[l.of].prev = k.prev
	}
	h.links[l.of] = link{}
}
