package markup

import (
	"bytes"
	"unicode/utf8"

	"golang.org/x/net/html"
)

// longestName is that of CounterClockwiseContourIntegral, the longest there is.
const longestName = 32

// Value is what an attribute has for a value that is written as s: s itself, in most cases.
func Value(s []byte) []byte {
	if bytes.IndexByte(s, 0) >= 0 {
		s = bytes.ReplaceAll(s, []byte{0}, []byte("\uFFFD"))
	}
	return unescape(s)
}

// unescape decodes the character references of an attribute (HTML standard, section
// 13.2.5.73): a name without semicolon counts only where no =, letter or digit follows, for
// in ?a=1&copy=2 it is none.
func unescape(s []byte) []byte {
	first := bytes.IndexByte(s, '&')
	if first < 0 {
		return s
	}
	b := append(make([]byte, 0, len(s)), s[:first]...)
	for s = s[first:]; len(s) > 0; {
		if text, n := reference(s); n > 0 {
			b, s = append(b, text...), s[n:]
		} else {
			b, s = append(b, s[0]), s[1:]
		}
		next := bytes.IndexByte(s, '&')
		if next < 0 {
			next = len(s)
		}
		b, s = append(b, s[:next]...), s[next:]
	}
	return b
}

// reference is what the one at the beginning of s stands for, and how long it is; 0 for
// none.
func reference(s []byte) (text string, n int) {
	if bytes.HasPrefix(s, []byte("&amp;")) {
		return "&", len("&amp;")
	}
	if len(s) > 1 && s[1] == '#' {
		return number(s)
	}
	n = 1
	for n < len(s) && n <= longestName && isAlphanumeric(s[n]) {
		n++
	}
	whole := n < len(s) && s[n] == ';'
	switch {
	case n == 1 || n > longestName, !whole && n < len(s) && s[n] == '=':
		return "", 0
	case whole:
		n++
	}
	name := string(s[:n])
	text = html.UnescapeString(name)
	// Of what is no name, or only begins with one, something is left over.
	if whole && text[len(text)-1] == ';' && name != "&semi;" || !whole && utf8.RuneCountInString(text) != 1 {
		return "", 0
	}
	return text, n
}

// number is a reference to a character by its number, with or without semicolon.
func number(s []byte) (text string, n int) {
	n = len("&#")
	digits := isDigit
	if n < len(s) && s[n]|0x20 == 'x' {
		n++
		digits = isHex
	}
	begin := n
	for n < len(s) && digits(s[n]) {
		n++
	}
	if n == begin {
		return "", 0
	}
	text = "\uFFFD" // which more digits than any character needs stand for
	if value := bytes.TrimLeft(s[begin:n-1], "0"); len(value) < len("1114111") {
		text = html.UnescapeString(string(s[:begin]) + string(value) + string(s[n-1]) + ";")
	}
	if n < len(s) && s[n] == ';' {
		n++
	}
	return text, n
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func isAlphanumeric(c byte) bool { return isDigit(c) || isLetter(c) }
