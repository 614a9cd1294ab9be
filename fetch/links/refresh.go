package links

import "bytes"

// refreshURL is the URL in what a refresh says, as in "5; url='next'", after the steps
// of the HTML standard, section 4.2.5.3, "shared declarative refresh steps". It is not
// ok where there is no refresh or one of the page itself.
func refreshURL(content []byte) (url []byte, ok bool) {
	s := bytes.TrimLeft(content, space)
	seconds := bytes.TrimLeft(s, "0123456789")
	if len(seconds) == len(s) && !bytes.HasPrefix(s, []byte(".")) {
		return nil, false
	}
	s = bytes.TrimLeft(seconds, "0123456789.")
	if len(s) == 0 || bytes.IndexByte([]byte(";,"+space), s[0]) < 0 {
		return nil, false
	}
	s = bytes.TrimLeft(s, space)
	if len(s) > 0 && (s[0] == ';' || s[0] == ',') {
		s = bytes.TrimLeft(s[1:], space)
	}
	if len(s) >= len("url") && bytes.EqualFold(s[:len("url")], []byte("url")) {
		if rest := bytes.TrimLeft(s[len("url"):], space); len(rest) > 0 && rest[0] == '=' {
			s = bytes.TrimLeft(rest[1:], space)
		}
	}
	if len(s) > 0 && (s[0] == '"' || s[0] == '\'') {
		s, _, _ = bytes.Cut(s[1:], s[:1])
	}
	return s, len(s) > 0
}
