package text

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// checked passes UTF-8 on, and deals with what is none, or with U+FFFD.
type checked struct {
	transform.NopResetter
	name string
	op   string
	mode Errors
	fffd bool // U+FFFD stands for what could not be read; else it is a character
}

func (c *checked) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		if n := ascii(dst[nDst:], src[nSrc:]); n > 0 {
			nDst, nSrc = nDst+n, nSrc+n
			continue
		}
		size := 1
		if src[nSrc] >= utf8.RuneSelf {
			var r rune
			r, size = utf8.DecodeRune(src[nSrc:])
			if size == 1 && !atEOF && !utf8.FullRune(src[nSrc:]) {
				return nDst, nSrc, transform.ErrShortSrc
			}
			if r == utf8.RuneError && (size == 1 || c.fffd) {
				switch {
				case c.mode == Strict:
					return nDst, nSrc, &Error{Encoding: c.name, Op: c.op}
				case c.mode == Replace && nDst == len(dst):
					return nDst, nSrc, transform.ErrShortDst
				case c.mode == Replace:
					dst[nDst] = '?'
					nDst++
				}
				nSrc += size
				continue
			}
		}
		if nDst+size > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		nDst += copy(dst[nDst:], src[nSrc:nSrc+size])
		nSrc += size
	}
	return nDst, nSrc, nil
}

// ascii copies what is ASCII at the beginning of src, as far as there is room.
func ascii(dst, src []byte) int {
	src = src[:min(len(dst), len(src))]
	n := 0
	for n < len(src) && src[n] < utf8.RuneSelf {
		n++
	}
	return copy(dst, src[:n])
}

// universal makes "\n" of every line end.
type universal struct{ transform.NopResetter }

func (universal) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		plain := bytes.IndexByte(src[nSrc:], '\r')
		if plain < 0 {
			plain = len(src) - nSrc
		}
		n := copy(dst[nDst:], src[nSrc:nSrc+plain])
		nDst, nSrc = nDst+n, nSrc+n
		switch {
		case n < plain:
			return nDst, nSrc, transform.ErrShortDst
		case nSrc == len(src):
			return nDst, nSrc, nil
		case nSrc+1 == len(src) && !atEOF:
			return nDst, nSrc, transform.ErrShortSrc
		case nDst == len(dst):
			return nDst, nSrc, transform.ErrShortDst
		}
		dst[nDst] = '\n'
		nDst++
		nSrc++
		if nSrc < len(src) && src[nSrc] == '\n' {
			nSrc++
		}
	}
	return nDst, nSrc, nil
}

// ending puts another line end where "\n" is.
type ending struct {
	transform.NopResetter
	with string
}

func (e ending) Transform(dst, src []byte, _ bool) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		plain := bytes.IndexByte(src[nSrc:], '\n')
		if plain < 0 {
			plain = len(src) - nSrc
		}
		n := copy(dst[nDst:], src[nSrc:nSrc+plain])
		nDst, nSrc = nDst+n, nSrc+n
		if n < plain || nSrc < len(src) && len(dst)-nDst < len(e.with) {
			return nDst, nSrc, transform.ErrShortDst
		}
		if nSrc < len(src) {
			nDst += copy(dst[nDst:], e.with)
			nSrc++
		}
	}
	return nDst, nSrc, nil
}

// fitting encodes, and deals with characters that the charset does not have.
type fitting struct {
	transform.Transformer
	name string
	mode Errors
}

func (f fitting) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	for {
		d, s, err := f.Transformer.Transform(dst[nDst:], src[nSrc:], atEOF)
		nDst, nSrc = nDst+d, nSrc+s
		if _, foreign := err.(interface{ Replacement() byte }); !foreign {
			return nDst, nSrc, err
		}
		switch f.mode {
		case Strict:
			return nDst, nSrc, &Error{Encoding: f.name, Op: "write"}
		case Replace: // by way of the encoder, which may have to leave another alphabet first
			d, _, err := f.Transformer.Transform(dst[nDst:], []byte("?"), false)
			if err != nil {
				return nDst, nSrc, err
			}
			nDst += d
		}
		_, size := utf8.DecodeRune(src[nSrc:])
		nSrc += size
	}
}
