package coding

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
)

// MaxCodings is how often a body may have been coded (RFC 9110 section 8.4 has no bound).
const MaxCodings = 5

// Append appends to codings those that a Content-Encoding field names, as they were applied
// (RFC 9110 section 8.4), in lower case and without identity, which is none.
func Append(codings []string, field string) []string {
	for name := range strings.SplitSeq(field, ",") {
		if name = strings.ToLower(strings.Trim(name, " \t")); name != "" && name != "identity" {
			codings = append(codings, name)
		}
	}
	return codings
}

// openers are the formats by the names of RFC 9110, section 8.4.1, RFC 7932 and RFC 8878.
var openers = map[string]func(*bufio.Reader) (io.ReadCloser, error){
	"gzip": Gzip, "x-gzip": Gzip, "deflate": Deflate, "br": Brotli, "zstd": Zstd,
}

// ErrTooLarge says that what one coding stands for, and the next is undone of, is too large.
var ErrTooLarge = errors.New("too large between two codings")

// Open reads what src stands for, coded by the codings in their order, none included, that
// [Append] found. What has no byte stands for nothing, whatever the coding, and what stands
// behind coded data is ignored where its end can be told. It reads, so it may wait for src.
//
// Between two codings there may be at most most bytes, for they could be endless and make
// nothing: [ErrTooLarge]. A coding that is not known, and more than [MaxCodings] of them, are
// an [*UnsupportedError].
func Open(src io.Reader, most int64, codings ...string) (io.ReadCloser, error) {
	if len(codings) > MaxCodings {
		return nil, &UnsupportedError{fmt.Sprintf("more than %d content codings", MaxCodings)}
	}
	for _, name := range codings {
		if openers[name] == nil {
			return nil, &UnsupportedError{fmt.Sprintf("unknown content coding %.40q", name)}
		}
	}
	s := &stack{Reader: src}
	for i, name := range slices.Backward(codings) {
		if i < len(codings)-1 {
			s.Reader = &bounded{s.Reader, most}
		}
		if err := s.undo(openers[name]); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

// stack is decoders one on top of the other.
type stack struct {
	io.Reader
	decoders []io.Closer
	buffers  []*bufio.Reader // below each of them
}

// undo puts a decoder on top.
func (s *stack) undo(open func(*bufio.Reader) (io.ReadCloser, error)) error {
	buffer := buffers.Get().(*bufio.Reader)
	buffer.Reset(s.Reader)
	s.buffers = append(s.buffers, buffer)
	switch _, err := buffer.Peek(1); {
	case err == io.EOF:
		s.Reader = buffer
		return nil
	case err != nil:
		return err
	}
	decoder, err := open(buffer)
	if err != nil {
		return err
	}
	s.Reader, s.decoders = decoder, append(s.decoders, decoder)
	return nil
}

var buffers = sync.Pool{New: func() any { return bufio.NewReaderSize(nil, 4<<10) }}

// Close gives back what the stack is made of, once.
func (s *stack) Close() error {
	for _, decoder := range slices.Backward(s.decoders) {
		decoder.Close()
	}
	for _, buffer := range s.buffers {
		buffer.Reset(nil)
		buffers.Put(buffer)
	}
	*s = stack{Reader: closed{}}
	return nil
}

// closed is what a closed stack reads.
type closed struct{}

func (closed) Read([]byte) (int, error) { return 0, io.ErrClosedPipe }

// bounded reads so many bytes and no more.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.r.Read(p)
	if b.left -= int64(n); b.left < 0 {
		return 0, ErrTooLarge
	}
	return n, err
}
