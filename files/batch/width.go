package batch

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"crawl/pipeline"
)

// width is how many workers have a file in hand. It finds that itself: as many as keep
// the processors busy. Files in memory need no more than there are cores, and each worker
// beyond is one more buffer that drives the others out of the processor's cache; files on
// a device that has to be waited for need many.
//
// Those who have to wait do so before they take a file, and the last to come goes first,
// so that the same few workers do the work while few are needed.
type width struct {
	least, most int
	log         *slog.Logger

	mu     sync.Mutex // guards what follows
	open   int        // how many may
	active int        // how many do
	parked []chan struct{}
	ended  bool // there are no more files
}

const (
	// widthPace is how often the processor's time is looked at: long enough to tell it by,
	// and such that a thousand files are not over before it is wide.
	widthPace = 10 * time.Millisecond

	idle = 0.75 // of the cores' time used: less, and there is some for more workers
	full = 0.90 // more, and fewer do as well
)

func newWidth(least, most int, log *slog.Logger) *width {
	least = min(least, most)
	return &width{least: least, most: most, open: least, log: log}
}

// source gives a file to so many workers only. What was given ends with leave.
func (w *width) source(from pipeline.Source[Item]) pipeline.Source[Item] {
	return pipeline.SourceFunc[Item](func(ctx context.Context) (Item, error) {
		if err := w.enter(ctx); err != nil {
			return Item{}, err
		}
		it, err := from.Next(ctx)
		if err != nil {
			w.end()
		}
		return it, err
	})
}

func (w *width) enter(ctx context.Context) error {
	w.mu.Lock()
	if w.ended || w.active < w.open {
		w.active++
		w.mu.Unlock()
		return nil
	}
	turn := make(chan struct{})
	w.parked = append(w.parked, turn)
	w.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.Index(w.parked, turn); i >= 0 {
		w.parked = slices.Delete(w.parked, i, i+1)
	} else {
		w.active--
	}
	return context.Cause(ctx)
}

// leave ends what a worker had in hand. It wakes nobody, for the worker comes back at once.
func (w *width) leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.active--
}

// end has nobody wait any more.
func (w *width) end() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ended = true
	w.active--
	w.wake()
}

// wake lets in whom there is room for.
func (w *width) wake() {
	for len(w.parked) > 0 && (w.ended || w.active < w.open) {
		last := len(w.parked) - 1
		close(w.parked[last])
		w.parked = w.parked[:last]
		w.active++
	}
}

// find keeps the width right until ctx ends. used is the time of processors that this
// process has used, and cores how many it may use. Where that is not known it is fixed.
func (w *width) find(ctx context.Context, used func() (time.Duration, bool), cores int) {
	ticker := time.NewTicker(widthPace)
	defer ticker.Stop()
	last, known := used()
	if !known {
		w.set(DefaultWorkers)
		return
	}
	at := time.Now()
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		spent, _ := used()
		now := time.Now()
		w.hear(float64(spent-last) / (float64(now.Sub(at)) * float64(cores)))
		last, at = spent, now
	}
}

func (w *width) set(open int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = min(open, w.most)
	w.wake()
}

// hear is told which share of the cores' time was used.
func (w *width) hear(share float64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.open
	switch {
	case share < idle && w.active >= w.open: // and not for want of files
		more := 2
		if share < idle/2 {
			more = 4
		}
		w.open = min(w.most, more*w.open)
	case share > full:
		w.open = max(w.least, w.open*3/4)
	}
	if w.open != before {
		w.log.Debug("width", "from", before, "to", w.open, "busy", share)
		w.wake()
	}
}
