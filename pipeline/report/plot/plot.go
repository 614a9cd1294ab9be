// Package plot draws plots as inline SVG that any browser shows without a script.
//
// Start with a [Scale], which turns values into places; make [Mark]s at those
// places, and put them into a [Plot], whose SVG is markup for a page:
//
//	s := plot.Log(2, 1, 64)
//	p := plot.Plot{ID: "speed", Title: "Speed-up", Height: 200, Marks: []plot.Mark{
//		plot.Dot(s.At(8), 40, "point"),
//	}}
//
// Across, all is in percent of the plot's width, and down in CSS pixels. So a plot
// is as wide as its place on the page, a telephone's or a wall's, and its text and
// lines are as large as the page's anyhow. It has no margins either: labels stand
// inside, above what they are of.
//
// Nothing here knows what is drawn, and a value that is not a finite number is never
// written. How marks look is the style sheet's matter, by their classes. All text is
// escaped, and passes stats.Printable.
package plot

import (
	"embed"
	"html/template"
	"strings"

	"crawl/pipeline/stats"
)

// Plot is one picture. ID, Title and Height have to be given; Desc is what somebody
// who does not see it has to know.
type Plot struct {
	ID     string // unique on the page, a letter first
	Title  string
	Desc   string
	Height float64 // pixels
	Class  string
	Marks  []Mark
}

//go:embed svg.tmpl
var files embed.FS

var svg = template.Must(template.New("svg").Funcs(template.FuncMap{
	"show": stats.Printable,
	"n":    coordinate,
}).ParseFS(files, "svg.tmpl"))

// SVG is the plot as an element for a page of HTML.
func (p Plot) SVG() (template.HTML, error) {
	var b strings.Builder
	err := svg.ExecuteTemplate(&b, "plot", p)
	return template.HTML(b.String()), err
}
