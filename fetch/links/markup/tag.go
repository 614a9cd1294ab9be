package markup

import (
	"bytes"
	"iter"
)

// attribute is where one stands in a tag.
type attribute struct{ name, nameEnd, value, valueEnd int }

// tag reads a tag whose name is at name. One that is cut off by the end is none, and the
// rest of one that is too long is text, which the data: URL in it mostly is.
func (t *Tokens) tag(kind Kind, name int) (Kind, bool) {
	for {
		end, closed := t.scan(t.buf[t.from:t.to], name)
		if end > 0 {
			t.at = t.from + end
			t.raw = t.buf[t.from:t.at]
			if closed && kind == StartTag {
				kind = SelfClosingTag
			}
			return kind, true
		}
		if !t.double() {
			t.at, t.from = t.to, t.to
			return End, false
		}
	}
}

// scan finds name, attributes and end of a tag; 0 when the end is not there.
func (t *Tokens) scan(b []byte, name int) (end int, closed bool) {
	i := name
	for i < len(b) && !endsName[b[i]] {
		i++
	}
	t.name, t.attributes = b[name:i], t.attributes[:0]
	for i < len(b) {
		gap := i
		for i < len(b) && (isSpace(b[i]) || b[i] == '/') {
			i++
		}
		if i == len(b) {
			return 0, false
		}
		if b[i] == '>' {
			return i + 1, i > gap && b[i-1] == '/'
		}
		a := attribute{name: i}
		for i++; i < len(b) && !endsKey[b[i]]; { // an = at the beginning belongs to it
			i++
		}
		a.nameEnd = i
		i = pastSpace(b, i)
		if i < len(b) && b[i] == '=' {
			if i, a.value, a.valueEnd = scanValue(b, i+1); i < 0 {
				return 0, false
			}
		}
		t.attributes = append(t.attributes, a)
	}
	return 0, false
}

// scanValue finds the value behind an =, and where the tag goes on; -1 when its end is
// not there.
func scanValue(b []byte, i int) (next, value, end int) {
	i = pastSpace(b, i)
	if i == len(b) {
		return -1, 0, 0
	}
	if quote := b[i]; quote == '"' || quote == '\'' {
		n := bytes.IndexByte(b[i+1:], quote)
		if n < 0 {
			return -1, 0, 0
		}
		return i + n + 2, i + 1, i + 1 + n
	}
	value = i
	for i < len(b) && b[i] != '>' && !isSpace(b[i]) {
		i++
	}
	return i, value, i
}

func pastSpace(b []byte, i int) int {
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	return i
}

// Attributes are those of a start tag, names as they are written and values without
// references. Of two of one name the first counts, which is left to who hears them.
func (t *Tokens) Attributes() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		for _, a := range t.attributes {
			if !yield(t.raw[a.name:a.nameEnd], decoded(t.raw[a.value:a.valueEnd])) {
				return
			}
		}
	}
}

func isLetter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' && c != '\v' }

var (
	endsName = bytesOf(" \t\n\f\r/>")
	endsKey  = bytesOf(" \t\n\f\r/>=")
)

func bytesOf(s string) (set [256]bool) {
	for i := range len(s) {
		set[s[i]] = true
	}
	return set
}
