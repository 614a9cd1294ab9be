package urls

import "strings"

// Parse reads an absolute http or https URL. Its errors are [*Error].
func Parse(s string) (URL, error) {
	if u, ok := canonical(s); ok {
		return u, nil
	}
	return parse(s, URL{})
}

// Resolve reads ref, which is an absolute URL or relative to u, as a page at u or
// a redirect from it means it. The result has the fragment of ref, never that of
// u. Errors are [*Error] and hold ref.
func (u URL) Resolve(ref string) (URL, error) {
	if resolved, ok := canonical(u.join(ref)); ok {
		return resolved, nil
	}
	return parse(ref, u)
}

// join puts ref where it belongs behind u and leaves it to canonical to find that
// more is to be done than that. Where ref is odd the answer is "".
func (u URL) join(ref string) string {
	first := ref
	if i := strings.IndexAny(ref, "/?#"); i >= 0 {
		first = ref[:i]
	}
	switch {
	case strings.HasPrefix(ref, "http://"), strings.HasPrefix(ref, "https://"), u.s == "":
		return ref
	case strings.ContainsRune(first, ':'):
		return ""
	case strings.HasPrefix(ref, "."):
		return u.climb(ref)
	case strings.HasPrefix(ref, "//"):
		return u.s[:u.authority()-2] + ref
	case strings.HasPrefix(ref, "/"):
		return u.s[:u.path] + ref
	case strings.HasPrefix(ref, "?"):
		return u.s[:u.query] + ref
	case first == "":
		return u.s + ref
	}
	return u.folder() + "/" + ref
}

// climb is join for a ref that begins with dots, as in ../b.html.
func (u URL) climb(ref string) string {
	folder := u.folder()
	for {
		switch {
		case strings.HasPrefix(ref, "./"):
			ref = ref[len("./"):]
		case strings.HasPrefix(ref, "../"):
			ref = ref[len("../"):]
			folder = folder[:int(u.path)+max(0, strings.LastIndexByte(folder[u.path:], '/'))]
		case strings.HasPrefix(ref, "."): // "..", ".a" and what else parse may judge
			return ""
		default:
			return folder + "/" + ref
		}
	}
}

// folder returns the URL up to the last "/" of its path, without it.
func (u URL) folder() string {
	return u.s[:int(u.path)+strings.LastIndexByte(u.Path(), '/')]
}

