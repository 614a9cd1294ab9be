package schedule

// A list links hosts through themselves, so that joining, leaving and rotating
// allocate nothing and cost the same with one host or a million. A host is in one
// list at a time.
type list struct{ first, last *host }

type link struct{ prev, next *host }

func (l *list) push(h *host) {
	h.link = link{prev: l.last}
	if l.last == nil {
		l.first = h
	} else {
		l.last.link.next = h
	}
	l.last = h
}

func (l *list) pushFront(h *host) {
	h.link = link{next: l.first}
	if l.first == nil {
		l.last = h
	} else {
		l.first.link.prev = h
	}
	l.first = h
}

func (l *list) remove(h *host) {
	k := h.link
	if k.prev == nil {
		l.first = k.next
	} else {
		k.prev.link.next = k.next
	}
	if k.next == nil {
		l.last = k.prev
	} else {
		k.next.link.prev = k.prev
	}
	h.link = link{}
}
