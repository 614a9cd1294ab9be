package links

import (
	"bytes"
	"strconv"
	"strings"

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
func (c *collector) encoded(ref []byte) string {
	before, query, found := bytes.Cut(ref, []byte("?"))
	if c.legacy == nil || !found || isASCII(query) {
		return string(ref)
	}
	b := append(bytes.Clone(before), '?')
	for _, r := range string(query) {
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

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}
