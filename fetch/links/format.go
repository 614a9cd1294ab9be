package links

import (
	"bytes"
	"strings"

	"crawl/files/mediatype"
)

// Format says how a document was read.
type Format string

// The formats that hold links. A Content-Type of HTML or XML leaves it to the root
// element which of them it is, and so does one that is missing: sitemaps and feeds
// come as text/html often enough (MIME Sniffing standard, section 7.3, has the same
// for feeds). Where the document was named as a sitemap, no Content-Type is believed.
const (
	None  Format = "" // anything else: images, archives, JSON, programs
	HTML  Format = "html"
	XML   Format = "xml" // XHTML, SVG, and others, of which only xlink:href and style sheets are heard
	Sheet Format = "css"
	URLs  Format = "urlset" // a sitemap
	Index Format = "sitemapindex"
	Text  Format = "text" // a sitemap of one URL a line
	RSS   Format = "rss"  // all of its versions, also RDF
	Atom  Format = "atom"
)

// mayHaveLinks reports whether a document is worth a look, as far as can be known
// before it comes.
func mayHaveLinks(doc Document, opt Options) bool {
	mediaType, _ := mediatype.Parse(doc.ContentType)
	if mediaType == "text/css" {
		return opt.All
	}
	return doc.packed() || isUnknown(mediaType) || isHTML(mediaType) || isXML(mediaType)
}

func isHTML(mediaType string) bool { return mediaType == "text/html" }

func isXML(mediaType string) bool {
	_, sub, _ := strings.Cut(mediaType, "/")
	return sub == "xml" || strings.HasSuffix(sub, "+xml")
}

// isUnknown is after the MIME Sniffing standard, section 7, step 1.
func isUnknown(mediaType string) bool {
	switch mediaType {
	case "", "unknown/unknown", "application/unknown", "*/*":
		return true
	}
	return false
}

// formatOf is the format of a document that begins with head, in UTF-8.
func formatOf(mediaType string, head []byte, isSitemap bool) Format {
	switch {
	case mediaType == "text/css" && !isSitemap:
		return Sheet
	case !isSitemap && !isHTML(mediaType) && !isXML(mediaType) && !isUnknown(mediaType):
		return None
	}
	root := rootOf(head)
	switch {
	case root == "urlset":
		return URLs
	case root == "sitemapindex":
		return Index
	case root == "rss" || root == "rdf":
		return RSS
	case root == "feed":
		return Atom
	case isHTML(mediaType):
		return HTML
	case isXML(mediaType):
		return XML
	case root == "html" && bytes.HasPrefix(head, []byte("<?xml")):
		return XML
	case looksLikeHTML(head):
		return HTML
	case isSitemap:
		return Text
	}
	return None
}

// looksLikeHTML reports whether a tag, comment or declaration comes first. The
// standard lists some tags; pages without a Content-Type begin with any.
func looksLikeHTML(head []byte) bool {
	head = bytes.TrimLeft(head, space)
	return len(head) > 1 && head[0] == '<' && (isLetter(head[1]) || head[1] == '!' || head[1] == '?')
}

// rootOf is the name of the first element in lower case, without its prefix; "" when
// there is none in head.
func rootOf(head []byte) string {
	for {
		head = bytes.TrimLeft(head, space)
		var ok bool
		switch {
		case bytes.HasPrefix(head, []byte("<!--")):
			_, head, ok = bytes.Cut(head[len("<!--"):], []byte("-->"))
		case bytes.HasPrefix(head, []byte("<?")), bytes.HasPrefix(head, []byte("<!")):
			_, head, ok = bytes.Cut(head, []byte(">"))
		case len(head) > 1 && head[0] == '<' && isLetter(head[1]):
			end := bytes.IndexAny(head, space+"/>")
			if end < 0 {
				return ""
			}
			return strings.ToLower(string(local(head[1:end])))
		case len(head) > 0 && head[0] != '<': // what an internal DTD leaves
			i := bytes.IndexByte(head, '<')
			if i < 0 || !bytes.HasPrefix(head, []byte("]")) {
				return ""
			}
			head, ok = head[i:], true
		}
		if !ok {
			return ""
		}
	}
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

// space is what HTML takes for white space.
const space = " \t\n\f\r"
