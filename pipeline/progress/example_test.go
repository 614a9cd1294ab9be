package progress_test

import (
	"fmt"
	"os"
	"sync/atomic"

	"crawl/pipeline/progress"
)

func Example() {
	var done atomic.Int64
	p := progress.Start(progress.Options{
		Out:   os.Stdout,
		State: func() progress.State { return progress.State{Done: done.Load(), Total: 3} },
	})
	for done.Add(1) < 3 {
		fmt.Fprintln(p, "a log record") // above the bar, if there is one
	}
	p.Stop() // too short a run for a line
	fmt.Println("the summary")
	// Output:
	// a log record
	// a log record
	// the summary
}
