package links

import "crawl/fetch/links/markup"

// attribute is one that is heard, of some element.
type attribute int

const (
	href attribute = iota
	rel
	src
	srcset
	style
	typ
	action
	as
	background
	cite
	content
	data
	dataSrc
	dataSrcset
	formaction
	formmethod
	httpEquiv
	imagesrcset
	longdesc
	method
	name
	poster
	srcdoc
	url
	xlinkHref
	attributeCount
)

var attributes = wordsOf(map[string]attribute{
	"action": action, "as": as, "background": background, "cite": cite, "content": content, "data": data,
	"data-src": dataSrc, "data-srcset": dataSrcset, // what scripts make of images that are loaded late
	"formaction": formaction, "formmethod": formmethod, "href": href, "http-equiv": httpEquiv,
	"imagesrcset": imagesrcset, "longdesc": longdesc, "method": method, "name": name, "poster": poster,
	"rel": rel, "src": src, "srcdoc": srcdoc, "srcset": srcset, "style": style, "type": typ, "url": url, "xlink:href": xlinkHref,
})

// element is one that is heard for itself; the zero value is any other.
type element struct {
	name  string
	asset bool // it is there for assets only
}

// elements are those of HTML and SVG.
var elements = heard([]string{
	"a", "area", "base", "button", "form", "frame", "iframe", "input", "link", "math", "meta", "noembed", "plaintext",
	"script", "style", "svg", "template", "textarea", "title", "xmp",
},
	"audio", "blockquote", "body", "del", "embed", "feimage", "image", "img", "ins", "object", "q", "source", "table",
	"tbody", "td", "tfoot", "th", "thead", "tr", "track", "use", "video",
)

// heard are elements by their names, of which assets are there for assets only.
func heard(names []string, assets ...string) *words[element] {
	values := make(map[string]element, len(names)+len(assets))
	for _, name := range names {
		values[name] = element{name, false}
	}
	for _, name := range assets {
		values[name] = element{name, true}
	}
	return wordsOf(values)
}

// tag is a start tag, with the attributes that are heard.
type tag struct {
	element
	there [attributeCount]bool
	value [attributeCount][]byte // without references; until the next token
}

// readAttributes reads those that are heard. Of several of one name the first counts.
func (t *tag) readAttributes(tokens *markup.Tokens) {
	t.there = [attributeCount]bool{}
	for key, value := range tokens.Attributes() {
		if a, ok := attributes.find(key); ok && !t.there[a] {
			t.there[a], t.value[a] = true, markup.Value(value)
		}
	}
}

func (t *tag) has(a attribute) bool { return t.there[a] }

// get is an attribute's value, nil for none.
func (t *tag) get(a attribute) []byte {
	if !t.there[a] {
		return nil
	}
	return t.value[a]
}

func (t *tag) text(a attribute) string { return string(t.get(a)) }

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' && c != '\v' }
