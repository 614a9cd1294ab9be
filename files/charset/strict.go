package charset

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/transform"
)

// InvalidError says that bytes mean nothing in the encoding that they should be in.
type InvalidError struct {
	Charset string
	Offset  int64 // of the first of them, from the beginning of the source
}

func (e *InvalidError) Error() string {
	return fmt.Sprintf("the byte at offset %d is not %s", e.Offset, e.Charset)
}

var replacement = []byte(string(utf8.RuneError)) // U+FFFD

// strict decodes and fails where the decoders of x/text, those of browsers, put U+FFFD.
// They do not say where that was; so what has one in it is decoded again, byte by byte.
type strict struct {
	in      io.Reader
	name    string
	decoder transform.Transformer
	lost    []byte // what stands for a U+FFFD that is really meant; nil if nothing can
	states  bool   // what a byte means depends on all before it

	raw    [16 << 10]byte
	begin  int // of the bytes in raw that are not decoded
	end    int
	offset int64 // of raw[begin]
	eof    bool

	out  [48 << 10]byte // three bytes for each at most
	text []byte         // in out, to be read
	err  error          // behind it
}

func newStrict(in io.Reader, name string, offset int64) *strict {
	s := &strict{in: in, name: name, offset: offset, states: name == "iso-2022-jp"}
	if name == "utf-8" {
		s.decoder = encoding.UTF8Validator
		return s
	}
	s.decoder = lookup(name).NewDecoder()
	s.lost, _ = lookup(name).NewEncoder().Bytes(replacement)
	return s
}

func (s *strict) Read(p []byte) (int, error) {
	for len(s.text) == 0 {
		if s.err != nil {
			return 0, s.err
		}
		s.fill()
		s.decode()
	}
	n := copy(p, s.text)
	s.text = s.text[n:]
	return n, nil
}

// fill reads once, behind what is left.
func (s *strict) fill() {
	if s.eof {
		return
	}
	s.end = copy(s.raw[:], s.raw[s.begin:s.end])
	s.begin = 0
	n, err := s.in.Read(s.raw[s.end:])
	s.end += n
	switch err {
	case nil:
	case io.EOF:
		s.eof = true
	default:
		s.err = err
	}
}

// decode decodes as much of raw as can be.
func (s *strict) decode() {
	if s.states {
		s.careful()
		return
	}
	nDst, nSrc, err := s.decoder.Transform(s.out[:], s.raw[s.begin:s.end], s.eof)
	if s.name != "utf-8" && bytes.Contains(s.out[:nDst], replacement) {
		s.careful()
		return
	}
	s.took(s.out[:nDst], nSrc)
	switch {
	case err == encoding.ErrInvalidUTF8:
		s.err = &InvalidError{s.name, s.offset}
	case s.eof && s.begin == s.end && s.err == nil:
		s.err = io.EOF
	}
}

func (s *strict) took(text []byte, raw int) {
	s.text = text
	s.begin += raw
	s.offset += int64(raw)
}

// careful decodes character by character.
func (s *strict) careful() {
	text := s.out[:0]
	for s.begin < s.end && len(text)+64 <= len(s.out) {
		character, raw := s.character()
		if raw == 0 { // the rest of it is to come
			s.text = text
			return
		}
		wrong := bytes.Contains(character, replacement)
		if wrong && !bytes.Equal(s.raw[s.begin:s.begin+raw], s.lost) {
			s.text, s.err = text, &InvalidError{s.name, s.offset}
			return
		}
		text = append(text, character...)
		s.took(nil, raw)
	}
	s.text = text
	if s.eof && s.begin == s.end && s.err == nil {
		s.err = io.EOF
	}
}

// character decodes as few bytes as mean something.
func (s *strict) character() (text []byte, raw int) {
	var out [64]byte
	for n := 1; s.begin+n <= s.end; n++ {
		last := s.eof && s.begin+n == s.end
		nDst, nSrc, _ := s.decoder.Transform(out[:], s.raw[s.begin:s.begin+n], last)
		if nSrc > 0 {
			return out[:nDst], nSrc
		}
	}
	return nil, 0
}
