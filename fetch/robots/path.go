package robots

import "strings"

// What becomes of a byte before comparison (RFC 9309 section 2.2.2, RFC 3986 section 2).
const (
	encoded   = iota // always
	plain            // never encoded: unreserved, or reserved without a role in any path or query
	delimiter        // as it was written: a role is lost when it is encoded
	separator        // the same in the path; plain behind the first "?", where it has no role
)

var class = func() (table [256]uint8) {
	for c := range byte(128) {
		switch {
		case isToken(c), strings.IndexByte(".~:@!'(),", c) >= 0:
			table[c] = plain
		case strings.IndexByte(";=&+", c) >= 0:
			table[c] = delimiter
		case strings.IndexByte("/?", c) >= 0:
			table[c] = separator
		}
	}
	return table
}()

// appendPattern appends a rule's path as it is compared. Stars stay, and a "$" at the
// end; those that a URL is meant to hold are encoded.
func appendPattern(b []byte, path string) []byte {
	body, whole := strings.CutSuffix(path, "$")
	b = appendCanonical(b, body, true, true)
	if whole {
		b = append(b, '$')
	}
	return b
}

// canonicalTarget is a URL's path and query as it is compared; and once more with what
// separates only in paths left encoded in the query, for a rule that begins with a star
// does not show whether it speaks of the query.
func canonicalTarget(target string) (path, asWritten string) {
	if isCanonical(target) {
		return target, target
	}
	path = string(appendCanonical(make([]byte, 0, len(target)+16), target, false, true))
	if _, query, _ := strings.Cut(target, "?"); strings.IndexByte(query, '%') < 0 {
		return path, path
	}
	return path, string(appendCanonical(make([]byte, 0, len(target)+16), target, false, false))
}

// isCanonical reports whether a target surely needs no change, as nearly all do.
func isCanonical(target string) bool {
	for i := 0; i < len(target); i++ {
		c := target[i]
		if c != '%' {
			if class[c] == encoded {
				return false
			}
			continue
		}
		if i+2 >= len(target) || !isUpperHex(target[i+1]) || !isUpperHex(target[i+2]) {
			return false
		}
		if class[unhex(target[i+1])<<4|unhex(target[i+2])] != encoded {
			return false
		}
		i += 2
	}
	return true
}

// appendCanonical appends path with each byte as it is compared. A query's separators
// are decoded if told so.
func appendCanonical(b []byte, path string, stars, decodeQuery bool) []byte {
	const hex = "0123456789ABCDEF"
	query := false
	for i := 0; i < len(path); i++ {
		c, wasEncoded := path[i], false
		if c == '%' {
			if i+2 >= len(path) || !isHex(path[i+1]) || !isHex(path[i+2]) {
				b = append(b, "%25"...)
				continue
			}
			c, wasEncoded = unhex(path[i+1])<<4|unhex(path[i+2]), true
			i += 2
		}
		var keep bool
		switch class[c] {
		case plain:
			keep = true
		case delimiter:
			keep = !wasEncoded
		case separator:
			keep = !wasEncoded || query && decodeQuery
		default:
			keep = c == '*' && stars && !wasEncoded
		}
		if !keep {
			b = append(b, '%', hex[c>>4], hex[c&15])
			continue
		}
		b = append(b, c)
		query = query || c == '?'
	}
	return b
}

func isHex(c byte) bool { return isUpperHex(c) || 'a' <= c && c <= 'f' }

func isUpperHex(c byte) bool { return '0' <= c && c <= '9' || 'A' <= c && c <= 'F' }

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}
