package plot

import (
	"math"
	"strconv"
	"strings"
)

// Mark is a piece of a plot. X and W are percent of its width, Y and H pixels from
// its top.
type Mark struct {
	Kind       Kind
	X, Y, W, H float64 // of a line: W and H are how far its other end is
	Class      string
	Text       string // of text; of any other mark what a pointer held over it shows
	Anchor     Anchor // of text
	Points     []Point
	ID         string // of a group, for Zoom
	Scale      float64
	Marks      []Mark // of a group
}

// Kind is what a mark is.
type Kind string

// The kinds. Each has a function below that makes it.
const (
	KindRect  Kind = "rect"
	KindLine  Kind = "line"
	KindDot   Kind = "dot"
	KindText  Kind = "text"
	KindPath  Kind = "path"
	KindGroup Kind = "group"
	KindZoom  Kind = "zoom"
)

// Anchor is which part of a text is at its place.
type Anchor string

// The anchors.
const (
	Start  Anchor = "start"
	Middle Anchor = "middle"
	End    Anchor = "end"
)

// Point is a place.
type Point struct{ X, Y float64 }

// Rect is a rectangle.
func Rect(x, y, w, h float64, class string) Mark {
	return Mark{Kind: KindRect, X: x, Y: y, W: math.Max(w, 0), H: math.Max(h, 0), Class: class}
}

// Line is a straight line between two places.
func Line(x1, y1, x2, y2 float64, class string) Mark {
	return Mark{Kind: KindLine, X: x1, Y: y1, W: x2 - x1, H: y2 - y1, Class: class}
}

// Dot is a point to be seen.
func Dot(x, y float64, class string) Mark {
	return Mark{Kind: KindDot, X: x, Y: y, Class: class}
}

// Text is one line of text, whose baseline is at y.
func Text(x, y float64, anchor Anchor, text, class string) Mark {
	return Mark{Kind: KindText, X: x, Y: y, Anchor: anchor, Text: text, Class: class}
}

// Path is a line through points. Of fewer than two nothing is seen.
func Path(points []Point, class string) Mark {
	return Mark{Kind: KindPath, Points: points, Class: class}
}

// Group is marks that belong together.
func Group(id string, marks ...Mark) Mark {
	return Mark{Kind: KindGroup, ID: id, Marks: marks}
}

// Zoom repeats a group, scale times as wide, with what was at the left edge at x.
func Zoom(id string, x, scale float64) Mark {
	return Mark{Kind: KindZoom, ID: id, X: x, Scale: scale}
}

// Hover is the mark with a text that a pointer held over it shows.
func (m Mark) Hover(text string) Mark {
	m.Text = text
	return m
}

// X2 and Y2 are the other end of a line.
func (m Mark) X2() float64 { return m.X + m.W }

// Y2 is X2's other half.
func (m Mark) Y2() float64 { return m.Y + m.H }

// Offset is where a zoom begins, before it is scaled.
func (m Mark) Offset() float64 { return m.X / m.Scale }

// D is a path's data.
func (m Mark) D() string {
	var b strings.Builder
	for i, p := range m.Points {
		b.WriteByte("LM"[btoi(i == 0)])
		b.WriteString(coordinate(p.X))
		b.WriteByte(' ')
		b.WriteString(coordinate(p.Y))
	}
	return b.String()
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// farthest is more than any page has, and keeps what is drawn within what browsers
// can reckon with.
const farthest = 1e5

// coordinate writes a number with as many digits as an eye can follow.
func coordinate(v float64) string {
	if math.IsNaN(v) {
		v = 0
	}
	v = math.Max(-farthest, math.Min(farthest, v))
	s := strconv.FormatFloat(v, 'f', 3, 64)
	s = strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
	if s == "-0" {
		return "0"
	}
	return s
}
