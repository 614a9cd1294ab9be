package links

import (
	"bufio"
	"bytes"
	"io"
	"strings"
	"unicode/utf8"

	"crawl/fetch/urls"
)

// sheet reads a style sheet.
func (c *collector) sheet(text io.Reader) {
	if c.opt.All {
		c.css.read(bufio.NewReader(text), c.addStyle)
	}
}

// styles reads what a style element or attribute holds.
func (c *collector) styles(text []byte) {
	if bytes.IndexByte(text, '(') < 0 && bytes.IndexByte(text, '@') < 0 {
		return
	}
	c.inline.Reset(text)
	c.css.read(&c.inline, c.addStyle)
}

func (c *collector) addStyle(ref []byte, kind Kind) { c.add(ref, kind, 0) }

// css finds the URLs in a style sheet (CSS Syntax Module Level 3, section 4): url()
// with and without quotes, @import, and strings in image-set(). Comments, strings and
// names are told apart as there, escapes decoded. The URL of a @namespace names and is
// not to be fetched.
type css struct {
	in  io.ByteScanner
	add func(ref []byte, kind Kind)

	name  []byte // the last, in lower case, cut at maxName
	value []byte // the last string or URL, cut behind what a URL may have; both are used again

	rule  string // "import" or "namespace" until the URL of it
	depth int    // of parentheses
	set   int    // the depth within an image-set, 0 for none
}

// maxName is longer than any name that matters.
const maxName = 24

func (s *css) read(in io.ByteScanner, add func(ref []byte, kind Kind)) {
	*s = css{in: in, add: add, name: s.name, value: s.value}
	for {
		c, err := s.in.ReadByte()
		if err == nil {
			err = s.next(c)
		}
		if err != nil {
			return
		}
	}
}

// next reads what begins with c.
func (s *css) next(c byte) error {
	switch {
	case c == '/':
		return s.comment()
	case c == '"' || c == '\'':
		return s.loose(c)
	case c == '@':
		return s.at()
	case c == '#' || isDigit(c):
		return s.ident() // a hash, or a number with its unit
	case isNameByte(c) || c == '\\':
		s.unread()
		return s.word()
	case c == '(':
		s.depth++
	case c == ')':
		s.shut()
	case c == ';' || c == '{' || c == '}':
		s.rule, s.depth, s.set = "", 0, 0
	}
	return nil
}

// unread puts the byte back that has just been read.
func (s *css) unread() { _ = s.in.UnreadByte() } // which there is

// comment skips one, behind its "/".
func (s *css) comment() error {
	c, err := s.in.ReadByte()
	if err != nil {
		return err
	}
	if c != '*' {
		s.unread()
		return nil
	}
	star := false
	for {
		c, err := s.in.ReadByte()
		if err != nil || star && c == '/' {
			return err
		}
		star = c == '*'
	}
}

// at reads the name of a rule.
func (s *css) at() error {
	err := s.ident()
	switch name := string(s.name); name {
	case "import", "namespace":
		s.rule = name
	default:
		s.rule = ""
	}
	return err
}

// word reads a name, and what is in the parentheses behind it when that is a URL.
func (s *css) word() error {
	if err := s.ident(); err != nil {
		return err
	}
	c, err := s.in.ReadByte()
	if err != nil {
		return err
	}
	if c != '(' {
		s.unread()
		return nil
	}
	s.depth++
	switch name := string(s.name); {
	case name == "url":
		return s.url()
	case strings.HasSuffix(name, "image-set") && s.set == 0:
		s.set = s.depth
	}
	return nil
}

// shut closes a parenthesis.
func (s *css) shut() {
	if s.depth == s.set {
		s.set = 0
	}
	s.depth = max(0, s.depth-1)
}

// found adds the last string or URL.
func (s *css) found() {
	switch s.rule {
	case "import":
		s.add(s.value, Style)
		s.rule = ""
	case "":
		s.add(s.value, CSS)
	}
}

// loose reads a string that is not in url(), which is a URL only behind @import and
// within an image-set.
func (s *css) loose(quote byte) error {
	good, err := s.quoted(quote)
	if good && (s.rule == "import" || s.set > 0 && s.depth == s.set) {
		s.found()
	}
	return err
}

