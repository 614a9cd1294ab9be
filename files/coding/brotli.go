package coding

import (
	"bufio"
	"io"
	"sync"

	"github.com/molecule-man/go-brrr"
)

// Brotli reads Brotli (RFC 7932). The format has no mark to know it by and no checksum.
// What follows may be an error or stay in src, by how much of it there is.
func Brotli(src *bufio.Reader) (io.ReadCloser, error) {
	b := brotlis.Get().(*brotli)
	b.src.r = src
	b.Reset(&b.src)
	return b, nil
}

var brotlis = sync.Pool{New: func() any { return &brotli{Reader: brrr.NewReader(nil)} }}

type brotli struct {
	*brrr.Reader
	src unending
}

func (b *brotli) Close() error {
	b.Reset(nil)
	b.src.r = nil
	brotlis.Put(b)
	return nil
}

// unending calls the end of what is read too early: the decoder has no other way to tell
// one within its data, and reads no further than those go.
type unending struct{ r io.Reader }

func (u *unending) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if err == io.EOF && n > 0 {
		return n, nil // these may be the last; the next call will meet it again
	}
	return n, unexpected(err)
}
