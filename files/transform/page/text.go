package page

import (
	"bufio"
	"context"
	"io"
	"strings"
	"unicode"

	"crawl/files/transform"

	readability "codeberg.org/readeck/go-readability/v2"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// Text is the step that makes plain text of the main part of a page in any charset:
// its title, an empty line, and the article without navigation and advertising, as the
// reader view of Firefox finds it. Where it finds none, it is all text of the page that
// shows. x.html -> x.txt, in UTF-8.
//
// Memory and bounds are those of html-to-markdown. The library is go-readability, the
// port of Mozilla's Readability.js that is kept.
func Text() transform.Step {
	return transform.Step{
		Name:    "text",
		Memory:  pageMemory,
		Becomes: transform.Renamed(".txt", "text/plain; charset=utf-8", htmlNames...),
		Run: func(_ context.Context, f transform.File, in io.Reader, out io.Writer) error {
			document, err := readDocument(f, in)
			if err != nil {
				return err
			}
			pieces := bufio.NewWriterSize(out, transform.BlockSize)
			if err := writeArticle(pieces, document); err != nil {
				return err
			}
			return pieces.Flush()
		},
	}
}

func writeArticle(out io.Writer, document *html.Node) error {
	parser := readability.NewParser()
	article, err := parser.ParseDocument(document, nil)
	var text strings.Builder
	if err == nil && article.Node != nil {
		err = article.RenderText(&text)
	}
	found := strings.TrimSpace(text.String())
	if err != nil || found == "" {
		return writeVisible(out, document)
	}
	if title := strings.TrimSpace(article.Title()); title != "" {
		found = title + "\n\n" + found
	}
	_, err = io.WriteString(out, found+"\n")
	return err
}

// writeVisible writes what a page shows, each block on lines of its own and white space
// as one blank.
func writeVisible(out io.Writer, document *html.Node) error {
	text := textWriter{out: out}
	text.node(document)
	text.end()
	return text.err
}

type textWriter struct {
	out  io.Writer
	line strings.Builder
	err  error // the first of out
}

func (w *textWriter) node(n *html.Node) {
	switch {
	case n.Type == html.TextNode:
		w.text(n.Data)
		return
	case n.Type == html.ElementNode && !shows(n):
		return
	}
	apart := n.Type == html.ElementNode && !inline[n.DataAtom]
	if apart {
		w.end()
	}
	for child := range n.ChildNodes() {
		w.node(child)
	}
	if apart {
		w.end()
	}
}

// text adds words, with one blank where there was white space.
func (w *textWriter) text(s string) {
	for word := range strings.FieldsSeq(s) {
		before, _, _ := strings.Cut(s, word)
		if before != "" {
			w.blank()
		}
		w.line.WriteString(word)
		s = s[len(before)+len(word):]
	}
	if s != "" {
		w.blank()
	}
}

func (w *textWriter) blank() {
	if line := w.line.String(); line != "" && line[len(line)-1] != ' ' {
		w.line.WriteByte(' ')
	}
}

// end ends the line that has been begun.
func (w *textWriter) end() {
	line := strings.TrimRightFunc(w.line.String(), unicode.IsSpace)
	w.line.Reset()
	if line == "" || w.err != nil {
		return
	}
	_, w.err = io.WriteString(w.out, line+"\n")
}

// shows reports whether a browser without scripts displays the element.
func shows(n *html.Node) bool {
	switch n.DataAtom {
	case atom.Head, atom.Script, atom.Style, atom.Template, atom.Iframe, atom.Object, atom.Noembed, atom.Datalist, atom.Textarea:
		return false
	}
	for _, a := range n.Attr {
		if a.Key == "hidden" {
			return false
		}
	}
	return true
}

// inline are the elements that stay within their line.
var inline = map[atom.Atom]bool{
	atom.A: true, atom.Abbr: true, atom.Acronym: true, atom.B: true, atom.Bdi: true, atom.Bdo: true, atom.Big: true,
	atom.Button: true, atom.Cite: true, atom.Code: true, atom.Data: true, atom.Del: true, atom.Dfn: true, atom.Em: true,
	atom.Font: true, atom.I: true, atom.Img: true, atom.Input: true, atom.Ins: true, atom.Kbd: true, atom.Label: true,
	atom.Mark: true, atom.Noscript: true, atom.Output: true, atom.Q: true, atom.Rp: true, atom.Rt: true, atom.Ruby: true,
	atom.S: true, atom.Samp: true, atom.Small: true, atom.Span: true, atom.Strike: true, atom.Strong: true, atom.Sub: true,
	atom.Sup: true, atom.Time: true, atom.Tt: true, atom.U: true, atom.Var: true, atom.Wbr: true, atom.Picture: true,
}
