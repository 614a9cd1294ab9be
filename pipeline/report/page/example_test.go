package page_test

import (
	"bytes"
	"fmt"

	"crawl/pipeline/report/page"
	"crawl/pipeline/report/plot"
)

func Example() {
	x := plot.Linear(0, 80)
	bar := plot.Plot{ID: "bar", Title: "Pages fetched", Height: 20, Marks: []plot.Mark{plot.Rect(0, 4, x.At(60), 12, "bar")}}
	var b bytes.Buffer
	err := page.Write(&b, page.Page{Title: "A crawl", Sections: []page.Section{{
		ID: "fetched", Title: "What was fetched", Level: 2,
		Blocks: []page.Block{page.Figure{Title: "60 of 80", Plots: []plot.Plot{bar}}},
	}}})
	fmt.Println(bytes.Contains(b.Bytes(), []byte(`<rect class="bar" x="0%" y="4" width="75%" height="12"/>`)), err)
	// Output: true <nil>
}