// quoted reads a string into s.value. A line end in it makes it no good.
func (s *css) quoted(quote byte) (good bool, err error) {
	s.value = s.value[:0]
	for {
		c, err := s.in.ReadByte()
		switch {
		case err != nil:
			return true, err
		case c == quote:
			return true, nil
		case c == '\n' || c == '\r' || c == '\f':
			return false, nil
		case c == '\\':
			s.value, _, err = s.escape(s.value, urls.MaxLength+1)
			if err != nil {
				return true, err
			}
		default:
			s.value = grow(s.value, urls.MaxLength+1, c)
		}
	}
}

// url reads the rest of one, behind "url(".
func (s *css) url() error {
	c, err := s.skipSpace()
	if err != nil {
		return err
	}
	if c == '"' || c == '\'' {
		good, err := s.quoted(c)
		if good {
			s.found()
		}
		return err // the parenthesis is closed by what follows
	}
	good, err := s.bare(c)
	if good {
		s.found()
	}
	s.shut()
	return err
}

// bare reads a URL without quotes, which begins with c, into s.value, up to the
// parenthesis behind it.
func (s *css) bare(c byte) (good bool, err error) {
	s.value, good = s.value[:0], true
	for c != ')' {
		switch {
		case isSpace(c):
			if c, err = s.skipSpace(); err != nil {
				return good, err
			}
			good = good && c == ')'
			continue
		case c == '\\':
			var valid bool
			s.value, valid, err = s.escape(s.value, urls.MaxLength+1)
			good = good && valid
		case c == '"', c == '\'', c == '(', c < ' ', c == 0x7f:
			good = false
		default:
			s.value = grow(s.value, urls.MaxLength+1, c)
		}
		if err == nil {
			c, err = s.in.ReadByte()
		}
		if err != nil {
			return good, err
		}
	}
	return good, nil
}

// skipSpace returns the first byte that is no white space.
func (s *css) skipSpace() (byte, error) {
	for {
		c, err := s.in.ReadByte()
		if err != nil || !isSpace(c) {
			return c, err
		}
	}
}

// ident reads a name into s.name.
func (s *css) ident() error {
	s.name = s.name[:0]
	defer func() { s.name = lowered(s.name) }()
	for {
		c, err := s.in.ReadByte()
		switch {
		case err != nil:
			return err
		case isNameByte(c):
			s.name = grow(s.name, maxName, c)
			continue
		case c != '\\':
			s.unread()
			return nil
		}
		var valid bool
		if s.name, valid, err = s.escape(s.name, maxName); !valid {
			return err
		}
	}
}

// escape reads what is behind a backslash and appends what it stands for, unless b has
// grown as long as it may (section 4.3.7). It is not valid before a line end.
func (s *css) escape(b []byte, most int) (_ []byte, valid bool, err error) {
	c, err := s.in.ReadByte()
	if err != nil {
		return b, false, err
	}
	if c == '\n' || c == '\r' || c == '\f' {
		return b, false, nil
	}
	if !isHex(c) {
		return grow(b, most, c), true, nil
	}
	var r rune
	for digits := 0; isHex(c) && digits < 6; digits++ {
		r = r<<4 | rune(unhex(c))
		if c, err = s.in.ReadByte(); err != nil {
			break
		}
	}
	if err == nil && !isSpace(c) { // one may be there to end the digits
		s.unread()
	}
	if r == 0 {
		r = utf8.RuneError
	}
	if len(b) < most {
		b = utf8.AppendRune(b, r)
	}
	return b, true, err
}

func grow(b []byte, most int, c byte) []byte {
	if len(b) < most {
		b = append(b, c)
	}
	return b
}

// lowered is b with its ASCII letters in lower case.
func lowered(b []byte) []byte {
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c | 0x20
		}
	}
	return b
}

func isNameByte(c byte) bool { return isLetter(c) || isDigit(c) || c == '-' || c == '_' || c >= 0x80 }

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func unhex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
