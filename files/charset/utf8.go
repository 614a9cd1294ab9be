package charset

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// utf8Reader reads what says that it is UTF-8, as nearly everything does and is: it is
// looked at where it lies. From the first byte on that is not, the decoder has it.
type utf8Reader struct {
	in   io.Reader
	err  error     // of in, behind all that was read
	part []byte    // the beginning of a rune, of which the rest is to come
	slow io.Reader // the decoder, which goes on; nil as long as all was well
}

func (r *utf8Reader) Read(p []byte) (int, error) {
	if r.slow == nil && len(p) < utf8.UTFMax {
		r.decode(r.part)
	}
	for r.slow == nil {
		if r.err != nil {
			return 0, r.err
		}
		n := copy(p, r.part)
		read, err := r.in.Read(p[n:])
		r.err = err
		n += read
		whole := n
		if err == nil {
			whole -= partial(p[:n])
		}
		if !utf8.Valid(p[:whole]) {
			whole = validBytes(p[:n])
			r.decode(p[whole:n])
		} else {
			r.part = append(r.part[:0], p[whole:n]...)
		}
		if whole > 0 || read == 0 && err == nil {
			return whole, nil
		}
	}
	return r.slow.Read(p)
}

// decode has the decoder go on with rest and what comes behind it.
func (r *utf8Reader) decode(rest []byte) {
	behind := readerFunc(func(p []byte) (int, error) {
		if r.err != nil {
			return 0, r.err
		}
		return r.in.Read(p)
	})
	r.slow = transform.NewReader(io.MultiReader(bytes.NewReader(bytes.Clone(rest)), behind), lookup("utf-8").NewDecoder())
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// partial is how many bytes at the end of p begin a rune that goes on behind it.
func partial(p []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(p); n++ {
		if tail := p[len(p)-n:]; utf8.RuneStart(tail[0]) {
			if utf8.FullRune(tail) {
				return 0
			}
			return n
		}
	}
	return 0
}

// validBytes is how many bytes of p come before the first that are not UTF-8.
func validBytes(p []byte) int {
	n := 0
	for n < len(p) {
		r, size := utf8.DecodeRune(p[n:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		n += size
	}
	return n
}
