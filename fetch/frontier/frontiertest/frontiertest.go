// Package frontiertest is the suite that every frontier passes, whatever it keeps its
// entries in: [Run]. What it asks for is told by [crawl/fetch/frontier/schedule].
package frontiertest

import (
	"context"
	"testing"
	"time"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// Frontier is what a crawl needs of one.
type Frontier interface {
	Add(ctx context.Context, entries ...frontier.Entry) ([]frontier.Verdict, error)
	Feed(ctx context.Context, next func(context.Context) (frontier.Entry, error)) error
	Next(ctx context.Context) (frontier.Entry, error)
	Learn(e frontier.Entry, about frontier.About) bool
	Move(ctx context.Context, from, to frontier.Entry) (frontier.Verdict, error)
	Settle(ctx context.Context, e frontier.Entry, o frontier.Outcome) error
	Watch(ctx context.Context, limit time.Duration, cut func(e frontier.Entry, open time.Duration)) error
	Stats() frontier.Stats
	Close() error
}

// Open makes an empty frontier. The suite closes it. It is called in bubbles of
// [testing/synctest], as often as not.
type Open func(t *testing.T, opts schedule.Options) Frontier

// Run runs the suite. No test of it adds a URL twice, so that it is the same with a
// frontier that knows duplicates as with one that does not.
func Run(t *testing.T, open Open) {
	run(t, open, []test{
		{"DepthGoesFirst", testDepthGoesFirst},
		{"NobodyStarves", testNobodyStarves},
		{"RetriesAreBounded", testRetriesAreBounded},
		{"Meet", testMeet},
		{"MeetFails", testMeetFails},
		{"More", testMore},
		{"Defer", testDefer},
		{"AddressDelay", testAddressDelay},
		{"TurnAtAddress", testTurnAtAddress},
		{"AddressIsShared", testAddressIsShared},
		{"CrawlDelay", testCrawlDelay},
		{"Addresses", testAddresses},
		{"Watch", testWatch},
		{"LeaseNamesAreNotReused", testLeaseNamesAreNotReused},
		{"Graphs", testGraphs(false)},
		{"Delay", testDelay},
		{"PerHost", testPerHost},
		{"Rate", testRate},
		{"HostsTakeTurns", testHostsTakeTurns},
		{"SlowHostHoldsNobodyUp", testSlowHostHoldsNobodyUp},
		{"Retry", testRetry},
		{"RetriesDueAtOnceKeepOrder", testRetriesDueAtOnceKeepOrder},
		{"Backoff", testBackoff},
		{"BackoffForEver", testBackoffForEver},
		{"HostsAreForgotten", testHostsAreForgotten},
		{"DelayHoldsAfterHostRanDry", testDelayHoldsAfterHostRanDry},
		{"UnaskedHostIsNotWaitedFor", testUnaskedHostIsNotWaitedFor},
		{"Move", testMove},
		{"EOF", testEOF},
		{"CancelLosesNothing", testCancelLosesNothing},
		{"CancelWakesItsCallerOnly", testCancelWakesItsCallerOnly},
		{"Close", testClose},
		{"Load", testLoad},
		{"FeedReadsNoFurtherThanNeeded", testFeedReadsNoFurtherThanNeeded},
		{"RateDoesNotDrainTheList", testRateDoesNotDrainTheList},
		{"FeedError", testFeedError},
	})
}

// RunKnowing runs what is asked of a frontier that knows duplicates, besides.
func RunKnowing(t *testing.T, open Open) {
	run(t, open, []test{{"Graphs", testGraphs(true)}})
}

// RunLimits runs what is asked of the limits that adapt, which need no other backlog than
// the one that is the fastest.
func RunLimits(t *testing.T, open Open) {
	run(t, open, []test{
		{"LimitsFindTheWidthOfAHost", testLimitsFindTheWidthOfAHost},
		{"LimitsStayBelowCaps", testLimitsStayBelowCaps},
		{"SlowHostStarvesNobody", testSlowHostStarvesNobody},
		{"DropsCountWhereSomethingAnswered", testDropsCountWhereSomethingAnswered},
	})
}

type test struct {
	name string
	run  func(*testing.T, Open)
}

func run(t *testing.T, open Open, tests []test) {
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { test.run(t, open) })
	}
}
