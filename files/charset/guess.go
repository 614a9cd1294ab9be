package charset

import (
	"unicode/utf8"

	"github.com/wlynxg/chardet"
)

// sniffed bytes tell as much as the whole document does, in half a millisecond.
const sniffed = 4 << 10

// guess is the encoding of bytes that nothing is said about.
func (d description) guess(head []byte) string {
	first := notASCII(head)
	if first < len(head) {
		if text := whole(head[first:]); len(text) > 0 && utf8.Valid(text) {
			return "utf-8"
		}
		if name := sniff(head, first); name != "" {
			return name
		}
	}
	if d.kind == html {
		return "windows-1252"
	}
	return "utf-8"
}

// notASCII is where ASCII ends in b.
func notASCII(b []byte) int {
	for i, c := range b {
		if c >= utf8.RuneSelf {
			return i
		}
	}
	return len(b)
}

// whole drops a character that the end of b cuts through.
func whole(b []byte) []byte {
	for i := len(b) - 1; i >= 0 && i >= len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return b[:i]
			}
			break
		}
	}
	return b
}

// sniff guesses by the frequency of bytes from the first one that is not ASCII. It
// begins at a multiple of four, so that 16-bit units stay whole, and before that
// byte, so that nothing in the midst is taken for a byte order mark. Each guess pays
// for a new detector: one that is reset guesses otherwise than before.
func sniff(b []byte, first int) string {
	b = b[max(first-1, 0)&^3:]
	return canonical(label(chardet.Detect(b[:min(len(b), sniffed)]).Encoding))
}

// label translates the detector's names that the Encoding standard does not have.
func label(name string) string {
	switch name {
	case "CP932":
		return "shift_jis"
	case "CP949":
		return "euc-kr"
	case "MacRoman":
		return "macintosh"
	case "MacCyrillic":
		return "x-mac-cyrillic"
	case "GB2312": // it means the family
		return "gb18030"
	}
	return name
}
