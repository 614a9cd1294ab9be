package cache

import "strings"

// ETag is an entity tag (RFC 9110 section 8.8.3).
type ETag struct {
	Weak  bool
	Value string // without quotes
}

// ParseETag reads one entity tag, such as "v1" or W/"v1" with its quotes. ok is
// false for anything else, "*" and lists included.
func ParseETag(s string) (tag ETag, ok bool) {
	s = strings.Trim(s, " \t")
	s, tag.Weak = strings.CutPrefix(s, "W/")
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return ETag{}, false
	}
	tag.Value = s[1 : len(s)-1]
	for i := range len(tag.Value) {
		if c := tag.Value[i]; c <= ' ' || c == '"' || c == 0x7f {
			return ETag{}, false
		}
	}
	return tag, true
}

// String is the tag as it stands in a field.
func (t ETag) String() string {
	if t.Weak {
		return `W/"` + t.Value + `"`
	}
	return `"` + t.Value + `"`
}

// Strong compares as what wants equal bytes must (section 8.8.3.2).
func (t ETag) Strong(other ETag) bool { return !t.Weak && t == other }

// Same compares as If-None-Match does, weakly: equal in meaning.
func (t ETag) Same(other ETag) bool { return t.Value == other.Value }
