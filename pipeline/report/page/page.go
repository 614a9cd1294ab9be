// Package page writes a page of HTML that needs nothing but itself: no font, script,
// image or style from elsewhere, which its content security policy forbids as well.
//
// Start with a [Page], put [Section]s of [Block]s into it, and [Write] it:
//
//	err := page.Write(w, page.Page{Title: "200 URLs", Sections: []page.Section{
//		{ID: "speed", Title: "Speed", Blocks: []page.Block{page.Figure{...}}},
//	}})
//
// The page is light or dark as the reader's system is, fits a telephone and a wall,
// prints whole, and gives the numbers of each figure as a table as well. It has no
// script: what a pointer held over a mark shows is the mark's title.
//
// What a page says is up to the caller, who need not escape anything: all text is
// foreign here, is escaped and passes stats.Printable, so that control bytes and
// marks that turn the direction of writing are seen and do nothing.
package page

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"fmt"
	"html/template"
	"io"
	"sync"

	"crawl/pipeline/report/plot"
	"crawl/pipeline/stats"
)

// Page is a whole page. Title has to be given.
type Page struct {
	Kicker   string // a few words above the title: what made the page
	Title    string
	Lead     string // a sentence below it
	Sections []Section
}

// Section is a part of it with a heading. ID is unique on the page, a letter first.
type Section struct {
	ID     string
	Title  string
	Short  string // of the title, for the list of contents; "": the section is not in it
	Level  int    // 2 for a section, 3 for one within the last
	Lead   string // what to see in it
	Blocks []Block
}

// Block is a piece of a section.
type Block interface{ kind() string }

//go:embed page.tmpl blocks.tmpl style.css
var files embed.FS

var templates = sync.OnceValue(func() *template.Template { // which few runs need
	return template.Must(template.New("page").Funcs(template.FuncMap{
		"show": stats.Printable,
		"svg":  plot.Plot.SVG,
		"kind": Block.kind,
	}).ParseFS(files, "page.tmpl", "blocks.tmpl"))
})

// style and the policy that allows it and nothing else. The hash means that not even
// text which got past all escaping could bring a style of its own.
var style = sync.OnceValues(func() (css template.CSS, policy string) {
	b, err := files.ReadFile("style.css")
	if err != nil {
		panic(err) // it is embedded
	}
	sum := sha256.Sum256(b)
	return template.CSS(b), fmt.Sprintf("default-src 'none'; style-src 'sha256-%s'; base-uri 'none'; form-action 'none'",
		base64.StdEncoding.EncodeToString(sum[:]))
})

// Write writes the page in one piece, or nothing of it.
func Write(w io.Writer, p Page) error {
	var b bytes.Buffer
	css, policy := style()
	err := templates().ExecuteTemplate(&b, "page.tmpl", struct {
		Page
		Style  template.CSS
		Policy string
	}{p, css, policy})
	if err != nil {
		return fmt.Errorf("page %q: %w", p.Title, err)
	}
	_, err = w.Write(b.Bytes())
	return err
}
