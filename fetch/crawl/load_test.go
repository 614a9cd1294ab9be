package crawl

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/sink"
	"crawl/pipeline"
)

func TestLoad(t *testing.T) {
	req := &fetch.Request{URL: "http://a.test/"}
	failed := func(c fetch.Class) error { return &fetch.Error{Class: c, URL: req.URL} }
	for _, test := range []struct {
		rec  *fetch.Record
		err  error
		want pipeline.Outcome
	}{
		{answer(req, 200, ""), nil, pipeline.Success},
		{answer(req, 206, ""), nil, pipeline.Success},
		{answer(req, 304, ""), nil, pipeline.Ignored}, // unasked
		{answer(req, 404, ""), nil, pipeline.Ignored},
		{answer(req, 429, ""), nil, pipeline.Dropped},
		{answer(req, 500, ""), nil, pipeline.Ignored},
		{answer(req, 503, ""), nil, pipeline.Dropped},
		{nil, failed(fetch.ClassRefused), pipeline.Dropped},
		{nil, failed(fetch.ClassTimeoutConnect), pipeline.Dropped},
		{nil, failed(fetch.ClassTimeoutIdle), pipeline.Dropped},
		{answer(req, 200, ""), failed(fetch.ClassTimeoutTotal), pipeline.Dropped},
		{nil, failed(fetch.ClassDNS), pipeline.Ignored},
		{nil, failed(fetch.ClassTLS), pipeline.Ignored},
		{answer(req, 200, ""), &sink.Error{Path: "x", Err: errors.New("no space")}, pipeline.Ignored},
	} {
		if got := load(test.rec, test.err); got != test.want {
			t.Errorf("%+v, %v: %v, want %v", test.rec, test.err, got, test.want)
		}
	}
}

// A long body does not look like a crowd, unless it comes more slowly.
func TestLatency(t *testing.T) {
	const s = time.Second
	for _, test := range []struct {
		head, whole time.Duration
		body        int64
		want        time.Duration
	}{
		{s, s, 0, s},
		{s, 2 * s, 1000, 2 * s},
		{s, 2 * s, 64 << 10, 2 * s},
		{s, 101 * s, 6400 << 10, 2 * s},
		{s, 201 * s, 6400 << 10, 3 * s},
	} {
		if got := latency(test.head, test.whole, test.body); got != test.want {
			t.Errorf("%v to the head, %v for %d bytes: %v, want %v", test.head, test.whole, test.body, got, test.want)
		}
	}
}

// The width of a crawl follows what its fetches met: it leaves a host that turns requests
// away with fewer, and loses no URL.
func TestWidthFollowsTheHost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var list strings.Builder
		for i := range 3000 {
			fmt.Fprintf(&list, "http://a.test/%d\n", i)
		}
		inFlight, most, refused := 0, 0, 0 // one goroutine at a time runs, but for the race detector
		turn := make(chan struct{}, 1)
		all := pipeline.NewLimit(pipeline.LimitOptions{Cap: 64, Start: 64})
		c, j := newCrawl(list.String(), func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			turn <- struct{}{}
			inFlight++
			most = max(most, inFlight)
			over := inFlight > 20
			if over {
				refused++
			}
			<-turn
			timer := time.NewTimer(50 * time.Millisecond)
			<-timer.C
			turn <- struct{}{}
			inFlight--
			<-turn
			if over {
				return answer(req, 429, ""), nil
			}
			return answer(req, 200, "hello"), nil
		}, memory.Options{Options: schedule.Options{PerHost: 64, Limit: all, HostLimit: func(string) *pipeline.Limit {
			return pipeline.NewLimit(pipeline.LimitOptions{Cap: 64})
		}}})
		c.Workers = 64
		c.Retry = pipeline.Retry{Max: 20}
		c.Timeout = time.Hour
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if len(j.lines) != 3000 {
			t.Errorf("%d records", len(j.lines))
		}
		for _, l := range j.lines {
			if l.Outcome != "fetched" {
				t.Fatalf("recorded %+v", l)
			}
		}
		if most <= 20 || refused > 300 || all.InFlight() != 0 {
			t.Errorf("%d at once, %d turned away, %d slots held at the end", most, refused, all.InFlight())
		}
	})
}
