package charset

import (
	"bufio"
	"fmt"
	"io"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// lookahead is how much a reader looks at when nothing before says the encoding: as
// far as a late meta element is looked for.
const lookahead = 16 << 10

// NewReader reads r as UTF-8 and names the encoding that r is in, as [Detect] does.
//
// It reads ahead until the encoding is stated or 16 KiB have come, so with a charset
// in contentType it waits for three bytes only. What comes later changes nothing: a
// page that says nothing and begins with 16 KiB of ASCII is read as windows-1252,
// where [Text] sees the rest. The error is r's, of that reading.
func NewReader(r io.Reader, contentType string) (text io.Reader, name string, err error) {
	ahead := bufio.NewReaderSize(r, lookahead)
	name, err = detectAhead(ahead, described(contentType))
	if err != nil {
		return nil, "", err
	}
	head, _ := ahead.Peek(3)
	if marked, length := mark(head); marked != "" {
		_, _ = ahead.Discard(length) // they have just been seen
	}
	if name == "utf-8" {
		return &utf8Reader{in: ahead}, name, nil
	}
	return transform.NewReader(ahead, lookup(name).NewDecoder()), name, nil
}

func detectAhead(r *bufio.Reader, d description) (string, error) {
	head, err := r.Peek(3) // a byte order mark
	for {
		if err != nil && err != io.EOF {
			return "", err
		}
		if name, _ := d.said(head); name != "" {
			return name, nil
		}
		if err == io.EOF || len(head) == lookahead {
			return d.guess(head), nil
		}
		_, err = r.Peek(len(head) + 1) // one read, of as much as is there
		head, _ = r.Peek(r.Buffered())
	}
}

// Text returns body as UTF-8 and names the encoding that it is in, as [Detect] does.
func Text(body []byte, contentType string) (text, name string) {
	name, _ = Detect(body, contentType)
	return decode(body, name), name
}

// Decode returns body as UTF-8 from the encoding that label stands for, whatever the
// document says of itself. The error is of a label that the Encoding standard lacks.
func Decode(body []byte, label string) (text string, err error) {
	name := canonical(label)
	if name == "" {
		return "", fmt.Errorf("unknown charset %q", label)
	}
	return decode(body, name), nil
}

func decode(body []byte, name string) string {
	if marked, length := mark(body); marked == name {
		body = body[length:]
	}
	if name == "utf-8" && utf8.Valid(body) {
		return string(body)
	}
	text, _ := lookup(name).NewDecoder().Bytes(body) // these decoders replace what they cannot read
	return string(text)
}
