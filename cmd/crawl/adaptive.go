package main

import (
	"fmt"
	"log/slog"
	"sync"

	"crawl/pipeline"
)

// autoStart and autoMost are where -c auto begins and ends over all hosts. What many
// hosts share is our own line and processor, which 64 pages at once do not hurt: a start
// at 4 would only cost the time to get there. What a single host can take is found from
// below, since to begin above it would be to queue there, and to take that for normal.
const (
	autoStart = 64
	autoMost  = 1000
	hostStart = 4
)

// adaptive is how many fetches are in flight under -c auto, and what became of that.
type adaptive struct {
	limit   *pipeline.Limit
	perHost int
	log     *slog.Logger // of each move, at debug level

	mu   sync.Mutex // guards what follows
	all  widthRange
	host widthRange // of whichever host moved
}

// widthRange is what a limit went through.
type widthRange struct {
	Min int `json:"min"`
	Max int `json:"max"`
	End int `json:"end"`
}

// moved returns w after a move.
func (w widthRange) moved(m pipeline.Move) widthRange {
	if w == (widthRange{}) {
		w = widthRange{m.From, m.From, m.From}
	}
	return widthRange{min(w.Min, m.To), max(w.Max, m.To), m.To}
}

func (w widthRange) String() string {
	if w.Min == w.Max {
		return fmt.Sprint(w.End)
	}
	return fmt.Sprintf("%d to %d, %d at the end", w.Min, w.Max, w.End)
}

// newAdaptive makes a limit of most fetches and perHost at one host, as far as the
// process has what they need.
func newAdaptive(most, perHost int, log *slog.Logger, short pipeline.Pressure) *adaptive {
	start := min(autoStart, most)
	a := &adaptive{perHost: perHost, log: log, all: widthRange{start, start, start}}
	a.limit = pipeline.NewLimit(pipeline.LimitOptions{
		Cap:      most,
		Start:    start,
		Pressure: short,
		Moved:    func(m pipeline.Move) { a.moved(&a.all, m) },
	})
	return a
}

// ofHost makes the limit of a host.
func (a *adaptive) ofHost(host string) *pipeline.Limit {
	return pipeline.NewLimit(pipeline.LimitOptions{
		Cap:   a.perHost,
		Start: min(hostStart, a.perHost),
		Moved: func(m pipeline.Move) { a.moved(&a.host, m, "host", host) },
	})
}

func (a *adaptive) moved(w *widthRange, m pipeline.Move, of ...any) {
	a.log.Debug("width", append(of, "from", m.From, "to", m.To, "why", m.Why)...)
	a.mu.Lock()
	defer a.mu.Unlock()
	*w = w.moved(m)
}

// ranges are the widthRange of all and of single hosts; nil when no host has moved.
func (a *adaptive) ranges() (all, host *widthRange) {
	a.mu.Lock()
	defer a.mu.Unlock()
	all = &widthRange{a.all.Min, a.all.Max, a.all.End}
	if a.host != (widthRange{}) {
		host = &widthRange{a.host.Min, a.host.Max, a.host.End}
	}
	return all, host
}

// String tells them in one line; it is empty when nothing has moved.
func (a *adaptive) String() string {
	if a == nil {
		return ""
	}
	all, host := a.ranges()
	switch {
	case host == nil && all.Min == all.Max:
		return ""
	case host == nil:
		return "width " + all.String()
	}
	return fmt.Sprintf("width %v; of single hosts %v", all, host)
}

// record tells them to machines.
func (a *adaptive) record() slog.Attr {
	if text := a.String(); text != "" {
		return slog.String("widths", text)
	}
	return slog.Attr{} // which is left out
}
