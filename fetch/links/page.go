package links

import (
	"bytes"
	"io"

	"golang.org/x/net/html"
)

const (
	maxToken  = 1 << 20 // bytes of one that is read whole
	maxSrcdoc = 3       // pages within pages
)

// page is an HTML document that is being read.
//
// The tokenizer tells tags from text as browsers do. What is left to do is what a
// browser does while it builds its tree: what noscript and noframes hold is markup,
// for no script is run here; and in SVG and MathML a self-closing tag is one.
type page struct {
	tree
	tokens  *html.Tokenizer
	tag     tag
	inside  int    // how many documents
	raw     string // element whose text comes next
	foreign int    // svg and math elements that are open
}

// page reads an HTML document, which is inside so many others.
func (c *collector) page(text io.Reader, inside int) {
	p := page{tree: tree{collector: c}, inside: inside}
	p.start(text)
	for {
		switch kind := p.tokens.Next(); kind {
		case html.StartTagToken, html.SelfClosingTagToken:
			p.open(kind == html.SelfClosingTagToken)
		case html.EndTagToken:
			p.close()
		case html.TextToken:
			if p.raw == "style" && c.opt.All {
				c.styles(p.tokens.Raw())
			}
		case html.ErrorToken:
			if p.tokens.Err() != html.ErrBufferExceeded {
				return
			}
			p.goOn(text)
		}
	}
}

func (p *page) start(text io.Reader) {
	p.tokens = html.NewTokenizer(text)
	p.tokens.SetMaxBuf(p.longestToken)
}

// goOn reads on behind a token that was too long: within the same script or style, or
// as text, which the rest of a tag with a megabyte of data: mostly is.
func (p *page) goOn(text io.Reader) {
	rest := bytes.Clone(p.tokens.Buffered())
	if p.raw != "" {
		rest = append([]byte("<"+p.raw+">"), rest...)
	}
	p.start(io.MultiReader(bytes.NewReader(rest), text))
}

// open hears a start tag.
func (p *page) open(selfClosing bool) {
	p.raw = ""
	t := &p.tag
	t.name = known(tagName(p.tokens.Raw()), names)
	switch t.name {
	case "script", "style", "iframe", "noembed", "plaintext", "textarea", "title", "xmp":
		if selfClosing && p.foreign > 0 {
			p.tokens.NextIsNotRawText()
		} else {
			p.raw = t.name
		}
	case "noscript", "noframes":
		p.tokens.NextIsNotRawText()
	case "svg", "math":
		if !selfClosing {
			p.foreign++
		}
	}
	p.hear(t, p.tokens)
	if t.name == "iframe" && p.inside < maxSrcdoc && t.has(srcdoc) {
		p.collector.page(bytes.NewReader(t.value[srcdoc]), p.inside+1)
	}
}

// close hears an end tag.
func (p *page) close() {
	p.raw = ""
	name := known(tagName(p.tokens.Raw()), names)
	if name == "svg" || name == "math" {
		p.foreign = max(0, p.foreign-1)
	}
	p.closed(name)
}
