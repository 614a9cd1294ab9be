package plot_test

import (
	"math"
	"strings"
	"testing"

	"crawl/pipeline/report/pagetest"
	"crawl/pipeline/report/plot"
)

func TestSVG(t *testing.T) {
	for _, test := range []struct {
		mark plot.Mark
		want string
	}{
		{plot.Rect(1.23456, 2, 3, 4, "bar"), `<rect class="bar" x="1.235%" y="2" width="3%" height="4"/>`},
		{plot.Rect(1, 2, -3, 4, "bar").Hover("a<b"), `<rect class="bar" x="1%" y="2" width="0%" height="4"><title>a&lt;b</title></rect>`},
		{plot.Line(1, 2, 3, 4, "rule"), `<line class="rule" x1="1%" y1="2" x2="3%" y2="4"/>`},
		{plot.Dot(50, 6, "point").Hover("x"), `<circle class="point" cx="50%" cy="6" r="3.5"><title>x</title></circle>`},
		{plot.Text(0, 14, plot.Start, "a\x1b&\u202e", "name"), `<text class="name" x="0%" y="14">a\x1b&amp;\u202e</text>`},
		{plot.Text(100, 14, plot.End, "<script>", ""), `<text class="" x="100%" y="14" text-anchor="end">&lt;script&gt;</text>`},
		{plot.Path([]plot.Point{{X: 0, Y: 1}, {X: 50, Y: 2.5}}, "fit"), `d="M0 1L50 2.5"`},
		{plot.Path(nil, "fit"), `d=""`},
		{plot.Group("items", plot.Dot(1, 2, "a")), `<g id="items"><circle`},
		{plot.Zoom("p", 60, 20), `<use href="#p" x="3%" transform="scale(20 1)"/>`},
		{plot.Dot(math.NaN(), math.Inf(1), "point"), `cx="0%" cy="100000"`},
		{plot.Line(-0.0001, 0, math.Inf(-1), 0, "rule"), `x1="0%" y1="0" x2="-100000%"`},
	} {
		p := plot.Plot{ID: "p", Title: "<Title>", Desc: "what is seen", Height: 20, Marks: []plot.Mark{test.mark}}
		got, err := p.SVG()
		if err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(string(got), test.want) {
			t.Errorf("no %s in\n%s", test.want, got)
		}
		pagetest.Check(t, []byte(got))
	}
}
