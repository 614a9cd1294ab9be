package cache

import "container/list"

// ledger keeps a store within its limit: it knows what there is, how large that
// is and how long it was not used. It is not safe for concurrent use.
type ledger struct {
	limit, total int64
	order        list.List // of *account, the least recently used first
	accounts     map[string]*list.Element
	refs         map[string]int // how many accounts name a body
}

// account is what is stored under one key. A body that several accounts name
// counts for each.
type account struct {
	key    string
	bytes  int64
	bodies []string
}

// gone is what a store must remove.
type gone struct {
	keys   []string
	bodies []string // that no account names any more
}

func newLedger(limit int64) *ledger {
	return &ledger{limit: limit, accounts: map[string]*list.Element{}, refs: map[string]int{}}
}

// touch notes that key was used.
func (l *ledger) touch(key string) {
	if e := l.accounts[key]; e != nil {
		l.order.MoveToBack(e)
	}
}

// set notes what key has now, which is nothing when bodies are empty, and makes
// room. What it returns may name key itself.
func (l *ledger) set(key string, bytes int64, bodies []string) gone {
	var out gone
	for _, body := range bodies { // before the old ones go, which may be the same
		l.refs[body]++
	}
	if e := l.accounts[key]; e != nil {
		l.drop(e, &out)
	}
	if len(bodies) == 0 {
		out.keys = append(out.keys, key)
	} else {
		l.accounts[key] = l.order.PushBack(&account{key, bytes, bodies})
		l.total += bytes
	}
	for l.total > l.limit {
		oldest := l.order.Front()
		out.keys = append(out.keys, oldest.Value.(*account).key)
		l.drop(oldest, &out)
	}
	return out
}

func (l *ledger) drop(e *list.Element, out *gone) {
	a := l.order.Remove(e).(*account)
	delete(l.accounts, a.key)
	l.total -= a.bytes
	for _, body := range a.bodies {
		if l.refs[body]--; l.refs[body] == 0 {
			delete(l.refs, body)
			out.bodies = append(out.bodies, body)
		}
	}
}

// keys are all keys, the least recently used first.
func (l *ledger) keys() []string {
	keys := make([]string, 0, l.order.Len())
	for e := l.order.Front(); e != nil; e = e.Next() {
		keys = append(keys, e.Value.(*account).key)
	}
	return keys
}

// bodies are the names of the bodies of answers.
func bodies(answers []Answer) []string {
	var names []string
	for _, a := range answers {
		names = append(names, a.SHA256)
	}
	return names
}

// share is the part of a store that one body may take at most.
func share(limit int64) int64 { return limit / 8 }
