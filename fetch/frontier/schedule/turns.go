package schedule

// turns are the hosts that may be asked now, in two rings that take turns themselves:
// hosts with a long queue, and all others. In one ring a host with a million entries
// would be asked once for each of a million hosts that have one, and be all that is left
// when those are done, when it could have been asked all the time.
type turns struct {
	rings [2]list // by host.long
	next  int
}

// longQueue is how many entries make a queue long.
const longQueue = 1024

// first is the host whose turn it is; nil when there is none.
func (t *turns) first() *host {
	if h := t.rings[t.next].first; h != nil {
		return h
	}
	return t.rings[1-t.next].first
}

func (t *turns) push(h *host) {
	h.long = 0
	if h.queue.Len() >= longQueue {
		h.long = 1
	}
	if h.loaded { // it had its turn when it was found that it had to be
		t.rings[h.long].pushFront(h)
		return
	}
	t.rings[h.long].push(h)
}

func (t *turns) remove(h *host) { t.rings[h.long].remove(h) }

// took says that h had its turn.
func (t *turns) took(h *host) { t.next = 1 - int(h.long) }
