package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"crawl/fetch/frontier"
	"crawl/fetch/urls"
	"crawl/pipeline"
	"crawl/pipeline/stats"
)

// watch has the run list its workers, each with the URL that it is at.
func (r *crawling) watch() pipeline.Watch[frontier.Entry] {
	return pipeline.Watch[frontier.Entry]{
		Workers: &r.atWork,
		Name:    "fetch",
		Item:    func(e frontier.Entry) string { return stats.Printable(urls.Mask(e.URL)) },
	}
}

// answers tells who is at what, and what came of all before, whenever a signal
// asks, until stop.
func (r *crawling) answers() (stop func()) {
	quit := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		for {
			select {
			case <-r.asks:
				r.answer(time.Now())
			case <-quit:
				return
			}
		}
	})
	return func() {
		close(quit)
		done.Wait()
	}
}

// answer is for whoever asked, hence plain text comes also to those who want quiet.
func (r *crawling) answer(now time.Time) {
	list := r.atWork.List()
	snap := r.stats.Snapshot()
	if r.console.records {
		states := map[pipeline.WorkerState]int{}
		for _, w := range list {
			states[w.State]++
			if w.Item != "" {
				r.console.log.Info("worker", "id", w.ID, "state", string(w.State), "url", w.Item, "since", w.Since)
			}
		}
		r.console.log.Info("workers", "states", states, "urls", snap.Total, "failed", snap.Failed(), "bytes", snap.Bytes)
		return
	}
	var text strings.Builder
	// A Builder takes everything.
	_ = pipeline.WriteWorkers(&text, list, now)
	_ = stats.WriteSummary(&text, snap, "URLs")
	_, _ = fmt.Fprint(&r.console.out, text.String()) // in one piece, and this is where an error would be told
}

// asksOf is where the signal comes in that asks how things are.
func asksOf() <-chan os.Signal {
	asks := make(chan os.Signal, 1) // to ask twice is to ask once
	notifyAsks(asks)
	return asks
}
