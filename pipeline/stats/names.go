package stats

import (
	"strings"
	"sync"
	"sync/atomic"
)

// maxNames bounds how many names are told apart: many times the few that outcomes
// and classes have, yet a file of nonsense read back cannot fill the memory.
const maxNames = 100

// beyond is what further names are counted under.
const beyond = "other"

// names counts by name. Names known already take no lock.
type names struct {
	counts atomic.Pointer[map[string]*atomic.Int64] // replaced, never changed
	mu     sync.Mutex                               // held to replace counts
}

// add counts name and returns the name that it was counted under.
func (n *names) add(name string) string {
	if c := n.load()[name]; c != nil {
		c.Add(1)
		return name
	}
	name, c := n.learn(name)
	c.Add(1)
	return name
}

func (n *names) learn(name string) (string, *atomic.Int64) {
	n.mu.Lock()
	defer n.mu.Unlock()
	known := n.load()
	if known[name] == nil && len(known) >= maxNames {
		name = beyond
	}
	if c := known[name]; c != nil {
		return name, c
	}

	more := make(map[string]*atomic.Int64, len(known)+1)
	for k, c := range known {
		more[k] = c
	}
	name = strings.Clone(name) // it may be part of something large
	c := new(atomic.Int64)
	more[name] = c
	n.counts.Store(&more)
	return name, c
}

func (n *names) load() map[string]*atomic.Int64 {
	if m := n.counts.Load(); m != nil {
		return *m
	}
	return nil
}

func (n *names) snapshot() map[string]int64 {
	counts := make(map[string]int64)
	for name, c := range n.load() {
		counts[name] = c.Load()
	}
	return counts
}
