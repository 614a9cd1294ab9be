package memory

import (
	"testing"

	"go.uber.org/goleak"

	"crawl/fetch/frontier/frontiertest"
	"crawl/fetch/frontier/schedule"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, antsStarts...) }

// antsStarts are the goroutines that importing ants starts.
var antsStarts = []goleak.Option{
	goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
	goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"),
}

func TestFrontier(t *testing.T) {
	frontiertest.Run(t, func(_ *testing.T, opts schedule.Options) frontiertest.Frontier {
		return New(Options{Options: opts})
	})
}

func TestFrontierThatAdapts(t *testing.T) {
	frontiertest.RunLimits(t, func(_ *testing.T, opts schedule.Options) frontiertest.Frontier {
		return New(Options{Options: opts})
	})
}

// TestFrontierThatSpills runs the same with next to no memory.
func TestFrontierThatSpills(t *testing.T) {
	frontiertest.Run(t, func(t *testing.T, opts schedule.Options) frontiertest.Frontier {
		return New(Options{Options: opts, Window: 10, Scratch: tempScratch(t)})
	})
}
