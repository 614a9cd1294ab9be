package coding

import (
	"bufio"
	"compress/flate"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// Deflate reads what HTTP means by deflate, zlib's format (RFC 9110 section 8.4.1.2), and
// the raw format (RFC 1951) that some servers send instead. What follows stays in src.
//
// A zlib header is told by its checksum; a raw stream that passes for one is as good as
// impossible. The raw format has no checksum to tell that data is broken, so it is for the
// standard library: in klauspost/compress an empty table of codes is what the table before
// it was, in a decoder that is used again also that of another body.
func Deflate(src *bufio.Reader) (io.ReadCloser, error) {
	head, err := src.Peek(2)
	if err != nil && err != io.EOF {
		return nil, err
	}
	if len(head) == 2 && head[0]&0x0f == 8 && (int(head[0])<<8|int(head[1]))%31 == 0 {
		return openZlib(src)
	}
	f, _ := flates.Get().(io.ReadCloser)
	if f == nil {
		f = flate.NewReader(src)
	} else if err := f.(flate.Resetter).Reset(src, nil); err != nil {
		return nil, err
	}
	return pooled{f, &flates}, nil
}

func openZlib(src *bufio.Reader) (io.ReadCloser, error) {
	z, _ := zlibs.Get().(io.ReadCloser)
	var err error
	if z == nil {
		z, err = zlib.NewReader(src)
	} else {
		err = z.(zlib.Resetter).Reset(src, nil)
	}
	if err != nil {
		return nil, unexpected(err)
	}
	return pooled{z, &zlibs}, nil
}

var (
	zlibs  sync.Pool // of io.ReadCloser that is a zlib.Resetter
	flates sync.Pool // of io.ReadCloser that is a flate.Resetter
)

// pooled is a decoder that goes back where it came from.
type pooled struct {
	io.Reader
	home *sync.Pool
}

func (p pooled) Close() error {
	p.home.Put(p.Reader)
	return nil
}
