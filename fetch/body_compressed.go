package fetch

import (
	"bytes"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zlib"
	"github.com/klauspost/compress/zstd"
	"github.com/molecule-man/go-brrr"
)

// compressed is a body with a content coding.
type compressed struct {
	Body
	coding string
}

// Compressed is body in a content coding: gzip, deflate (in zlib's format), br or
// zstd. It is compressed while it is sent, and therefore in chunks, with the field
// Content-Encoding. Few servers take this: ask yours.
func Compressed(body Body, coding string) Body { return compressed{body, coding} }

// Size implements [Body].
func (c compressed) Size() int64 { return -1 }

// ContentEncoding is the coding: the client sends it along.
func (c compressed) ContentEncoding() string { return c.coding }

// Spent reports whether the body was opened: see [Replayable].
func (c compressed) Spent() bool { return !Replayable(c.Body) }

// encoders open a writer for each coding.
var encoders = map[string]func(w io.Writer) (io.WriteCloser, error){
	"gzip":    func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil },
	"deflate": func(w io.Writer) (io.WriteCloser, error) { return zlib.NewWriter(w), nil },
	"br":      func(w io.Writer) (io.WriteCloser, error) { return brrr.NewWriter(w, brotliLevel) },
	"zstd":    func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)) },
}

const brotliLevel = 5 // as small as gzip's best at the price of its default

// Open implements [Body].
func (c compressed) Open() (io.ReadCloser, error) {
	open := encoders[c.coding]
	if open == nil {
		return nil, fmt.Errorf("no content coding %q", c.coding)
	}
	src, err := c.Body.Open()
	if err != nil {
		return nil, err
	}
	r := &compressing{src: src}
	if r.enc, err = open(&r.out); err != nil {
		src.Close()
		return nil, err
	}
	return r, nil
}

// compressing compresses as much as somebody reads.
type compressing struct {
	src  io.ReadCloser
	enc  io.WriteCloser // into out; nil at the end
	out  bytes.Buffer
	read [readBuffer]byte
}

func (c *compressing) Read(p []byte) (int, error) {
	for c.out.Len() == 0 {
		if c.enc == nil {
			return 0, io.EOF
		}
		n, err := c.src.Read(c.read[:])
		if _, e := c.enc.Write(c.read[:n]); e != nil {
			return 0, e
		}
		if err == io.EOF {
			err = c.enc.Close()
			c.enc = nil
		}
		if err != nil {
			return 0, err
		}
	}
	return c.out.Read(p)
}

func (c *compressing) Close() error { return c.src.Close() }
