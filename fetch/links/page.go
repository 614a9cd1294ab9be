package links

import (
	"bytes"
	"io"

	"crawl/fetch/links/markup"
)

const (
	maxToken  = 1 << 20 // bytes of one that is read whole
	maxSrcdoc = 3       // pages within pages
)

// page is an HTML document that is being read.
//
// Package markup tells tags from text. What is left to do is what a browser does while it
// builds its tree: what holds no markup is said, and noscript and noframes do hold some,
// for no script is run here; in SVG and MathML a self-closing tag is one.
type page struct {
	tree
	tokens  *markup.Tokens
	tag     tag
	inside  int // how many documents
	foreign int // svg and math elements that are open
}

// page reads an HTML document, which is inside so many others.
func (c *collector) page(text io.Reader, inside int) {
	p, tokens := &c.memory.page, c.tokens
	if inside > 0 { // of those outside
		p, tokens = new(page), new(markup.Tokens)
	}
	tokens.Reset(text, markup.Options{Max: c.longestToken})
	*p = page{tree: tree{collector: c}, tokens: tokens, inside: inside}
	for {
		switch kind := tokens.Next(); kind {
		case markup.End:
			return
		case markup.StartTag, markup.SelfClosingTag:
			p.open(kind == markup.SelfClosingTag)
		case markup.EndTag:
			p.close()
		case markup.Text: // of a style element: no other is kept
			c.styles(tokens.Raw())
		}
	}
}

// open hears a start tag.
func (p *page) open(selfClosing bool) {
	t := &p.tag
	t.element, _ = elements.find(p.tokens.Name())
	switch t.name {
	case "script", "style", "iframe", "noembed", "plaintext", "textarea", "title", "xmp":
		if !selfClosing || p.foreign == 0 {
			p.tokens.RawText(t.name, t.name == "style" && p.opt.All)
		}
	case "svg", "math":
		if !selfClosing {
			p.enter(+1)
		}
	}
	if p.hear(t, p.tokens) && t.name == "iframe" && p.inside < maxSrcdoc && t.has(srcdoc) {
		p.srcdoc(bytes.NewReader(t.value[srcdoc]))
	}
}

// srcdoc reads a document within this one: with this one's base to begin with, but what it
// says about its own, and to crawlers, is not about this one.
func (p *page) srcdoc(text io.Reader) {
	c := p.collector
	base, based, heardBase, directives := c.base, c.based, c.heardBase, len(c.found.Robots)
	c.heardBase = false
	c.page(text, p.inside+1)
	if c.base != base {
		clear(c.written)
	}
	c.base, c.based, c.heardBase, c.found.Robots = base, based, heardBase, c.found.Robots[:directives]
}

// close hears an end tag.
func (p *page) close() {
	e, ok := elements.find(p.tokens.Name())
	if !ok {
		return
	}
	if e.name == "svg" || e.name == "math" {
		p.enter(-1)
	}
	p.closed(e.name)
}

// enter counts svg and math elements that are open.
func (p *page) enter(one int) {
	p.foreign = max(0, p.foreign+one)
	p.tokens.CDATA(p.foreign > 0)
}
