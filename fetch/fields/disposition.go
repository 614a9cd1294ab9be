package fields

import (
	"mime"
	"strconv"
	"strings"
	"unicode"

	"crawl/files/mediatype"
)

// ContentDisposition reads the value of a Content-Disposition field (RFC 6266): how
// the answer is meant, in lower case ("inline", "attachment" or a type of the
// server's own), and the name that a file of it should get, "" for none. It is not
// ok when the value holds neither.
//
// Of several names filename* (RFC 8187) goes before filename, and that before the
// pieces filename*0, filename*1* (RFC 2231); the first that can be read counts. A
// value that begins with a parameter is "inline", as in browsers. Taken besides:
// names without quotes that hold spaces, a quote that is never closed, bytes of
// UTF-8 or ISO-8859-1, and encoded words (RFC 2047). Percent signs in a plain
// filename stay, as the RFC says.
//
// The name is safe to show and has no folders: only what follows the last slash or
// backslash, without control characters and marks that turn the direction of
// writing, and never "." or "..". It may still be too long or reserved for a file
// system.
func ContentDisposition(value string) (kind, filename string, ok bool) {
	kind, rest, _ := strings.Cut(value, ";")
	kind = strings.ToLower(strings.Trim(kind, space))
	if !mediatype.IsToken(kind) {
		kind, rest = "", value
	}
	parameters, _ := mediatype.ReadParams(rest, false)
	filename = safeName(filenameOf(parameters))
	if kind == "" && filename != "" {
		kind = "inline"
	}
	return kind, filename, kind != ""
}

func filenameOf(p Params) string {
	if value, ok := p.Lookup("filename*"); ok {
		if text, ok := extended(value); ok {
			return text
		}
	}
	if value, ok := p.Lookup("filename"); ok {
		return plain(value)
	}
	return pieces(p)
}

// plain reads a name that is no extended value.
func plain(value string) string {
	if strings.Contains(value, "=?") {
		if text, err := new(mime.WordDecoder).DecodeHeader(value); err == nil {
			value = text
		}
	}
	return latin1(value)
}

// maxPieces is far more than any name needs. Each costs a search.
const maxPieces = 100

// pieces puts a name together that stands in parts, the first of which says the
// charset of those with a star (RFC 2231 section 4.1).
func pieces(p Params) string {
	var b strings.Builder
	charset := ""
	for i := range maxPieces {
		name := "filename*" + strconv.Itoa(i)
		if value, ok := p.Lookup(name + "*"); ok {
			if i == 0 {
				charset, value, _ = strings.Cut(value, "'")
				_, value, _ = strings.Cut(value, "'")
			}
			raw, ok := percentDecode(value)
			if !ok {
				return ""
			}
			b.WriteString(raw)
		} else if value, ok := p.Lookup(name); ok {
			b.WriteString(value)
		} else {
			break
		}
	}
	if charset == "" {
		return latin1(b.String())
	}
	text, _ := decode(b.String(), charset)
	return text
}

func safeName(s string) string {
	s = strings.Map(visible, s)
	s = strings.TrimSpace(s[strings.LastIndexAny(s, `/\`)+1:])
	if s == "." || s == ".." {
		return ""
	}
	return s
}

// visible drops what must reach neither a terminal nor a folder.
func visible(r rune) rune {
	switch {
	case unicode.IsControl(r), unicode.Is(unicode.Bidi_Control, r), r == '\u2028', r == '\u2029':
		return -1
	}
	return r
}
