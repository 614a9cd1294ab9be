package fields

import (
	"slices"
	"strings"

	"crawl/files/mediatype"
)

// Params are the parameters of a field, the names in lower case.
type Params = mediatype.Params

// space is optional white space, and the line ends that a folded line may leave.
const space = " \t\r\n"

// Link is one link of a Link field (RFC 8288).
type Link struct {
	// Target is the URL as it stands there, mostly relative to that of the answer.
	Target string
	// Rel are the relations in lower case; there may be none.
	Rel []string
	// Anchor, when not empty, is the URL that the link starts from instead of the
	// answer's. Who does not know what to do with that ignores the link.
	Anchor string
	// Params are all parameters, rel and anchor among them. One with a star, such as
	// title*, is decoded to UTF-8; one that cannot be decoded is left out.
	Params Params
}

// Is reports whether the link has that relation, written in lower case.
func (l Link) Is(rel string) bool { return slices.Contains(l.Rel, rel) }

// Param returns a parameter, in the form with a star where that is there, or "".
func (l Link) Param(name string) string {
	if value, ok := l.Params.Lookup(name + "*"); ok {
		return value
	}
	return l.Params.Get(name)
}

// Links reads the values of every Link field of an answer (RFC 8288 appendix B.2). It
// resolves no URL. What stands between two links and is none is skipped.
func Links(values []string) []Link {
	var links []Link
	for _, s := range values {
		for s != "" {
			var l Link
			var ok bool
			if l, ok, s = link(s); ok {
				links = append(links, l)
			}
		}
	}
	return links
}

// link reads one link and the comma behind it.
func link(s string) (l Link, ok bool, rest string) {
	s = strings.TrimLeft(s, space+",")
	if !strings.HasPrefix(s, "<") {
		_, rest, _ = strings.Cut(s, ",")
		return Link{}, false, rest
	}
	target, s, ok := strings.Cut(s[1:], ">")
	if !ok {
		return Link{}, false, ""
	}
	l.Target = strings.Trim(target, space)
	written, rest := mediatype.ReadParams(s, true)
	l.Params = decodeStars(written)
	l.Anchor = l.Params.Get("anchor")
	l.Rel = strings.Fields(strings.ToLower(l.Params.Get("rel"))) // the first counts (RFC 8288 section 3.3)
	return l, true, rest
}

func decodeStars(written Params) Params {
	decoded := written[:0]
	for _, p := range written {
		if strings.HasSuffix(p.Name, "*") {
			var ok bool
			if p.Value, ok = extended(p.Value); !ok {
				continue
			}
		}
		decoded = append(decoded, p)
	}
	return decoded
}
