package fields

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/htmlindex"
)

// extended decodes charset'language'percent-encoded (RFC 8187). It is not ok when a
// part is missing, the charset is unknown or the bytes do not fit it; the caller
// then falls back on the plain parameter (RFC 6266 section 4.3).
func extended(s string) (text string, ok bool) {
	charset, s, ok1 := strings.Cut(s, "'")
	_, s, ok2 := strings.Cut(s, "'")
	if !ok1 || !ok2 {
		return "", false
	}
	raw, ok := percentDecode(s)
	if !ok {
		return "", false
	}
	return decode(raw, charset)
}

// decode turns bytes of a charset into UTF-8.
func decode(raw, charset string) (text string, ok bool) {
	if strings.EqualFold(charset, "utf-8") {
		return raw, utf8.ValidString(raw)
	}
	encoding, err := htmlindex.Get(charset)
	if err != nil {
		return "", false
	}
	text, err = encoding.NewDecoder().String(raw)
	return text, err == nil && !strings.ContainsRune(text, utf8.RuneError)
}

// percentDecode undoes percent-encoding. A percent sign without two hexadecimal
// digits makes it not ok.
func percentDecode(s string) (raw string, ok bool) {
	if !strings.Contains(s, "%") {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) {
			return "", false
		}
		high, low := hex(s[i+1]), hex(s[i+2])
		if high < 0 || low < 0 {
			return "", false
		}
		b = append(b, byte(high<<4|low))
		i += 2
	}
	return string(b), true
}

// hex is the value of a hexadecimal digit, or -1.
func hex(c byte) int {
	at := strings.IndexByte("0123456789abcdefABCDEF", c)
	if at >= 16 {
		at -= 6
	}
	return at
}

// latin1 makes UTF-8 of bytes that stood in a header: they are UTF-8 already, as
// browsers send and read it, or else ISO-8859-1, as HTTP once said.
func latin1(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i := range len(s) {
		b.WriteRune(rune(s[i]))
	}
	return b.String()
}
