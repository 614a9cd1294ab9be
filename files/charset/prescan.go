package charset

import (
	"bytes"
	"strings"
)

// prescanned is how far a meta element is looked for. Browsers look at 1024 bytes
// beforehand, and change their mind when one comes later; going on does both.
const prescanned = 16 << 10

// fromHTML is the encoding that a page states in a meta element, or else in an XML
// declaration (HTML standard, "prescan a byte stream to determine its encoding").
// The tokenizer of x/net/html is not used for it: the standard wants a scan that
// knows no script, title or comment but the plain form of it, and stops where the
// bytes end.
func fromHTML(head []byte) string {
	if name := wideDeclaration(head); name != "" {
		return name
	}
	s := scanner{b: head[:min(len(head), prescanned)]}
	for s.skipTo("<") {
		switch rest := s.rest(); {
		case bytes.HasPrefix(rest, []byte("<!--")):
			s.i += len("<!") // the dashes may be those that end it: "<!-->"
			s.skipBehind("-->")
		case isMeta(rest):
			s.i += len("<meta")
			if name := s.meta(); name != "" {
				return name
			}
		case isTag(rest):
			s.skipTo(space + ">")
			for _, _, ok := s.attribute(); ok; _, _, ok = s.attribute() {
			}
		case len(rest) > 1 && strings.IndexByte("!/?", rest[1]) >= 0:
			s.skipBehind(">")
		default:
			s.i++
		}
	}
	return fromDeclaration(head)
}

const space = "\t\n\f\r "

func isMeta(b []byte) bool {
	return len(b) > 5 && bytes.EqualFold(b[1:5], []byte("meta")) && strings.IndexByte(space+"/", b[5]) >= 0
}

// isTag reports whether b begins with a start or end tag.
func isTag(b []byte) bool {
	b = bytes.TrimPrefix(b[1:], []byte("/"))
	return len(b) > 0 && 'a' <= b[0]|0x20 && b[0]|0x20 <= 'z'
}

// scanner walks over the bytes of a page. Once they have run out, nothing more is
// found, so that half a tag says nothing.
type scanner struct {
	b []byte
	i int
}

func (s *scanner) rest() []byte { return s.b[s.i:] }
func (s *scanner) end() bool    { return s.i >= len(s.b) }

// skipTo goes to the next of some bytes.
func (s *scanner) skipTo(stops string) bool {
	at := bytes.IndexAny(s.rest(), stops)
	if at < 0 {
		s.i = len(s.b)
		return false
	}
	s.i += at
	return true
}

// skipBehind goes behind the next mark.
func (s *scanner) skipBehind(mark string) {
	at := bytes.Index(s.rest(), []byte(mark))
	if at < 0 {
		s.i = len(s.b)
		return
	}
	s.i += at + len(mark)
}

// skip goes over any of some bytes.
func (s *scanner) skip(any string) {
	for !s.end() && strings.IndexByte(any, s.b[s.i]) >= 0 {
		s.i++
	}
}

// meta reads the attributes of a meta element and returns the encoding they state.
func (s *scanner) meta() string {
	var pragma, hasPragma, hasContent, hasCharset bool // the first of a name counts
	var content, charset string
	for {
		name, value, ok := s.attribute()
		if !ok {
			break
		}
		switch strings.ToLower(string(name)) {
		case "http-equiv":
			pragma = pragma || !hasPragma && bytes.EqualFold(value, []byte("content-type"))
			hasPragma = true
		case "content":
			if !hasContent {
				content = canonical(fromContent(bytes.ToLower(value)))
			}
			hasContent = true
		case "charset":
			if !hasCharset {
				charset = canonical(string(value))
			}
			hasCharset = true
		}
	}
	switch {
	case s.end():
		return ""
	case hasCharset:
		return readable(charset)
	case pragma:
		return readable(content)
	}
	return ""
}

// readable corrects an encoding that the page cannot be in, as its ASCII could be
// read.
func readable(name string) string {
	switch name {
	case "utf-16be", "utf-16le":
		return "utf-8"
	case "x-user-defined":
		return "windows-1252"
	}
	return name
}

// attribute reads one attribute. It is not ok at the ">" of the tag,
// where it stays, and when the bytes run out.
func (s *scanner) attribute() (name, value []byte, ok bool) {
	s.skip(space + "/")
	if s.end() || s.b[s.i] == '>' {
		return nil, nil, false
	}
	start := s.i
	if s.b[s.i] == '=' { // a name may begin with it
		s.i++
	}
	if !s.skipTo(space + "/>=") {
		return nil, nil, false
	}
	name = s.b[start:s.i]
	s.skip(space)
	if s.end() || s.b[s.i] != '=' {
		return name, nil, !s.end()
	}
	s.i++
	s.skip(space)
	value, ok = s.value()
	return name, value, ok
}

// value reads the value of an attribute, quoted or not.
func (s *scanner) value() (value []byte, ok bool) {
	if s.end() {
		return nil, false
	}
	stops := space + ">"
	quote := s.b[s.i]
	quoted := quote == '"' || quote == '\''
	if quoted {
		s.i++
		stops = string(quote)
	}
	start := s.i
	if !s.skipTo(stops) {
		return nil, false
	}
	value = s.b[start:s.i]
	if quoted {
		s.i++
	}
	return value, !s.end()
}

// fromContent finds the label in a content attribute in lower case, as in "text/html; charset=x"
// (HTML standard, "extracting a character encoding from a meta element").
func fromContent(content []byte) string {
	for {
		_, after, found := bytes.Cut(content, []byte("charset"))
		if !found {
			return ""
		}
		after = bytes.TrimLeft(after, space)
		if label, found := bytes.CutPrefix(after, []byte("=")); found {
			return labelAt(bytes.TrimLeft(label, space))
		}
		content = after
	}
}

func labelAt(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	if quote := b[0]; quote == '"' || quote == '\'' {
		end := bytes.IndexByte(b[1:], quote)
		if end < 0 {
			return ""
		}
		return string(b[1 : 1+end])
	}
	if end := bytes.IndexAny(b, space+";"); end >= 0 {
		b = b[:end]
	}
	return string(b)
}
