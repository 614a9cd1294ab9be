package page

import "crawl/pipeline/report/plot"

// Figure is plots that are read together, with their numbers as a table.
type Figure struct {
	Title  string
	Note   string // how to read it
	Legend []Key
	Plots  []plot.Plot
	Grid   bool // plots stand beside each other where there is room
	Table  Table
}

// Key is an entry of a legend. Class is that of the marks; Shape how they look.
type Key struct {
	Class string
	Shape plot.Kind // KindRect, KindLine or KindDot
	Text  string
}

// Sample is a picture of the mark.
func (k Key) Sample() plot.Mark {
	switch k.Shape {
	case plot.KindLine:
		return plot.Line(0, 6, 100, 6, k.Class)
	case plot.KindDot:
		return plot.Dot(50, 6, k.Class)
	}
	return plot.Rect(0, 0, 100, 12, k.Class)
}

// Table is numbers. The first column names its rows; the others are aligned right
// unless Words.
type Table struct {
	Caption string
	Head    []string
	Rows    [][]string
	Words   bool
	Folded  bool // shown when asked for
}

// Facts are names with what they stand for.
type Facts []Fact

// Fact is one of them.
type Fact struct{ Name, Text string }

// Tiles are the few numbers that matter.
type Tiles []Tile

// Tile is one of them.
type Tile struct{ Name, Value, Note string }

// List is sentences. Class is "doubt" or "refused" when they warn.
type List struct {
	Title string
	Class string
	Items []string
}

// Headline is the sentence that a reader who has only a second should see.
type Headline struct {
	Text string
	Bad  bool
}

// Text is a paragraph.
type Text string

// Code is text to be copied, such as a command.
type Code string

func (Figure) kind() string   { return "figure" }
func (Table) kind() string    { return "table" }
func (Facts) kind() string    { return "facts" }
func (Tiles) kind() string    { return "tiles" }
func (List) kind() string     { return "list" }
func (Headline) kind() string { return "headline" }
func (Text) kind() string     { return "text" }
func (Code) kind() string     { return "code" }
