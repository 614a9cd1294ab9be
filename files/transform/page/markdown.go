package page

import (
	"bytes"
	"context"
	"io"
	"strconv"

	"crawl/files/transform"

	"github.com/JohannesKaufmann/html-to-markdown/v2/converter"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/base"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/commonmark"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/strikethrough"
	"github.com/JohannesKaufmann/html-to-markdown/v2/plugin/table"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Markdown is the step that makes CommonMark of a page in any charset, with the tables
// and strikethrough of GitHub: x.html -> x.md, in UTF-8. Scripts and styles go; links
// stay as they are written.
//
// It holds the page and its document: a page of more than 64 MiB or a million elements is
// TooLarge, and one nested more than 512 deep is Unsupported. A table of more than 100,000
// cells, counted with all that it spans, becomes plain text, and so do lists and quotations
// within twenty others. What runs, runs to its end: some seconds for the largest pages.
//
// The library is html-to-markdown: it is kept, and escapes what Markdown would take for
// its own. Cells are not aligned, for that makes a table larger than any bound by one long
// cell.
func Markdown() transform.Step {
	return transform.Step{
		Name:    "html-to-markdown",
		Memory:  pageMemory,
		Becomes: transform.Renamed(".md", "text/markdown; charset=utf-8", htmlNames...),
		Run: func(ctx context.Context, f transform.File, in io.Reader, out io.Writer) error {
			document, err := readDocument(f, in)
			if err != nil {
				return err
			}
			flatten(document)
			made, err := newConverter().ConvertNode(document, converter.WithContext(ctx))
			if err != nil {
				return &transform.Error{Kind: transform.Unsupported, Err: err}
			}
			if len(made) > 0 {
				made = append(made, '\n')
			}
			return transform.WriteWhole(out, made)
		},
	}
}

// newConverter makes one for a page; it is not made to be shared.
func newConverter() *converter.Converter {
	made := converter.NewConverter(converter.WithPlugins(
		base.NewBasePlugin(),
		commonmark.NewCommonmarkPlugin(),
		strikethrough.NewStrikethroughPlugin(),
		table.NewTablePlugin(table.WithCellPaddingBehavior(table.CellPaddingBehaviorMinimal)),
	))
	made.Register.UnEscaper(lonelyBracket, converter.PriorityEarly)
	return made
}

// lonelyBracket escapes a "[" that has no "]" near, for which the library would search
// the whole line, and so take for ever where there are many.
func lonelyBracket(text []byte, at int) (escaped int) {
	const near = 1000
	if text[at] != '[' || len(text) <= at+near || bytes.ContainsAny(text[at:at+near], "]\n") {
		return -1 // as the library sees it
	}
	return 1
}

const (
	mostCells = 100_000
	mostLevel = 20 // of lists and quotations in one another
)

// flatten takes from the document what would make the library copy or fill too much. Each
// level of a list or quotation copies all that is in it once more; the tables' rows are
// filled up to the longest, so large ones become layout, which is no table to it.
func flatten(document *html.Node) {
	for n := range document.Descendants() {
		switch n.DataAtom {
		case atom.Table:
			if tableCells(n) > mostCells {
				n.Attr = []html.Attribute{{Key: "role", Val: "presentation"}}
			}
		case atom.Blockquote, atom.Ul, atom.Ol:
			if level(n) > mostLevel {
				n.Data, n.DataAtom = "div", atom.Div
			}
		}
	}
}

func level(n *html.Node) int {
	level := 0
	for outer := range n.Ancestors() {
		switch outer.DataAtom {
		case atom.Blockquote, atom.Ul, atom.Ol:
			level++
		}
	}
	return level
}

// tableCells is how many there are with all rows as long as the longest.
func tableCells(table *html.Node) int {
	rows, longest, row := 0, 0, 0
	for n := range table.Descendants() {
		switch n.DataAtom {
		case atom.Tr:
			rows++
			row = 0
		case atom.Td, atom.Th:
			row = min(row+span(n, "colspan"), mostCells+1)
			longest = max(longest, row)
			rows = min(rows+span(n, "rowspan")-1, mostCells+1)
		}
	}
	return max(1, rows) * longest
}

func span(n *html.Node, key string) int {
	for _, a := range n.Attr {
		if a.Key == key {
			if v, err := strconv.Atoi(a.Val); err == nil || v > 0 {
				return min(max(v, 1), mostCells+1)
			}
		}
	}
	return 1
}
