package text

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"iter"

	"crawl/files"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Reader reads text as UTF-8. It is not safe for concurrent use.
type Reader struct {
	buf     *bufio.Reader
	newline Newline
}

// NewReader reads text from r, in big blocks.
//
// Of a charset other than UTF-8 what can't be read is known by the U+FFFD that stands
// for it, so a text that holds this very character fails under Strict. A byte order
// mark is a character like others, but in UTF-16.
func NewReader(r io.Reader, opt Options) (*Reader, error) {
	enc, name, err := lookup(opt.Encoding)
	if err != nil {
		return nil, err
	}
	r = transform.NewReader(r, decoder(enc, name, opt.Errors))
	if opt.Newline == Universal {
		r = transform.NewReader(r, universal{})
	}
	return &Reader{bufio.NewReaderSize(r, 64<<10), opt.Newline}, nil
}

func decoder(enc encoding.Encoding, name string, mode Errors) transform.Transformer {
	switch {
	case mode == Replace:
		return enc.NewDecoder()
	case enc == unicode.UTF8:
		return &checked{name: name, op: "read", mode: mode}
	}
	return transform.Chain(enc.NewDecoder(), &checked{name: name, op: "read", mode: mode, fffd: true})
}

func (r *Reader) Read(p []byte) (int, error) { return r.buf.Read(p) }

// ReadAll returns the rest.
func (r *Reader) ReadAll() (string, error) {
	all, err := io.ReadAll(r.buf)
	return string(all), err
}

// ReadLine returns the next line with what ends it, which the last may lack, or
// [io.EOF]. A line beyond [files.LongestLine] is [bufio.ErrTooLong].
func (r *Reader) ReadLine() (string, error) {
	var line []byte
	for {
		if _, err := r.buf.Peek(1); err != nil {
			if len(line) > 0 { // the error comes with the next call
				return string(line), nil
			}
			return "", err
		}
		window, err := r.buf.Peek(r.buf.Buffered())
		if err != nil {
			return "", err
		}
		n, ended := r.lineEnd(line, window)
		line = append(line, window[:n]...)
		if err := r.skip(n); err != nil {
			return "", err
		}
		if ended {
			return r.whole(line)
		}
		if len(line) > files.LongestLine {
			return "", bufio.ErrTooLong
		}
	}
}

// whole returns a line, with the "\n" that may follow a "\r" in the stream.
func (r *Reader) whole(line []byte) (string, error) {
	if r.newline == Raw && line[len(line)-1] == '\r' {
		if next, err := r.buf.Peek(1); err == nil && next[0] == '\n' {
			line = append(line, '\n')
			return string(line), r.skip(1)
		}
	}
	return string(line), nil
}

func (r *Reader) skip(n int) error {
	_, err := r.buf.Discard(n)
	return err
}

// lineEnd finds the end of a line of which so much is known already.
func (r *Reader) lineEnd(line, window []byte) (n int, ended bool) {
	i := -1
	switch r.newline {
	case Universal, LF:
		i = bytes.IndexByte(window, '\n')
	case CR:
		i = bytes.IndexByte(window, '\r')
	case Raw:
		i = bytes.IndexAny(window, "\r\n")
	case CRLF:
		if len(line) > 0 && line[len(line)-1] == '\r' && window[0] == '\n' {
			return 1, true
		}
		if i = bytes.Index(window, []byte("\r\n")); i >= 0 {
			i++
		}
	}
	if i < 0 {
		return len(window), false
	}
	return i + 1, true
}

// Lines yields all lines as [Reader.ReadLine] returns them. An error ends the iteration.
func (r *Reader) Lines() iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for {
			line, err := r.ReadLine()
			if errors.Is(err, io.EOF) || !yield(line, err) || err != nil {
				return
			}
		}
	}
}
