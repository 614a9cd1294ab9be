package frontiertest

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// testDepthGoesFirst adds and takes at random, and compares with a list that is sorted.
func testDepthGoesFirst(t *testing.T, open Open) {
	f := open(t, schedule.Options{PerHost: 1 << 30})
	defer closing(t, f)
	r := rand.New(rand.NewPCG(1, 2))
	var want []frontier.Entry
	for round := range 60 {
		var list []frontier.Entry
		for i := range r.IntN(60) {
			list = append(list, frontier.Entry{
				URL: fmt.Sprintf("http://a/%d/%d", round, i), Host: "a", Depth: int32(r.IntN(4)), Parent: "http://a/", Input: int32(i), Line: int64(round),
			})
		}
		add(t, f, list...)
		want = append(want, list...)
		slices.SortStableFunc(want, func(a, b frontier.Entry) int { return int(a.Depth - b.Depth) })
		for range min(r.IntN(50), len(want)) {
			e := next(t, f)
			e.Lease, e.Order = 0, 0
			if e != want[0] {
				t.Fatalf("round %d: got %+v, want %+v", round, e, want[0])
			}
			want = want[1:]
		}
	}
	for _, w := range want {
		if e := next(t, f); e.URL != w.URL {
			t.Fatalf("at the end: got %s, want %s", e.URL, w.URL)
		}
	}
}

// testNobodyStarves has a host with a long queue beside many that have one entry.
func testNobodyStarves(t *testing.T, open Open) {
	const many = 1500
	f := open(t, schedule.Options{})
	defer closing(t, f)
	add(t, f, entries("large", many)...)
	var small []frontier.Entry
	for i := range many {
		small = append(small, entries(fmt.Sprint("small", i), 1)...)
	}
	add(t, f, small...)
	large := 0
	for i := range 2 * many {
		e := next(t, f)
		settle(t, f, e, frontier.Outcome{})
		if e.Host == "large" {
			large++
		}
		if i == 600 && (large < 200 || large > 400) {
			t.Errorf("of %d leases the large host had %d", i, large)
		}
	}
	if large != many {
		t.Errorf("the large host had %d leases", large)
	}
}

// testRetriesAreBounded has a host at which everything fails and is to be tried again
// much later: it is not asked for all that it has before that.
func testRetriesAreBounded(t *testing.T, open Open) {
	f := open(t, schedule.Options{})
	defer closing(t, f)
	add(t, f, entries("a", 1000)...)
	add(t, f, entries("b", 1)...)
	asked := 0
	for {
		e := next(t, f)
		if e.Host == "b" {
			if asked++; asked == 1000 {
				t.Fatal("all of a is in memory")
			}
			if s := f.Stats(); s.Queued == 1000 && s.Blocked == 1 {
				return
			}
			settle(t, f, e, frontier.Outcome{Retry: true})
			continue
		}
		settle(t, f, e, frontier.Outcome{Retry: true, Wait: 1 << 60})
	}
}
