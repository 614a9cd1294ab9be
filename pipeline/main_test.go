package pipeline_test

import (
	"os"
	"testing"

	"go.uber.org/goleak"
)

// The pool library starts two goroutines of its own at init; IgnoreCurrent leaves
// them out, and nothing else.
func TestMain(m *testing.M) {
	if mode := os.Getenv(panicMode); mode != "" {
		runPanicking(mode)
		os.Exit(0)
	}
	goleak.VerifyTestMain(m, goleak.IgnoreCurrent())
}
