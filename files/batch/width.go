package batch

import (
	"context"
	"log/slog"
	"slices"
	"sync"
	"time"

	"crawl/pipeline"
)

// width is how many workers have a file in hand. It finds that itself. Files in memory need
// no more than there are cores, and each worker beyond is one more buffer that drives the
// others out of the processor's cache; files on a device that has to be waited for need
// many. So it grows while the processors have time left and threads wait for what they read
// or write, as the system counts it, whatever that is: a disk, a network, another process.
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
	ended  bool  // there are no more files
	done   int64 // files
}

// Usage is what a process has used so far.
type Usage struct {
	Processor time.Duration // of all threads
	Waits     int64         // that a thread gave the processor away, to wait for something
}

const (
	// widthPace is how often the processor's time is looked at: long enough to tell it by,
	// and such that a thousand files are not over before it is wide.
	widthPace = 10 * time.Millisecond

	// What is waited for is told by the file; while none is done, this often.
	widthPatience = 10 * widthPace

	idle = 0.75 // of the cores' time used: less, and there is some for more workers
	full = 0.90 // more, and fewer do as well

	// Waits for each file: fewer come from the workers' own dealings, though other processes
	// take the time that is left. One that is not in memory has two or three.
	fewWaits = 0.25
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
	w.done++
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

// find keeps the width right until ctx ends. cores is how many the process may use. Where
// what it uses is not known the width is fixed.
func (w *width) find(ctx context.Context, usage func() (Usage, bool), cores int) {
	ticker := time.NewTicker(widthPace)
	defer ticker.Stop()
	last, known := usage()
	if !known {
		w.set(DefaultWorkers)
		return
	}
	at, done := time.Now(), int64(0)
	for {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return
		}
		now := time.Now()
		if w.files() == done && now.Sub(at) < widthPatience {
			continue
		}
		used, _ := usage()
		share := float64(used.Processor-last.Processor) / (float64(now.Sub(at)) * float64(cores))
		done = w.hear(share, used.Waits-last.Waits, done)
		last, at = used, now
	}
}

// files is how many are done.
func (w *width) files() int64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.done
}

func (w *width) set(open int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.open = min(open, w.most)
	w.wake()
}

// hear is told which share of the cores' time was used and how many waits there were
// since so many files were done. It returns how many are done now.
func (w *width) hear(share float64, waits, since int64) (done int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	before := w.open
	waited := float64(waits) >= fewWaits*float64(w.done-since)
	switch {
	case !waited || share > full:
		w.open = max(w.least, w.open*3/4)
	case share < idle && w.active >= w.open: // and not for want of files
		more := 2
		if share < idle/2 {
			more = 4
		}
		w.open = min(w.most, more*w.open)
	}
	if w.open != before {
		w.log.Debug("width", "from", before, "to", w.open, "busy", share, "waits", waits, "files", w.done-since)
		w.wake()
	}
	return w.done
}
