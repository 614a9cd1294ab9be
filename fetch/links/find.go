package links

import (
	"bufio"
	"bytes"
	"cmp"
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

// find is Find with a limit to the bytes of a sitemap.
func find(r io.Reader, doc Document, opt Options, limit int64) (Found, error) {
	mem := memories.Get().(*memory)
	defer mem.free()
	var fault error
	raw := mem.raw
	raw.Reset(&ending{r, &fault})
	mediaType, _ := mediatype.Parse(doc.ContentType)
	if magic, _ := raw.Peek(2); doc.packed() && bytes.Equal(magic, []byte{0x1f, 0x8b}) {
		unpacked, err := gzip.NewReader(raw)
		if err != nil {
			return Found{}, cmp.Or(fault, err)
		}
		raw = bufio.NewReaderSize(&ending{&bounded{unpacked, limit}, &fault}, 16<<10)
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
	text := mem.text
	text.Reset(&ending{decoded, &fault})
	head, _ := text.Peek(sniffed)
	c := newCollector(doc, opt, formatOf(mediaType, head, doc.Sitemap), name, mem)
	switch c.found.Format {
	case URLs, Index, Text:
		c.read(&ending{&bounded{text, limit}, &fault})
	default:
		c.read(text)
	}
	return c.all(), fault
}

// ending ends where its reader fails, and keeps the first fault for later: what came
// before is read like a document that ends there.
type ending struct {
	r     io.Reader
	fault *error
}

func (e *ending) Read(p []byte) (int, error) {
	n, err := e.r.Read(p)
	if err != nil && err != io.EOF {
		*e.fault = cmp.Or(*e.fault, err)
		err = io.EOF
	}
	return n, err
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

// read reads a document that is UTF-8, to the end of text, which does not fail.
func (c *collector) read(text io.Reader) {
	switch c.found.Format {
	case HTML:
		c.page(text, 0)
	case XML:
		c.xml(text, &xhtml{tree: tree{collector: c}})
	case Sheet:
		c.sheet(text)
	case URLs, Index:
		c.xml(text, &sitemap{collector: c})
	case Text:
		c.lines(text)
	case RSS:
		c.xml(text, &rss{collector: c})
	case Atom:
		c.xml(text, &atom{collector: c})
	}
}

// bounded reads at most left bytes. More of them are ErrTooLarge.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left > 0 {
		n, err := b.r.Read(p[:min(int64(len(p)), b.left)])
		b.left -= int64(n)
		return n, err
	}
	var one [1]byte
	if n, err := io.ReadFull(b.r, one[:]); n == 0 {
		return 0, err
	}
	return 0, ErrTooLarge
}
