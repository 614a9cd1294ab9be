package stats_test

import (
	"fmt"
	"os"

	"crawl/pipeline/stats"
)

func Example() {
	s := stats.New()
	s.Add(stats.Item{Outcome: "fetched", Host: "a.example", Status: 200, Bytes: 4096})
	s.Add(stats.Item{Outcome: "failed", Class: "http_4xx", Host: "a.example", Example: "http://a.example/x", Status: 404})

	snap := s.Snapshot()
	snap.Elapsed, snap.Rate = 0.5, 4 // so that the example is the same each time
	if err := stats.WriteSummary(os.Stdout, snap, "URLs"); err != nil {
		fmt.Println(err)
	}
	// Output:
	// 2 URLs in 500ms (4.0/s): 1 failed, 1 fetched · 4.0 KiB
	// failed:
	//   1  http_4xx  a.example  e.g. http://a.example/x
}
