package stats

import (
	"cmp"
	"slices"
	"strings"
	"sync"
)

// OtherHosts stands for the hosts of a class that came after the first thousand
// groups.
const OtherHosts = "other hosts"

const (
	maxGroups  = 1000
	maxHost    = 255  // bytes kept, the longest that DNS allows
	maxExample = 2048 // bytes kept, more than almost any URL has
)

// Group is the failures of one class at one host.
type Group struct {
	Class   string `json:"class"`
	Host    string `json:"host"`
	Count   int64  `json:"count"`
	Example string `json:"example"` // the first one, cut at 2,048 bytes
}

type groupKey struct{ class, host string }

// groups gathers failures by class and host: the first thousand pairs exactly, the
// rest in one group a class.
type groups struct {
	mu    sync.Mutex // guards all
	all   map[groupKey]*Group
	exact int // how many of them are not for OtherHosts
}

func (g *groups) add(class, host, example string) {
	if len(host) > maxHost {
		host = host[:maxHost]
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	known := g.all[groupKey{class, host}]
	if known == nil && g.exact >= maxGroups {
		host = OtherHosts
		known = g.all[groupKey{class, host}]
	}
	if known == nil {
		known = g.learn(class, host, example)
	}
	known.Count++
}

func (g *groups) learn(class, host, example string) *Group {
	if g.all == nil {
		g.all = make(map[groupKey]*Group)
	}
	if g.exact < maxGroups {
		g.exact++
	}
	if len(example) > maxExample {
		example = example[:maxExample]
	}
	// Clones, since both may be part of something large.
	n := &Group{Class: class, Host: strings.Clone(host), Example: strings.Clone(example)}
	g.all[groupKey{class, n.Host}] = n
	return n
}

// snapshot returns the groups, largest first, then by class and host.
func (g *groups) snapshot() []Group {
	g.mu.Lock()
	list := make([]Group, 0, len(g.all))
	for _, n := range g.all {
		list = append(list, *n)
	}
	g.mu.Unlock()
	slices.SortFunc(list, func(a, b Group) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Class, b.Class), cmp.Compare(a.Host, b.Host))
	})
	return list
}
