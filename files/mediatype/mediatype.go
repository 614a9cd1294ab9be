// Package mediatype reads what says of bytes what they are: the value of a Content-Type
// field ([Parse]), and parameters as they stand there and in other fields
// ([ReadParams]). It takes what servers really send, and never fails. All functions are
// safe for concurrent use.
package mediatype

import "strings"

// Parse reads the value of a Content-Type field: the type in lower case, as in
// "text/html", and the parameters, as in charset. The type is "" when there is none
// of the form a/b. The parameters are there even so, for a charset is worth knowing.
//
// As in the MIME Sniffing standard (section 4.4), nothing that is wrong in one
// parameter spoils another, and the first of a name counts ([Params.Get]).
func Parse(value string) (mediaType string, parameters Params) {
	value = strings.Trim(value, space)
	end := strings.IndexAny(value, space+";,") // a space or a comma ends it where a ";" was forgotten
	if end < 0 {
		end = len(value)
	}
	mediaType = strings.ToLower(value[:end])
	if !isMediaType(mediaType) {
		mediaType = ""
	}
	if end = strings.IndexByte(value, ';'); end >= 0 {
		parameters, _ = ReadParams(value[end:], false)
	}
	return mediaType, parameters
}

func isMediaType(s string) bool {
	kind, sub, ok := strings.Cut(s, "/")
	return ok && IsToken(kind) && IsToken(sub)
}

// IsToken reports whether s is a token (RFC 9110 section 5.6.2).
func IsToken(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte(`"(),/:;<=>?@[\]{}`, s[i]) >= 0 {
			return false
		}
	}
	return s != ""
}
