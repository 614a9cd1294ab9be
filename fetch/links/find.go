package links

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"io"

	"crawl/files/charset"
	"crawl/files/mediatype"
)

// ErrTooLarge says that a sitemap goes on behind [MaxSitemap] bytes.
var ErrTooLarge = errors.New("links: the sitemap has more than 52428800 bytes")

// sniffed is how much of a document is looked at to know what it is: long enough for
// the licence that some begin with.
const sniffed = 4 << 10

func find(r io.Reader, doc Document, opt Options) (Found, error) {
	raw := bufio.NewReaderSize(r, 16<<10) // which package charset takes over
	mediaType, _ := mediatype.Parse(doc.ContentType)
	if magic, _ := raw.Peek(2); doc.packed() && bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(raw)
		if err != nil {
			return Found{}, err
		}
		raw = bufio.NewReaderSize(&bounded{unpacked, MaxSitemap}, 16<<10)
		mediaType, doc.ContentType = "", ""
	}
	if doc.Sitemap && isUnknown(mediaType) {
		doc.ContentType = withCharset("text/plain", doc.ContentType) // which is UTF-8 where nothing is said
	}
	if head, _ := raw.Peek(len("<?xml")); bytes.Equal(head, []byte("<?xml")) && !isXML(mediaType) {
		doc.ContentType = withCharset("text/xml", doc.ContentType)
	}
	decoded, name, err := charset.NewReader(raw, doc.ContentType)
	if err != nil {
		return Found{}, err
	}
	text := bufio.NewReaderSize(decoded, sniffed)
	head, err := text.Peek(sniffed)
	if len(head) == 0 && err != io.EOF {
		return Found{}, err
	}
	c := newCollector(doc, opt, formatOf(mediaType, head, doc.Sitemap), name)
	err = c.read(text)
	return c.found, err
}

// packed reports whether gzip in the body is not the server's coding of it but the
// document itself.
func (d Document) packed() bool {
	path := []byte(d.URL.Path())
	return d.Sitemap || bytes.HasSuffix(path, []byte(".xml.gz"))
}

// withCharset is a media type with the charset parameter of another Content-Type.
func withCharset(mediaType, of string) string {
	if _, parameters := mediatype.Parse(of); mediatype.IsToken(parameters.Get("charset")) {
		return mediaType + "; charset=" + parameters.Get("charset")
	}
	return mediaType
}

// read reads a document that is UTF-8.
func (c *collector) read(text io.Reader) error {
	switch c.found.Format {
	case HTML:
		return c.page(text, 0)
	case XML:
		return c.xmlPage(text)
	case Sheet:
		return c.sheet(text)
	case URLs, Index:
		return c.xml(&bounded{text, MaxSitemap}, &sitemap{collector: c})
	case Text:
		return c.lines(&bounded{text, MaxSitemap})
	case RSS:
		return c.xml(text, &rss{collector: c})
	case Atom:
		return c.xml(text, &atom{collector: c})
	}
	return nil
}

// bounded reads at most left bytes; that there are more is ErrTooLarge.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left == 0 {
		if n, err := io.ReadFull(b.r, p[:min(1, len(p))]); n == 0 {
			return 0, err
		}
		return 0, ErrTooLarge
	}
	n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	return n, err
}
