package report_test

import (
	"bytes"
	"fmt"

	"crawl/pipeline/compare"
	"crawl/pipeline/report"
)

func Example() {
	result := &compare.Result{
		Plan:    compare.Plan{Title: "200 URLs of the lab"},
		Verdict: compare.Verdict{Headline: "No verdict: the server was the bottleneck."},
	}
	var page bytes.Buffer
	err := report.Write(&page, report.Report{Command: "crawl compare urls.txt", Parts: []*compare.Result{result}})
	fmt.Println(bytes.Contains(page.Bytes(), []byte("the server was the bottleneck")), err)
	// Output: true <nil>
}
