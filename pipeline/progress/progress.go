// Package progress shows how far a run has come: one bar for all of it on a
// terminal, a plain line every few seconds elsewhere.
//
// Call [Start], and [Progress.Stop] when the run is over. While it is shown, other
// output to the same terminal goes through [Progress.Write], so that it lands above
// the bar. A ticker asks for the [State]; items cost nothing.
//
// The package does not find out whether there is a terminal or colours are wanted:
// the caller says so.
package progress

import (
	"io"
	"sync"
	"time"
)

// State is what there is to show.
type State struct {
	Done     int64 // with Failed among them
	Failed   int64
	InFlight int64
	Total    int64   // 0: not known, so neither percentage nor time left
	Approx   bool    // Total is an estimate
	Bytes    int64   // so far
	Rate     float64 // items a second
	Note     string  // foreign text is made safe
}

// Options says what to show, where and how. Out and State are required.
type Options struct {
	Out      io.Writer
	Terminal bool // draw a bar; Out understands ANSI cursor control
	Color    bool // the bar may be coloured

	// Every is the time between two drawings; 0: 200 ms for the bar, which looks
	// alive, and 5 s for lines, which a log can bear.
	Every time.Duration

	// State is called from one goroutine at a time.
	State func() State
}

// Progress is being shown, until Stop.
type Progress struct {
	state func() State
	stop  chan struct{}
	done  chan struct{}

	mu   sync.Mutex // guards view, hence Out
	view view
}

// view is a way to show a State.
type view interface {
	draw(State)                           // shows s
	last(State)                           // shows s for good
	above(text []byte) (n int, err error) // writes other output
}

// Start shows progress until Stop.
func Start(o Options) *Progress {
	p := &Progress{state: o.State, stop: make(chan struct{}), done: make(chan struct{})}
	every := o.Every
	if o.Terminal {
		p.view = newBar(o.Out, o.Color)
		if every <= 0 {
			every = 200 * time.Millisecond
		}
	} else {
		p.view = &lines{out: o.Out}
		if every <= 0 {
			every = 5 * time.Second
		}
	}
	go p.run(every)
	return p
}

// Stop shows the last state and returns when nothing more will be written but by
// Write. Lines have no last one when the run was over before the first.
// Stop must be called once.
func (p *Progress) Stop() {
	close(p.stop)
	<-p.done
}

// Write writes whole lines of other output, such as log records, to Options.Out.
// It may be called at any time, by many goroutines.
func (p *Progress) Write(text []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.view.above(text)
}

func (p *Progress) run(every time.Duration) {
	defer close(p.done)
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
			p.show(p.view.draw)
		case <-p.stop:
			p.show(p.view.last)
			return
		}
	}
}

// show asks for the state before it locks, so that State may log.
func (p *Progress) show(draw func(State)) {
	s := p.state()
	p.mu.Lock()
	defer p.mu.Unlock()
	draw(s)
}
