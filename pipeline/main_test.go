package pipeline_test

import (
	"context"
	"fmt"
	"os"
	"testing"

	. "crawl/pipeline"

	"go.uber.org/goleak"
)

// TestMain is the main of several programs: of the tests, of the children that they
// start, and of some that end badly.
//
// The pool library starts two goroutines of its own at init; IgnoreCurrent leaves
// them out, and nothing else.
func TestMain(m *testing.M) {
	switch mode := os.Getenv; {
	case mode(forgetfulMode) != "":
		runForgetful()
		os.Exit(1)
	case IsChild():
		if err := Serve(context.Background(), childJobs); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	case mode(orphanMode) != "":
		runOrphaning(mode(orphanMode))
		os.Exit(0)
	case mode(panicMode) != "":
		runPanicking(mode(panicMode))
		os.Exit(0)
	}
	// Else each child of a test under -race waits for a second at its end.
	os.Setenv("GORACE", "atexit_sleep_ms=0")
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}
