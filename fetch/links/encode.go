package links

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

// legacyEncoder makes what the queries of links are encoded with in a page of that
// charset, as browsers send them and old servers expect (URL standard, section 4.4,
// "percent-encode after encoding"). It is nil where they are UTF-8.
func legacyEncoder(charset string) *encoding.Encoder {
	if charset == "utf-8" || strings.HasPrefix(charset, "utf-16") {
		return nil
	}
	e, err := htmlindex.Get(charset)
	if err != nil || charset == "replacement" {
		return nil
	}
	return e.NewEncoder()
}

// encoded is a reference with its query in the charset of the page. What that lacks is
// a number in "&#...;", percent-encoded.
func (c *collector) encoded(ref string) string {
	if c.legacy == nil {
		return ref
	}
	before, query, found := strings.Cut(ref, "?")
	if !found || isASCII(query) {
		return ref
	}
	b := append([]byte(before), '?')
	for _, r := range query {
		if s, err := c.legacy.String(string(r)); err == nil {
			b = append(b, strings.ReplaceAll(s, "#", "%23")...)
			continue
		}
		b = append(b, "%26%23"...)
		b = strconv.AppendInt(b, int64(r), 10)
		b = append(b, "%3B"...)
	}
	return string(b)
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
