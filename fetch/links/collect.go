package links

import (
	"bytes"

	"crawl/fetch/urls"

	"golang.org/x/text/encoding"
)

// collector takes in what a document refers to.
type collector struct {
	found Found
	opt   Options
	*memory

	most          int // links to pages, and as many to assets
	longest       int // bytes of a link
	longestToken  int // bytes of a tag or text that is read whole
	pages, assets int

	self      string            // the document's URL
	base      urls.URL          // of its links
	based     bool              // on a base element
	heardBase bool              // which may be no good
	legacy    *encoding.Encoder // of queries; nil for UTF-8

	css    css
	inline bytes.Reader // what css reads of elements and attributes
}

func newCollector(doc Document, opt Options, format Format, charset string, mem *memory) *collector {
	c := &mem.collector
	*c = collector{
		found:        Found{Format: format, Charset: charset},
		opt:          opt,
		most:         opt.Max,
		longest:      urls.MaxLength,
		longestToken: maxToken,
		self:         doc.URL.String(),
		base:         doc.URL,
		memory:       mem,
	}
	if c.most <= 0 {
		c.most = DefaultMax
	}
	switch format {
	case URLs, Index, Text:
		c.most, c.longest = MaxEntries, maxLoc
	case HTML:
		c.legacy = legacyEncoder(charset)
	}
	return c
}

// add adds a link as it is written, and returns its place, or -1 when it is not among
// the links.
func (c *collector) add(ref []byte, kind Kind, rel Rel) int {
	if !kind.Page() && !c.opt.All {
		return -1
	}
	ref = trimmed(ref)
	if i := bytes.IndexByte(ref, '#'); i >= 0 {
		ref = ref[:i]
	}
	if i, ok := c.written[string(ref)]; ok {
		return c.again(i, kind, rel)
	}
	if len(ref) == 0 && !c.based || isOther(ref) {
		return -1
	}
	if len(ref) > c.longest {
		c.found.Dropped++
		return -1
	}
	spelling := string(ref)
	u, err := c.base.Resolve(c.encoded(spelling))
	if err != nil || u.String() == c.self {
		return -1
	}
	if i, ok := c.at[u.String()]; ok {
		return c.again(i, kind, rel)
	}
	i := c.keep(Link{URL: u.String(), Kind: kind, Rel: rel})
	if i >= 0 { // one spelling for each that is kept, so that there are no more of them
		c.written[spelling] = i
	}
	return i
}

// again hears of a link that is kept. Of two to one URL it remains what leads to a page,
// with the relations that both have.
func (c *collector) again(i int, kind Kind, rel Rel) int {
	known := &c.links[i]
	switch {
	case kind.Page() && !known.Page() && c.pages < c.most:
		*known = Link{URL: known.URL, Kind: kind, Rel: rel}
		c.pages, c.assets = c.pages+1, c.assets-1
	case kind.Page() == known.Page():
		known.Rel &= rel
		if kind == Entry { // that others in the sitemap have named before
			known.Kind = Entry
		}
	}
	return i
}

// keep adds a link.
func (c *collector) keep(l Link) int {
	count := &c.assets
	if l.Page() {
		count = &c.pages
	}
	if *count >= c.most {
		c.found.Dropped++
		return -1
	}
	*count++
	c.at[l.URL] = len(c.links)
	c.links = append(c.links, l)
	return len(c.links) - 1
}

// all is what was found, for good: the collector goes with its memory.
func (c *collector) all() Found {
	c.found.Links = append([]Link(nil), c.links...) // nil for none
	return c.found
}

// setBase hears a base element. The first that has an href counts, even where that is
// no good (HTML standard, section 4.2.3). What came before stays as it was.
func (c *collector) setBase(href []byte) {
	if c.heardBase {
		return
	}
	c.heardBase = true
	if base, err := c.base.Resolve(string(href)); err == nil {
		c.base, c.based = base, true
		clear(c.written)
	}
}

// trimmed is a reference without the controls and spaces around it.
func trimmed(ref []byte) []byte {
	for len(ref) > 0 && ref[0] <= ' ' {
		ref = ref[1:]
	}
	for len(ref) > 0 && ref[len(ref)-1] <= ' ' {
		ref = ref[:len(ref)-1]
	}
	return ref
}

// isOther reports whether a reference has a scheme that is neither http nor https.
// Those cost nothing then, however long they are.
func isOther(ref []byte) bool {
	var scheme [len("https")]byte
	n := 0
	for _, c := range ref {
		switch {
		case c == '\t' || c == '\n' || c == '\r':
			continue
		case c == ':' && n > 0:
			return n < len("http") || n > len("https") || !bytes.HasPrefix(scheme[:n], []byte("http")) || n == len("https") && scheme[4] != 's'
		case !isLetter(c) && (n == 0 || bytes.IndexByte([]byte("0123456789+-."), c) < 0):
			return false
		}
		if n < len(scheme) {
			scheme[n] = c | 0x20
		}
		n++
	}
	return false
}
