package robots

import "strings"

// Product returns the product token of a User-Agent (RFC 9309 section 2.2.1): the
// letters, "_" and "-" that it begins with; "crawl" of "crawl/1.0 (+https://example.com)".
// It may be empty.
func Product(userAgent string) string {
	end := 0
	for end < len(userAgent) && isToken(userAgent[end]) {
		end++
	}
	return userAgent[:end]
}

func isToken(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || c == '-' || c == '_'
}

// agentToken is the token of a user-agent line, or "*", or "" when it is for nobody.
func agentToken(value string) string {
	if value == "*" || strings.HasPrefix(value, "*") && strings.IndexByte(blank, value[1]) >= 0 {
		return "*"
	}
	return Product(value)
}
