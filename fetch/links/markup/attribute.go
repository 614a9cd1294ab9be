package markup

import (
	"bytes"
	"iter"
)

// Attributes are the names and values of those of a start tag as they are written, see
// [Value]. They are looked for only now, as most tags are asked for none. Of two of one name
// the first counts, which is left to who hears them.
func (t *Tokens) Attributes() iter.Seq2[[]byte, []byte] {
	return func(yield func(name, value []byte) bool) {
		b := t.Raw()
		for i := t.nameEnd - t.from; i < len(b); {
			if isSpace(b[i]) || b[i] == '/' {
				i++
				continue
			}
			if b[i] == '>' {
				return
			}
			name, nameEnd := i, i+1 // an = at the beginning belongs to it
			for nameEnd < len(b) && !endsKey[b[nameEnd]] {
				nameEnd++
			}
			var value, valueEnd int
			if i = pastSpace(b, nameEnd); i < len(b) && b[i] == '=' {
				i, value, valueEnd = scanValue(b, i+1)
			}
			if !yield(b[name:nameEnd], b[value:valueEnd]) {
				return
			}
		}
	}
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
