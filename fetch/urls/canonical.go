package urls

import "strings"

// canonical reads a URL that is in canonical form already, but for a fragment or
// a missing "/" after the host, and reports whether it is. Nearly all URLs of
// lists and pages are, and cost one pass over a byte table here. What it refuses
// may still be a good URL, which parse can tell; what it accepts, parse gives
// back the same.
func canonical(s string) (URL, bool) {
	if len(s) >= MaxLength {
		return URL{}, false
	}
	var start int
	var port string
	switch {
	case strings.HasPrefix(s, "http://"):
		start, port = len("http://"), "80"
	case strings.HasPrefix(s, "https://"):
		start, port = len("https://"), "443"
	default:
		return URL{}, false
	}

	i := start
	for i < len(s) && class[s[i]]&inName != 0 {
		i++
	}
	u := URL{host: int32(start), hostEnd: int32(i)}
	if !canonicalHost(s[start:i]) {
		return URL{}, false
	}
	if i < len(s) && s[i] == ':' {
		for i++; i < len(s) && isDigit(s[i]); i++ {
		}
		if !canonicalPort(s[u.hostEnd+1:i], port) {
			return URL{}, false
		}
	}

	u.path = int32(i)
	if i == len(s) {
		s += "/"
	}
	for i < len(s) && s[i] == '/' {
		i++
		if i < len(s) && (s[i] == '.' || s[i] == '%') {
			return URL{}, false // may be a dot segment
		}
		for i < len(s) && class[s[i]]&inPath != 0 {
			i++
		}
	}
	if int(u.path) == i {
		return URL{}, false
	}
	u.query = int32(i)
	if i < len(s) && s[i] == '?' {
		for i++; i < len(s) && class[s[i]]&inQuery != 0; i++ {
		}
	}
	u.s = s[:i]
	if i < len(s) && s[i] == '#' {
		for i++; i < len(s) && class[s[i]]&inFragment != 0; i++ {
		}
		u.fragment = s[len(u.s)+1 : i]
	}
	return u, i == len(s)
}

// canonicalHost reports whether a host of nothing but name bytes is a plain name
// or an IPv4 address in its only good form.
func canonicalHost(host string) bool {
	if host == "" || len(host) > maxHost {
		return false
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	if last == "" {
		return false
	}
	return !isDigit(last[0]) || isDottedQuad(host)
}

// isDottedQuad reports whether s is four numbers from 0 to 255 without leading zeros.
func isDottedQuad(s string) bool {
	numbers := 0
	for i := 0; ; i++ {
		start, n := i, 0
		for ; i < len(s) && isDigit(s[i]) && i-start < 3; i++ {
			n = n*10 + int(s[i]-'0')
		}
		if i == start || n > 255 || s[start] == '0' && i-start > 1 {
			return false
		}
		numbers++
		if i == len(s) {
			return numbers == 4
		}
		if s[i] != '.' || numbers == 4 {
			return false
		}
	}
}

// canonicalPort reports whether digits are a port without leading zeros that is
// not the scheme's own.
func canonicalPort(digits, schemes string) bool {
	if digits == "" || digits[0] == '0' || digits == schemes {
		return false
	}
	return len(digits) < 5 || len(digits) == 5 && digits <= "65535"
}
