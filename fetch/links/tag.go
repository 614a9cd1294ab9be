package links

import (
	"maps"
	"slices"

	"crawl/fetch/links/markup"
)

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

// elements are those that are heard for themselves; those that are there for assets
// only are false.
var elements = map[string]bool{
	"a": true, "area": true, "base": true, "button": true, "form": true, "frame": true, "iframe": true, "input": true,
	"link": true, "math": true, "meta": true, "noembed": true, "plaintext": true,
	"script": true, "style": true, "svg": true, "template": true, "textarea": true, "title": true, "xmp": true,

	"audio": false, "blockquote": false, "body": false, "del": false, "embed": false, "feimage": false, "image": false,
	"img": false, "ins": false, "object": false, "q": false, "source": false, "table": false, "tbody": false,
	"td": false, "tfoot": false, "th": false, "thead": false, "tr": false, "track": false, "use": false, "video": false,
}

// names are the keys of elements.
var names = same(slices.Collect(maps.Keys(elements))...)

// tag is a start tag, with the attributes that are heard.
type tag struct {
	name  string // "" for one that is not known
	there [attributeCount]bool
	value [attributeCount][]byte // without references; until the next token
}

// readAttributes reads those that are heard. Of several of one name the first counts.
func (t *tag) readAttributes(tokens *markup.Tokens) {
	t.there = [attributeCount]bool{}
	for key, value := range tokens.Attributes() {
		if a, ok := attributes.find(key); ok && !t.there[a] {
			t.there[a], t.value[a] = true, value
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
