package links

import (
	"io"
	"time"

	"crawl/fetch/urls"
)

// Link is one link of a document.
type Link struct {
	URL  string `json:"url"` // canonical, as [urls.Parse] prints it
	Kind Kind   `json:"kind"`
	Rel  Rel    `json:"rel,omitzero"`

	// What a sitemap or feed says of the page. Both are hints.
	Modified time.Time `json:"modified,omitzero"`
	Priority float32   `json:"priority,omitzero"` // from 0 to 1; 0 also when nothing is said
}

// Page reports whether the link is one that a reader would follow, and not an asset.
func (l Link) Page() bool { return l.Kind.Page() }

// Rel says how an author stands to a link (HTML standard, section 4.6.7, and what
// search engines made of it). A URL that is linked to twice has only what both links
// have.
type Rel uint8

// The relations that a crawler may heed, as bits.
const (
	NoFollow Rel = 1 << iota
	UGC          // made by users
	Sponsored
)

// Kind says where a link stood.
type Kind string

// Pages: what a reader would follow.
const (
	Anchor    Kind = "a"         // a and area
	Frame     Kind = "frame"     // frame and iframe
	Form      Kind = "form"      // action of a form that is sent by GET
	Refresh   Kind = "refresh"   // meta refresh and the Refresh field
	Canonical Kind = "canonical" // rel=canonical, of a link element or a Link field
	Alternate Kind = "alternate" // rel=alternate: other languages and forms; a feed's own page
	Related   Kind = "related"   // next, prev, author, license and other relations that lead to pages
	Feed      Kind = "feed"      // rel=alternate with the type of a feed
	Sitemap   Kind = "sitemap"   // a sitemap, in a sitemap index or by rel=sitemap
	Entry     Kind = "entry"     // a page, in a sitemap or feed
)

// Assets: what pages are made of, or name without offering it to readers.
const (
	Image     Kind = "image"     // img, picture, poster, background, icons, SVG's image
	Style     Kind = "style"     // style sheets, also those that they import
	Script    Kind = "script"    // script and modulepreload
	CSS       Kind = "css"       // url() of a style sheet, style element or style attribute
	Media     Kind = "media"     // audio, video, source, track, a feed's enclosure
	Embed     Kind = "embed"     // object, embed
	Resource  Kind = "resource"  // manifest, preload and other link elements
	Reference Kind = "reference" // cite, longdesc
)

// Page reports whether links of this kind are such that a reader would follow.
func (k Kind) Page() bool {
	switch k {
	case Anchor, Frame, Form, Refresh, Canonical, Alternate, Related, Feed, Sitemap, Entry:
		return true
	}
	return false
}

// Document is what is known of a body before it is read.
type Document struct {
	// URL gave the answer, behind all redirects: links are relative to it unless the
	// document says otherwise. They inherit a user name and password of it, as in
	// browsers.
	URL         urls.URL
	ContentType string // the value of that field, "" for none

	// Sitemap says that a robots.txt, an index or the user named it as a sitemap. Then
	// plain text is a list of URLs, gzip is unpacked, and a wrong Content-Type does not
	// matter.
	Sitemap bool
}

// Options say which links are kept. The zero value keeps those that a reader would
// follow.
type Options struct {
	All bool // assets too

	// Max bounds the links to pages that a document may have, and those to assets as
	// well; default [DefaultMax]. For sitemaps [MaxEntries] stands in its place.
	Max int

	// Robot is the product token in lower case under which meta elements may address
	// this crawler, beside "robots".
	Robot string
}

// DefaultMax is far more than pages for people have.
const DefaultMax = 10_000

// Limits of the sitemap protocol (https://www.sitemaps.org/protocol.html).
const (
	MaxEntries = 50_000     // links in a sitemap
	MaxSitemap = 52_428_800 // bytes of a sitemap, unpacked
	maxLoc     = 2_047      // bytes of a URL there
)

// Found is what a document held.
type Found struct {
	Format  Format `json:"format"`
	Charset string `json:"charset,omitzero"`
	Links   []Link `json:"links,omitzero"` // in the order of the document, each URL once
	// Dropped counts links over the limits. It counts those of a URL that stands there
	// several times each time.
	Dropped int `json:"dropped,omitzero"`
	// Robots are the meta elements that tell crawlers what they may do, in order.
	Robots []Directive `json:"robots,omitzero"`
}

// Directive is a meta element as it is written, but for the name's case.
type Directive struct {
	Name    string `json:"name"`
	Content string `json:"content"` // at most 1 KiB
}

// Find reads r, the decoded body of doc, and returns its links. It stops early where
// the rest can add nothing. The error is r's; what was found before is there even so.
func Find(r io.Reader, doc Document, opt Options) (Found, error) {
	return find(r, doc, opt, MaxSitemap)
}
