package links

import (
	"bytes"
	"strings"

	"crawl/fetch/links/markup"
)

// tree is what HTML, XHTML and SVG have in common: elements, and what they refer to.
type tree struct {
	*collector
	*tag

	templates int  // that are open
	posts     bool // the form that is open is not sent by GET
}

// hear hears a start tag to which tokens have come, and reports whether it may refer to
// anything. Most are not looked into.
func (p *tree) hear(t *tag, tokens *markup.Tokens) bool {
	p.tag = t
	if !p.wanted(tokens.Raw()) {
		return false
	}
	t.readAttributes(tokens)
	switch t.name {
	case "template":
		p.templates++
	case "form":
		p.posts = t.has(method) && !strings.EqualFold(t.text(method), "get")
	}
	p.element()
	if p.opt.All && t.has(style) {
		p.styles(t.value[style])
	}
	return true
}

// wanted reports whether a tag may refer to anything.
func (p *tree) wanted(raw []byte) bool {
	switch {
	case !p.opt.All:
		return p.name != "" && !p.asset
	case p.name != "":
		return true
	}
	return bytes.IndexByte(raw, '(') >= 0 || bytes.IndexByte(raw, '&') >= 0 || p.found.Format == XML && bytes.Contains(raw, []byte("xlink:href"))
}

// closed hears an end tag.
func (p *tree) closed(name string) {
	switch name {
	case "template":
		p.templates = max(0, p.templates-1)
	case "form":
		p.posts = false
	}
}

// element hears what an element of HTML or SVG refers to.
func (p *tree) element() {
	switch p.name {
	case "a", "area":
		p.link(href, Anchor)
		p.link(xlinkHref, Anchor)
	case "base":
		if p.templates == 0 && p.has(href) {
			p.setBase(p.value[href])
		}
	case "link":
		p.relations()
		p.set(imagesrcset)
	case "meta":
		p.meta()
	case "form":
		if !p.posts {
			p.link(action, Form)
		}
	case "button", "input":
		p.button()
	case "iframe":
		p.link(src, Frame)
		p.link(dataSrc, Frame)
	case "frame":
		p.link(src, Frame)
		p.link(longdesc, Reference)
	case "img":
		p.link(src, Image)
		p.link(dataSrc, Image)
		p.set(srcset)
		p.set(dataSrcset)
		p.link(longdesc, Reference)
	case "source":
		p.link(src, Media)
		p.link(dataSrc, Media)
		p.set(srcset)
		p.set(dataSrcset)
	case "image", "feimage", "use":
		p.link(src, Image) // an image outside SVG is an img
		p.link(href, Image)
		p.link(xlinkHref, Image)
	case "video", "audio", "track":
		p.link(src, Media)
		p.link(dataSrc, Media)
		p.link(poster, Image)
	case "script":
		p.link(src, Script)
		p.link(href, Script)
		p.link(xlinkHref, Script)
	case "embed":
		p.link(src, Embed)
	case "object":
		p.link(data, Embed)
	case "blockquote", "q", "ins", "del":
		p.link(cite, Reference)
	case "body", "table", "thead", "tbody", "tfoot", "tr", "td", "th":
		p.link(background, Image)
	}
}

// link adds what an attribute refers to.
func (p *tree) link(a attribute, kind Kind) {
	if p.has(a) {
		p.add(p.value[a], kind, relOf(p.get(rel)))
	}
}

// set adds the images of a srcset.
func (p *tree) set(a attribute) {
	if p.opt.All && p.has(a) {
		for image := range srcsetURLs(p.value[a]) {
			p.add(image, Image, 0)
		}
	}
}

// button is what sends a form, or an input that is an image.
func (p *tree) button() {
	if p.name == "input" && strings.EqualFold(p.text(typ), "image") {
		p.link(src, Image)
	}
	posts := p.posts
	if p.has(formmethod) {
		posts = !strings.EqualFold(p.text(formmethod), "get")
	}
	if !posts {
		p.link(formaction, Form)
	}
}

// meta hears a refresh, and what is said to crawlers.
func (p *tree) meta() {
	if strings.EqualFold(p.text(httpEquiv), "refresh") {
		if ref, ok := refreshURL(p.get(content)); ok {
			p.add(ref, Refresh, 0)
		}
	}
	if to := strings.ToLower(strings.Trim(p.text(name), space)); to == "robots" || to != "" && to == p.opt.Robot {
		p.direct(to, p.get(content))
	}
}

const (
	maxDirectives = 32
	maxDirective  = 1 << 10 // bytes
)

// direct keeps what is said to crawlers.
func (c *collector) direct(name string, content []byte) {
	if len(c.found.Robots) < maxDirectives {
		content = content[:min(len(content), maxDirective)]
		c.found.Robots = append(c.found.Robots, Directive{Name: name, Content: string(content)})
	}
}
