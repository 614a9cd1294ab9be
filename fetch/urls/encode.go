package urls

import "strings"

// What a byte may be without being percent-encoded, one bit a part of the URL.
// The sets are those of https://url.spec.whatwg.org/#percent-encoded-bytes for
// special schemes.
const (
	inUserinfo = 1 << iota
	inPath
	inQuery
	inFragment
	inDomain // not a forbidden domain code point
	inName   // a byte of an ordinary host name in lower case
)

var class = func() (table [256]uint8) {
	sets := []struct {
		part uint8
		not  string // encoded beside controls, space and all above "~"
	}{
		{inFragment, "\"<>`"},
		{inQuery, `"#<>'`},
		{inPath, "\"#<>?^`{}/\\"}, // "/" and "\" end a segment and are never within
		{inUserinfo, "\"#<>?^`{}/:;=@[\\]|"},
		{inDomain, `#/:<>?@[\]^|%`},
	}
	for c := byte('!'); c <= '~'; c++ {
		for _, set := range sets {
			if strings.IndexByte(set.not, c) < 0 {
				table[c] |= set.part
			}
		}
		if 'a' <= c && c <= 'z' || isDigit(c) || strings.IndexByte("-_.", c) >= 0 {
			table[c] |= inName
		}
	}
	return table
}()

// appendEncoded appends s with every byte encoded that part does not allow. A "%"
// that stands in s stays, whatever follows it.
func appendEncoded(b []byte, s string, part uint8) []byte {
	const hex = "0123456789ABCDEF"
	for i := range len(s) {
		if c := s[i]; class[c]&part != 0 {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return b
}

// percentDecode decodes each "%" that two hexadecimal digits follow and leaves
// every other as it is; net/url would refuse the whole.
func percentDecode(s string) string {
	if strings.IndexByte(s, '%') < 0 {
		return s
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]) {
			b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
			i += 2
		} else {
			b = append(b, s[i])
		}
	}
	return string(b)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

func unhex(c byte) byte {
	if isDigit(c) {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
