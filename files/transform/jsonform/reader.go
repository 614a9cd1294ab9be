package jsonform

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"crawl/files/transform"

	"github.com/go-json-experiment/json/jsontext"
	"golang.org/x/text/encoding"
	stream "golang.org/x/text/transform"
)

// deepest is how deep values may be nested in others.
const deepest = 1000

// jsonReader reads tokens, and says what is wrong with them in the package's terms.
type jsonReader struct {
	*jsontext.Decoder
	taken *held
}

func newJSONReader(in io.Reader) *jsonReader {
	taken := &held{r: validUTF8(in), most: transform.MaxHeld}
	r := &jsonReader{jsontext.NewDecoder(taken, written...), taken}
	taken.used = r.InputOffset
	return r
}

// validUTF8 reads in without its byte order mark, and ends with an [*transform.Error] where it is
// not UTF-8.
func validUTF8(in io.Reader) io.Reader {
	ahead := bufio.NewReaderSize(in, transform.BlockSize)
	if head, _ := ahead.Peek(3); string(head) == "\ufeff" {
		_, _ = ahead.Discard(3) // they have just been seen
	}
	return stream.NewReader(ahead, encoding.UTF8Validator)
}

// next is the next token, good until the one after it, or io.EOF between documents.
func (r *jsonReader) next() (jsontext.Token, error) {
	token, err := r.ReadToken()
	if err != nil {
		return token, r.explain(err)
	}
	if r.StackDepth() > deepest {
		return token, r.fault(transform.Unsupported, r.InputOffset(), fmt.Errorf("values are nested more than %d deep", deepest))
	}
	return token, nil
}

// outermost reports whether token, just read, opens or ends an array that is a document.
func (r *jsonReader) outermost(token jsontext.Token) bool {
	switch token.Kind() {
	case '[':
		return r.StackDepth() == 1
	case ']':
		return r.StackDepth() == 0
	}
	return false
}

func (r *jsonReader) explain(err error) error {
	if e, ok := errors.AsType[*transform.Error](err); ok {
		return e // without what the decoder put around it
	}
	e, ok := errors.AsType[*jsontext.SyntacticError](err)
	switch {
	case !ok:
		return err
	case errors.Is(err, io.ErrUnexpectedEOF):
		return r.fault(transform.Truncated, e.ByteOffset, errors.New("ends within a value"))
	}
	return r.fault(transform.Corrupt, e.ByteOffset, e.Err)
}

// fault says where err is.
func (r *jsonReader) fault(kind transform.Kind, offset int64, err error) error {
	ahead := r.UnreadBuffer()
	behind := min(max(offset-r.InputOffset(), 0), int64(len(ahead)))
	line := r.taken.line - bytes.Count(ahead[behind:], []byte{'\n'})
	return &transform.Error{Kind: kind, Err: fmt.Errorf("line %d, byte %d: %w", line+1, offset, err)}
}

// held is what a decoder reads, as long as it does not hold too much of it.
type held struct {
	r    io.Reader
	used func() int64 // how far the decoder is done
	most int64
	read int64
	line int // ends so far
}

func (h *held) Read(p []byte) (int, error) {
	if h.read-h.used() > h.most {
		return 0, &transform.Error{Kind: transform.TooLarge, Err: fmt.Errorf("line %d: a value takes more than %d MiB", h.line+1, h.most>>20)}
	}
	n, err := h.r.Read(p)
	h.read += int64(n)
	h.line += bytes.Count(p[:n], []byte{'\n'})
	if err == encoding.ErrInvalidUTF8 {
		err = &transform.Error{Kind: transform.Encoding, Err: fmt.Errorf("line %d: not UTF-8", h.line+1)}
	}
	return n, err
}
