package robots

import "strings"

// Product returns the product token of a User-Agent (RFC 9309 section 2.2.1): the
// letters, "_" and "-" that it begins with; "crawl" of "crawl/1.0 (+https://example.com)".
// It may be empty. Digits belong to it too, although the RFC has crawlers do without:
// there are such crawlers, and what is said to "crawl2" is not meant for "crawl".
func Product(userAgent string) string {
	end := 0
	for end < len(userAgent) && isToken(userAgent[end]) {
		end++
	}
	return userAgent[:end]
}

func isToken(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_'
}

// agentToken is the token of a user-agent line, or "*", or "" when it is for nobody.
func agentToken(value string) string {
	if value == "*" || strings.HasPrefix(value, "*") && strings.IndexByte(blank, value[1]) >= 0 {
		return "*"
	}
	return Product(value)
}
