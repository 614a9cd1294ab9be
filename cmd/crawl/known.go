package main

import (
	"math/rand/v2"
	"runtime/debug"

	"crawl/fetch/frontier/seen"
	"crawl/fetch/manifest"
)

// known knows the URLs of a run. Its table grows to some 20 bytes a line, which the
// garbage collector would double by waiting for as much garbage before it collects;
// so it is told to wait for less the more there is. That costs next to nothing, as
// there are no pointers in the table to follow.
type known struct {
	*seen.Table
	tune int // number of URLs at which the collector is told again
}

const (
	tuneFrom = 1 << 19  // URLs; 10 MiB
	headroom = 16 << 20 // bytes of garbage to wait for, about
)

func newKnown() *known {
	return &known{Table: seen.New(rand.Uint64()), tune: tuneFrom}
}

// Visit implements [crawl.Seen].
func (k *known) Visit(url string) seen.Verdict {
	v := k.Table.Visit(url)
	k.grown()
	return v
}

// record remembers the record of an earlier run.
func (k *known) record(line *manifest.Line) {
	if line.Outcome == manifest.Duplicate {
		k.RecordedDuplicate(line.URL)
	} else {
		k.Recorded(line.URL)
	}
	k.grown()
}

func (k *known) grown() {
	if k.Len() < k.tune {
		return
	}
	k.tune += k.tune / 4
	debug.SetGCPercent(int(max(5, 100*headroom/k.Bytes())))
}
