package jsonline

import (
	"math"
	"strconv"
	"time"
	"unicode"
	"unicode/utf8"
)

// AppendText appends a field unless it is empty. Here and below name is all that
// stands before the value, such as `,"path":`.
func AppendText(b []byte, name, s string) []byte {
	if s == "" {
		return b
	}
	return AppendString(append(b, name...), s)
}

// AppendCount appends a field unless it is zero.
func AppendCount(b []byte, name string, n int64) []byte {
	if n == 0 {
		return b
	}
	return strconv.AppendInt(append(b, name...), n, 10)
}

// AppendTime appends a field in UTC unless RFC 3339 cannot write it.
func AppendTime(b []byte, name string, t time.Time) []byte {
	t = t.UTC()
	if year := t.Year(); t.IsZero() || year < 0 || year > 9999 {
		return b
	}
	b = t.AppendFormat(append(append(b, name...), '"'), time.RFC3339Nano)
	return append(b, '"')
}

// AppendFloat appends a number, and 0 for one that JSON does not have.
func AppendFloat(b []byte, f float64) []byte {
	if f == 0 || math.IsNaN(f) || math.IsInf(f, 0) {
		return append(b, '0')
	}
	// As for encoding/json: exponents only where digits would run long.
	format := byte('f')
	if size := math.Abs(f); size < 1e-6 || size >= 1e21 {
		format = 'e'
	}
	return strconv.AppendFloat(b, f, format, -1, 64)
}

// AppendString appends a text in quotes.
func AppendString(b []byte, s string) []byte {
	b = append(b, '"')
	done := 0
	for i := 0; i < len(s); {
		c := s[i]
		if ' ' <= c && c <= '~' && c != '"' && c != '\\' {
			i++
			continue
		}
		r, size := utf8.DecodeRuneInString(s[i:])
		if r >= utf8.RuneSelf && unicode.IsPrint(r) && (r != utf8.RuneError || size > 1) {
			i += size
			continue
		}
		b = appendEscaped(append(b, s[done:i]...), r)
		i += size
		done = i
	}
	b = append(b, s[done:]...)
	return append(b, '"')
}

func appendEscaped(b []byte, r rune) []byte {
	switch r {
	case '"', '\\':
		return append(b, '\\', byte(r))
	case '\n':
		return append(b, `\n`...)
	case '\r':
		return append(b, `\r`...)
	case '\t':
		return append(b, `\t`...)
	}
	if r > math.MaxUint16 { // a surrogate pair
		r -= 0x10000
		b = appendUnit(b, 0xd800|r>>10)
		return appendUnit(b, 0xdc00|r&0x3ff)
	}
	return appendUnit(b, r)
}

func appendUnit(b []byte, unit rune) []byte {
	const hex = "0123456789abcdef"
	return append(b, '\\', 'u', hex[unit>>12&15], hex[unit>>8&15], hex[unit>>4&15], hex[unit&15])
}
