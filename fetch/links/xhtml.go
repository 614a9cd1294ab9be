package links

import "crawl/fetch/links/markup"

// xhtml hears XHTML and SVG, where the content of a style element is text like any
// other.
type xhtml struct {
	tree
	style bool // an element of that name is open
	rules []byte
}

func (x *xhtml) words() *words[element] { return elements }

func (x *xhtml) open(t *tag, tokens *markup.Tokens) {
	if !x.hear(t, tokens) {
		return
	}
	switch t.name {
	case "style":
		x.style, x.rules = true, x.rules[:0]
	case "":
		x.link(xlinkHref, Resource)
	}
}

func (x *xhtml) text(b []byte) {
	if x.style && x.opt.All && len(x.rules) < maxToken {
		x.rules = append(x.rules, b...)
	}
}

func (x *xhtml) close(name string) {
	if name == "style" && x.style {
		x.styles(x.rules)
		x.style = false
	}
	x.closed(name)
}
