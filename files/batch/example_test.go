package batch_test

import (
	"fmt"
	"strings"

	"crawl/files/batch"
	"crawl/files/journal"
)

// The journal of a transform tells what became of each input.
func ExampleLine() {
	const manifest = `{"schema":1,"kind":"transform","input":"a.gz","steps":"gunzip","outcome":"failed","reason":"ends in the middle"}
{"input":"caf\ufffd.gz","input_raw":"Y2Fm6S5neg==","steps":"gunzip","outcome":"transformed","path":"caf.txt"}
`
	for line, err := range journal.Read(strings.NewReader(manifest), batch.Format) {
		if err != nil {
			panic(err)
		}
		fmt.Printf("%q %s\n", line.Input, line.Outcome)
	}
	// Output:
	// "a.gz" failed
	// "caf\xe9.gz" transformed
}
