package disk

import (
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"
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

func open(t *testing.T, opts Options) *Frontier {
	t.Helper()
	if opts.disk == nil {
		opts.disk = vfs.NewMem()
	}
	f, err := Open(t.Context(), "frontier", opts)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// TestFrontier has next to nothing in memory, so that most is read back.
func TestFrontier(t *testing.T) {
	frontiertest.Run(t, func(t *testing.T, opts schedule.Options) frontiertest.Frontier {
		return open(t, Options{Options: opts, Window: 10})
	})
}

func TestFrontierKnowsDuplicates(t *testing.T) {
	frontiertest.RunKnowing(t, func(t *testing.T, opts schedule.Options) frontiertest.Frontier {
		return open(t, Options{Options: opts})
	})
}
