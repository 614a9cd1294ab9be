package links

import (
	"bufio"
	"sync"

	"crawl/fetch/links/markup"
)

// memory is what reading a document takes, to be used again: for small pages, to have it
// made and cleared away was a fifth of a crawl.
type memory struct {
	raw    *bufio.Reader // the bytes, which package charset takes over
	text   *bufio.Reader // their text
	tokens *markup.Tokens

	collector collector
	page      page // that is in no other

	links   []Link         // that were found
	at      map[string]int // where among them a URL is
	written map[string]int // and where what a reference that is written like that leads to
}

func newMemory() *memory {
	return &memory{
		raw:     bufio.NewReaderSize(nil, 16<<10),
		text:    bufio.NewReaderSize(nil, sniffed),
		tokens:  new(markup.Tokens),
		at:      map[string]int{},
		written: map[string]int{},
	}
}

var memories = sync.Pool{New: func() any { return newMemory() }}

// mostKept is how many links a document may have had whose memory is used again.
const mostKept = 4 << 10

// free leaves it to others, without what is in it.
func (m *memory) free() {
	m.raw.Reset(nil)
	m.text.Reset(nil)
	m.tokens.Reset(nil, markup.Options{})
	m.collector, m.page = collector{}, page{}
	if len(m.links) > mostKept {
		m.links, m.at, m.written = nil, map[string]int{}, map[string]int{}
	}
	clear(m.links)
	m.links = m.links[:0]
	clear(m.at)
	clear(m.written)
	memories.Put(m)
}
