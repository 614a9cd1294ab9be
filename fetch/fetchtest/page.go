package fetchtest

import (
	"io"
	"strconv"
	"strings"
	"sync"
)

const (
	linksPerPage = 20
	pageEnd      = "</p>\n</body></html>\n"
)

var filler = []byte(strings.Repeat("The quick brown fox jumps over the lazy dog, again and again. ", 1100)[:64<<10])

// page is a page of HTML: equal fields give equal bytes.
type page struct {
	links string // what its links begin with, "/d/0/s/1024/"
	n     uint64
	size  int64
}

// plain is the page that answers have whose path gives no more than a size.
func plain(size int64) *page { return &page{links: "/d/0/s/1024/", size: size} }

// servePage answers /d/{ms}/s/{bytes}/{n}.
func servePage(x *exchange) {
	path := string(x.URI().PathOriginal())
	p := &page{links: path[:strings.LastIndexByte(path, '/')+1], size: x.num[1], n: uint64(x.num[2])}
	x.lab.wait(x.delay(0)) // parks a goroutine, not a thread
	x.html()
	x.stream(p.size, p)
}

var heads = sync.Pool{New: func() any { return new([]byte) }}

// WriteTo writes exactly size bytes; a size too small for the page cuts it.
func (p *page) WriteTo(w io.Writer) (int64, error) {
	left := p.size
	put := func(b []byte) error {
		n, err := w.Write(b[:min(int64(len(b)), left)])
		left -= int64(n)
		return err
	}
	head := heads.Get().(*[]byte)
	defer heads.Put(head)
	*head = p.appendHead((*head)[:0])
	err := put(*head)
	for err == nil && left > int64(len(pageEnd)) {
		err = put(filler[:min(int64(len(filler)), left-int64(len(pageEnd)))])
	}
	if err == nil {
		err = put([]byte(pageEnd))
	}
	return p.size - left, err
}

func (p *page) appendHead(b []byte) []byte {
	b = append(b, "<!doctype html><html><head><title>Page "...)
	b = strconv.AppendUint(b, p.n, 10)
	b = append(b, "</title></head><body>\n"...)
	for i := range uint64(linksPerPage) {
		n := p.n*linksPerPage + i + 1
		b = append(append(b, `<a href="`...), p.links...)
		b = append(strconv.AppendUint(b, n, 10), `">Page `...)
		b = append(strconv.AppendUint(b, n, 10), "</a>\n"...)
	}
	return append(b, "<p>"...)
}
