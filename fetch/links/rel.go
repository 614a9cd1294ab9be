package links

import (
	"bytes"
	"strings"

	"crawl/files/mediatype"
)

// relOf reads the relations that say how an author stands to a link.
func relOf(value []byte) (r Rel) {
	for len(value) > 0 {
		word := bytes.TrimLeft(value, space)
		end := bytes.IndexAny(word, space)
		if end < 0 {
			end = len(word)
		}
		word, value = word[:end], word[end:]
		switch {
		case bytes.EqualFold(word, []byte("nofollow")):
			r |= NoFollow
		case bytes.EqualFold(word, []byte("ugc")):
			r |= UGC
		case bytes.EqualFold(word, []byte("sponsored")):
			r |= Sponsored
		}
	}
	return r
}

// relations are what a link element or Link field says: rel in lower case, and of
// what type the other end is.
type relations struct {
	rel     string
	typ, as string
}

// kind is where the first of several relations that counts leads; ok is false when
// none is to be fetched.
func (r relations) kind() (kind Kind, ok bool) {
	for word := range strings.FieldsSeq(r.rel) {
		if word == "stylesheet" { // "alternate stylesheet" is no page
			return Style, true
		}
	}
	for word := range strings.FieldsSeq(r.rel) {
		if kind, ok := r.one(word); ok {
			return kind, true
		}
	}
	return "", false
}

// one is where a relation leads (HTML standard, section 4.6.7, the link relation
// registry, and what is common besides).
func (r relations) one(word string) (kind Kind, ok bool) {
	switch word {
	case "canonical", "shortlink", "amphtml":
		return Canonical, true
	case "sitemap":
		return Sitemap, true
	case "alternate":
		return r.alternate(), true
	case "next", "prev", "previous", "first", "last", "start", "up", "index", "contents", "toc", "home",
		"chapter", "section", "subsection", "appendix", "glossary", "help", "author", "me", "license", "copyright",
		"bookmark", "tag", "archives", "related", "via", "replies", "prerender", "privacy-policy", "terms-of-service",
		"latest-version", "predecessor-version", "successor-version", "version-history", "collection", "item":
		return Related, true
	case "icon", "apple-touch-icon", "apple-touch-icon-precomposed", "mask-icon", "fluid-icon", "image_src", "apple-touch-startup-image":
		return Image, true
	case "modulepreload":
		return Script, true
	case "preload", "prefetch":
		return r.preload(), true
	case "manifest", "search", "describedby", "edituri", "wlwmanifest", "enclosure":
		return Resource, true
	}
	return "", false // connections only, endpoints to post to, and what nobody knows
}

// alternate is another form of the page, which is one for readers or for feed readers.
func (r relations) alternate() Kind {
	mediaType, _ := mediatype.Parse(r.typ)
	switch mediaType {
	case "application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json":
		return Feed
	case "", "text/html", "application/xhtml+xml", "text/xml", "application/xml", "application/pdf", "text/plain":
		return Alternate
	}
	return Resource
}

func (r relations) preload() Kind {
	switch r.as {
	case "document":
		return Related
	case "image":
		return Image
	case "script", "worker":
		return Script
	case "style":
		return Style
	case "audio", "video", "track":
		return Media
	}
	return Resource
}

// relations adds what a link element refers to.
func (p *tree) relations() {
	t := p.tag
	r := relations{strings.ToLower(t.text(rel)), t.text(typ), strings.ToLower(t.text(as))}
	if kind, ok := r.kind(); ok && t.has(href) {
		p.add(t.value[href], kind, relOf(t.get(rel)))
	}
}
