package main

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"crawl/pipeline"
	"crawl/pipeline/stats"
)

// underWay is what a run can tell while it goes on: who is at what, and what came of
// all before.
type underWay struct {
	items   string // what is worked through
	stats   *stats.Stats
	workers pipeline.Workers
}

// watch lists the workers of a run, each with the item that it is at.
func watch[In any](u *underWay, name string, item func(In) string) pipeline.Watch[In] {
	return pipeline.Watch[In]{
		Workers: &u.workers,
		Name:    name,
		Item:    func(in In) string { return stats.Printable(item(in)) },
	}
}

// inFlight counts the workers that have an item.
func (u *underWay) inFlight() (n int) {
	for _, w := range u.workers.List() {
		if w.State == pipeline.Working || w.State == pipeline.Settling {
			n++
		}
	}
	return n
}

// answers tells it on c whenever a signal asks, until stop.
func (u *underWay) answers(asks <-chan os.Signal, c *console) (stop func()) {
	quit := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		for {
			select {
			case <-asks:
				u.answer(c, time.Now())
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
func (u *underWay) answer(c *console, now time.Time) {
	list := u.workers.List()
	snap := u.stats.Snapshot()
	if c.records {
		states := map[pipeline.WorkerState]int{}
		for _, w := range list {
			states[w.State]++
			if w.Item != "" {
				c.log.Info("worker", "id", w.ID, "state", string(w.State), "item", w.Item, "since", w.Since)
			}
		}
		c.log.Info("workers", "states", states, strings.ToLower(u.items), snap.Total, "failed", snap.Failed(), "bytes", snap.Bytes)
		return
	}
	var text strings.Builder
	// A Builder takes everything.
	_ = pipeline.WriteWorkers(&text, list, now)
	_ = stats.WriteSummary(&text, snap, u.items)
	_, _ = fmt.Fprint(&c.out, text.String()) // in one piece, and this is where an error would be told
}

// asksOf is where the signal comes in that asks how things are.
func asksOf() <-chan os.Signal {
	asks := make(chan os.Signal, 1) // to ask twice is to ask once
	notifyAsks(asks)
	return asks
}
