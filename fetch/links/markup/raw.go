package markup

import "bytes"

// escape is how far a script is inside what once hid it from browsers that knew none
// (HTML standard, section 13.2.5.4 and those that follow it).
type escape int

const (
	plain   escape = iota
	escaped        // behind <!--
	doubled        // and <script, whose end tag ends that only
)

// longestEnd is longer than what ends a raw text, and what escapes one.
const longestEnd = len("</plaintext>")

// RawText says that what follows the start tag that was read last is no markup up to the
// end tag of that name, in lower case: the content of script, style, xmp, iframe, noembed,
// title and textarea is not, and of plaintext to the end of the document. With keep it is
// told as Text, in pieces where it is longer than a token may be.
func (t *Tokens) RawText(name string, keep bool) {
	t.element, t.keep, t.escape = name, keep, plain
}

// rawText goes to the end of a raw text and reports whether there is any to tell.
func (t *Tokens) rawText() bool {
	for !t.endOfRaw() {
		if !t.keep {
			t.from = t.at
		}
		if ended := t.ended; t.more() || t.ended != ended {
			continue
		}
		if !t.ended { // a piece as long as may be
			t.text()
			return true
		}
		t.at = t.to
		break
	}
	t.element = ""
	t.text()
	return t.keep && t.end > t.from
}

// endOfRaw goes to the end tag, or to where it has to go on when there is more.
func (t *Tokens) endOfRaw() bool {
	for t.at < t.to {
		b := t.buf[t.at:t.to]
		i := bytes.IndexByte(b, '<')
		if t.escape != plain {
			if j := bytes.Index(b[:until(i, len(b))], []byte("-->")); j >= 0 {
				t.escape, t.at = plain, t.at+j+len("-->")
				continue
			}
		}
		if i < 0 {
			if t.at = t.to; t.escape != plain {
				t.at -= min(len(b), len("--"))
			}
			return false
		}
		t.at += i
		b = b[i:]
		if len(b) < longestEnd && !t.ended {
			return false
		}
		switch {
		case t.element == "script" && t.escape == plain && bytes.HasPrefix(b, []byte("<!--")):
			t.escape, t.at = escaped, t.at+len("<!") // for <!--> is all of it
		case t.element == "plaintext" || !isTagOf(b, "</", t.element):
			if t.escape == escaped && isTagOf(b, "<", "script") {
				t.escape = doubled
			}
			t.at++
		case t.escape == doubled:
			t.escape = escaped
			t.at++
		default:
			return true
		}
	}
	return false
}

// until is i, or n when that is none.
func until(i, n int) int {
	if i < 0 {
		return n
	}
	return i
}

// isTagOf reports whether b begins with a tag of that name.
func isTagOf(b []byte, mark, name string) bool {
	n := len(mark) + len(name)
	return len(b) > n && string(b[:len(mark)]) == mark && endsName[b[n]] && bytes.EqualFold(b[len(mark):n], []byte(name))
}