// parse is the standard's basic URL parser
// (https://url.spec.whatwg.org/#concept-basic-url-parser) for http and https,
// laid out by the parts of a URL rather than as its state machine. Time is linear
// in the input, which strangers choose.
func parse(input string, base URL) (URL, error) {
	clean := strip(input)
	if len(input) > MaxLength {
		return URL{}, refuse(clean, "longer than 64 KiB")
	}
	rest, fragment, _ := strings.Cut(clean, "#")
	rest, query, hasQuery := strings.Cut(rest, "?")
	scheme, rest, hasScheme := cutScheme(rest)
	if hasScheme && scheme != "http" && scheme != "https" {
		return URL{}, refuse(clean, wrongScheme(scheme, rest, clean))
	}
	if !hasScheme && base.s == "" {
		return URL{}, refuse(clean, "no scheme"+didYouMean(clean))
	}

	slashes := len(rest) - len(strings.TrimLeft(rest, `/\`))
	absolute := hasScheme && scheme != base.Scheme()
	u := URL{host: base.host, hostEnd: base.hostEnd, path: base.path}
	b := make([]byte, 0, len(base.s)+len(clean)+len("https:///"))
	switch {
	case absolute || slashes >= 2:
		if !hasScheme {
			scheme = base.Scheme()
		}
		authority, path := cutAuthority(rest[slashes:])
		var reason string
		if b, reason = u.appendOrigin(b, scheme, authority); reason != "" {
			return URL{}, refuse(clean, reason)
		}
		b = u.appendPath(b, path)
	case slashes == 1:
		b = u.appendPath(append(b, base.s[:base.path]...), rest[1:])
	case rest != "":
		b = u.appendPath(append(b, base.folder()...), rest)
	case hasQuery:
		b = append(b, base.s[:base.query]...)
	default:
		b = append(b, base.s...)
		u.query = base.query
	}
	if u.query == 0 {
		u.query = int32(len(b))
	}
	if hasQuery {
		b = appendEncoded(append(b, '?'), query, inQuery)
	}
	if len(b) > MaxLength {
		return URL{}, refuse(clean, "longer than 64 KiB in canonical form")
	}
	u.s = string(b)
	u.fragment = string(appendEncoded(nil, fragment, inFragment))
	return u, nil
}

// strip takes away what browsers ignore: controls and spaces around a URL, tabs
// and line ends within.
func strip(s string) string {
	start, end := 0, len(s)
	for start < end && s[start] <= ' ' {
		start++
	}
	for start < end && s[end-1] <= ' ' {
		end--
	}
	s = s[start:end]
	if !strings.ContainsAny(s, "\t\r\n") {
		return s
	}
	return strings.NewReplacer("\t", "", "\r", "", "\n", "").Replace(s)
}

// cutScheme cuts s behind the colon of its scheme, which it lower-cases. Without
// one all of s is the rest.
func cutScheme(s string) (scheme, rest string, found bool) {
	for i := range len(s) {
		c := s[i]
		switch {
		case 'a' <= c|0x20 && c|0x20 <= 'z':
		case i > 0 && (isDigit(c) || c == '+' || c == '-' || c == '.'):
		case i > 0 && c == ':':
			return strings.ToLower(s[:i]), s[i+1:], true
		default:
			return "", s, false
		}
	}
	return "", s, false
}

// cutAuthority cuts s at the slash that ends its authority, and drops that slash.
func cutAuthority(s string) (authority, path string) {
	if i := strings.IndexAny(s, `/\`); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// appendOrigin appends scheme, user, host and port and notes their places in u.
// The answer is a reason when the authority is no good.
func (u *URL) appendOrigin(b []byte, scheme, authority string) (_ []byte, reason string) {
	b = append(append(b, scheme...), "://"...)
	hostPort := authority
	if at := strings.LastIndexByte(authority, '@'); at >= 0 {
		b = appendUserinfo(b, authority[:at])
		hostPort = authority[at+1:]
	}
	host, port := cutPort(hostPort)
	host, reason = parseHost(host)
	if reason != "" {
		return nil, reason
	}
	port, reason = parsePort(port)
	if reason != "" {
		return nil, reason
	}
	u.host = int32(len(b))
	b = append(b, host...)
	u.hostEnd = int32(len(b))
	if port != "" && port != defaultPort(scheme) {
		b = append(append(b, ':'), port...)
	}
	u.path = int32(len(b))
	return b, ""
}

func appendUserinfo(b []byte, info string) []byte {
	username, password, _ := strings.Cut(info, ":")
	if username == "" && password == "" {
		return b
	}
	b = appendEncoded(b, username, inUserinfo)
	if password != "" {
		b = appendEncoded(append(b, ':'), password, inUserinfo)
	}
	return append(b, '@')
}

// cutPort cuts at the first colon that is not within an IPv6 address.
func cutPort(hostPort string) (host, port string) {
	brackets := false
	for i := range len(hostPort) {
		switch c := hostPort[i]; {
		case c == '[':
			brackets = true
		case c == ']':
			brackets = false
		case c == ':' && !brackets:
			return hostPort[:i], hostPort[i+1:]
		}
	}
	return hostPort, ""
}

func parsePort(s string) (port, reason string) {
	if strings.Trim(s, "0123456789") != "" {
		return "", "port " + quote(s) + " is not a number"
	}
	trimmed := strings.TrimLeft(s, "0")
	switch {
	case s == "":
		return "", ""
	case trimmed == "":
		return "", "port 0: nothing listens there"
	case len(trimmed) > 5 || len(trimmed) == 5 && trimmed > "65535":
		return "", "port " + quote(s) + " is not from 1 to 65535"
	}
	return trimmed, ""
}

// appendPath appends the segments of path to b, which ends with the folder they
// are relative to, and takes away dot segments.
func (u *URL) appendPath(b []byte, path string) []byte {
	for {
		segment, rest := path, ""
		i := strings.IndexAny(path, `/\`)
		if i >= 0 {
			segment, rest = path[:i], path[i+1:]
		}
		dots := dotSegment(segment)
		if dots == 2 {
			b = b[:u.parent(b)]
		}
		switch {
		case dots == 0:
			b = appendEncoded(append(b, '/'), segment, inPath)
		case i < 0:
			b = append(b, '/')
		}
		if i < 0 {
			return b
		}
		path = rest
	}
}

// parent returns where the last segment of the path in b begins, or b's end when
// there is none.
func (u *URL) parent(b []byte) int {
	for i := len(b) - 1; i >= int(u.path); i-- {
		if b[i] == '/' {
			return i
		}
	}
	return len(b)
}

// dotSegment returns 1 for "." and 2 for "..", percent-encoded or not.
func dotSegment(s string) int {
	dots := 0
	for ; s != ""; dots++ {
		switch {
		case s[0] == '.':
			s = s[1:]
		case len(s) >= 3 && strings.EqualFold(s[:3], "%2e"):
			s = s[3:]
		default:
			return 0
		}
		if dots == 2 {
			return 0
		}
	}
	return dots
}

// wrongScheme says what is wrong with a scheme, or with a host that looks like one.
func wrongScheme(scheme, rest, clean string) string {
	if strings.Contains(scheme, ".") || rest != "" && isDigit(rest[0]) {
		if hint := didYouMean(clean); hint != "" {
			return "no scheme" + hint
		}
	}
	return "scheme " + quote(scheme) + " is not http or https"
}

// didYouMean offers the URL that a line without a scheme may stand for.
func didYouMean(line string) string {
	u, err := parse("https://"+line, URL{})
	if err != nil || strings.IndexAny(line, `/\`) == 0 {
		return ""
	}
	if name := u.Hostname(); !strings.ContainsAny(name, ".:") && name != "localhost" {
		return ""
	}
	return ": did you mean " + printable(u.Redacted(), 200) + "?"
}
