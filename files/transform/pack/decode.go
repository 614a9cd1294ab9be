package pack

import (
	"bufio"
	"errors"
	"io"
	"strings"
	"sync"

	"crawl/files/coding"
	"crawl/files/mediatype"
	"crawl/files/transform"
)

var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, transform.BlockSize) }}

// decode is a Run that undoes a coding, and has rest look at what follows the data, if that
// matters. A file without a byte is one that was cut short.
func decode(open func(*bufio.Reader) (io.ReadCloser, error), in io.Reader, out io.Writer, rest func(*bufio.Reader) error) error {
	src := buffers.Get().(*bufio.Reader)
	defer buffers.Put(src)
	src.Reset(in)
	defer src.Reset(nil)
	if _, err := src.Peek(1); err == io.EOF {
		return undecodable(io.ErrUnexpectedEOF)
	}
	plain, err := open(src)
	if err != nil {
		return undecodable(err)
	}
	defer plain.Close()
	if err := transform.Stream(out, plain); err != nil {
		return undecodable(err)
	}
	if rest == nil {
		return nil
	}
	return rest(src)
}

// undecodable is what a decoder's error says of the bytes.
func undecodable(err error) error {
	if errors.Is(err, io.ErrUnexpectedEOF) {
		return &transform.Error{Kind: transform.Truncated, Err: errors.New("the compressed data end early")}
	}
	if e, ok := errors.AsType[*coding.UnsupportedError](err); ok {
		return &transform.Error{Kind: transform.Unsupported, Err: e}
	}
	return &transform.Error{Kind: transform.Corrupt, Err: err}
}

// unpacked is a file whose compression of some type has been undone. The suffix goes;
// what the type is now nobody has said, unless it was that of the contents already.
func unpacked(suffix, contentType string) func(transform.File) transform.File {
	return func(f transform.File) transform.File {
		if stem, ok := transform.CutExtension(f.Name, suffix); ok {
			f.Name = stem
		}
		if t, _ := mediatype.Parse(f.ContentType); t == contentType || t == strings.Replace(contentType, "/", "/x-", 1) {
			f.ContentType = ""
		}
		return f
	}
}
