package markup

import "bytes"

// tag reads a tag whose name is behind its first n bytes. One that is cut off by the end is
// none, and the rest of one that is too long is text, which the data: URL in it mostly is.
func (t *Tokens) tag(kind Kind, n int) (Kind, bool) {
	for {
		b := t.buf[t.from:t.to]
		name := n
		for name < len(b) && !endsName[b[name]] {
			name++
		}
		if end, closed := endOfTag(b, name); end > 0 {
			t.name, t.nameEnd = t.from+n, t.from+name
			t.at = t.from + end
			t.end = t.at
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

// endOfTag is where a tag ends, of whose name i is the end; 0 when that is not there. It is
// behind the first > that no quotes hide. Those count behind an = only, of which there are
// far fewer than other bytes.
func endOfTag(b []byte, i int) (end int, closed bool) {
	if i < len(b) && b[i] == '>' { // as there is in most
		return i + 1, false
	}
	gt := -1
	for equals := i; ; {
		if gt < i {
			if gt = bytes.IndexByte(b[i:], '>'); gt < 0 {
				return 0, false
			}
			gt += i
		}
		n := bytes.IndexByte(b[equals:gt], '=')
		if n < 0 {
			return gt + 1, gt > i && b[gt-1] == '/'
		}
		equals += n
		if !assigns(b[i:equals]) {
			i, equals = equals, equals+1
			continue
		}
		if i, _, _ = scanValue(b, equals+1); i < 0 {
			return 0, false
		}
		equals = i
	}
}

// assigns reports whether an = is behind a name. Else it begins one.
func assigns(before []byte) bool {
	n := len(before)
	for n > 0 && isSpace(before[n-1]) {
		n--
	}
	return n > 0 && before[n-1] != '/'
}

func pastSpace(b []byte, i int) int {
	for i < len(b) && isSpace(b[i]) {
		i++
	}
	return i
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
