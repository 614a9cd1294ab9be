package plot_test

import (
	"fmt"

	"crawl/pipeline/report/plot"
)

func Example() {
	x := plot.Log(2, 1, 64)
	p := plot.Plot{
		ID: "speed", Title: "Speed-up", Height: 60,
		Marks: append(plot.Labels(x, x.Ticks(3), plot.Factor, 40), plot.Dot(x.At(8), 20, "point").Hover("8×")),
	}
	svg, err := p.SVG()
	fmt.Println(svg, err)
	// Output:
	// <svg id="speed" class="plot" width="100%" height="60" role="img" aria-labelledby="speed-title">
	// <title id="speed-title">Speed-up</title>
	// <text class="tick" x="0%" y="55">1×</text>
	// <text class="tick" x="33.333%" y="55" text-anchor="middle">4×</text>
	// <text class="tick" x="66.667%" y="55" text-anchor="middle">16×</text>
	// <text class="tick" x="100%" y="55" text-anchor="end">64×</text>
	// <circle class="point" cx="50%" cy="20" r="3.5"><title>8×</title></circle>
	// </svg> <nil>
}
