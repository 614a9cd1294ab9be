package cdxj

import (
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"golang.org/x/net/idna"
)

// SURT is the key under which an index has a URL: the host from its end, the path and
// the query, in lower case, without what mostly does not tell pages apart.
//
//	https://www.Example.com:443/Docs/?b=2&a=1#top    com,example)/docs?a=1&b=2
//	http://example.com:8080/a/../b                   com,example:8080)/b
//	dns:example.com                                  dns:example.com
//
// It is what the surt module of the Internet Archive makes, which pywb and cdxj-indexer
// use: "www", "www2" and so on go, and user names, default ports, fragments, slashes at the
// end of a path and some names of sessions; escapes are undone, however often they were
// made, and then made once where they must be; parameters are sorted. So several URLs may
// share a key, and who wants one of them compares [Line.URL]. "-" stands for no URL.
func SURT(url string) string {
	url = strings.NewReplacer("\t", "", "\n", "", "\r", "").Replace(strings.TrimSpace(url))
	if url == "" {
		return "-"
	}
	scheme, rest, found := cutScheme(url)
	if !found {
		scheme, rest = "http", "//"+url
	}
	if scheme == "filedesc" {
		return escaped(url)
	}
	if !strings.HasPrefix(rest, "//") && scheme != "http" && scheme != "https" {
		return scheme + ":" + strings.ToLower(escaped(rest))
	}
	rest = strings.TrimLeft(rest, "/")
	for { // "http://https://example.com/", which happens
		again, inner, found := cutScheme(rest)
		if !found || again != "http" && again != "https" || !strings.HasPrefix(inner, "//") {
			break
		}
		scheme, rest = again, inner[2:]
	}
	rest, _, _ = strings.Cut(rest, "#")
	rest, query, _ := strings.Cut(rest, "?")
	authority, path, _ := strings.Cut(rest, "/")
	return surtHost(scheme, authority) + ")" + surtPath(path) + surtQuery(query)
}

// cutScheme cuts the scheme from a URL, and gives it in lower case (RFC 3986, section 3.1).
func cutScheme(url string) (scheme, rest string, found bool) {
	scheme, rest, found = strings.Cut(url, ":")
	if !found || scheme == "" || !letter(scheme[0]) {
		return "", url, false
	}
	for i := range len(scheme) {
		if c := scheme[i]; !letter(c) && (c < '0' || c > '9') && c != '+' && c != '-' && c != '.' {
			return "", url, false
		}
	}
	return strings.ToLower(scheme), rest, true
}

func letter(c byte) bool { return 'a' <= c|0x20 && c|0x20 <= 'z' }

func digits(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// surtHost is the host from its end, with the port unless it is the scheme's own.
func surtHost(scheme, authority string) string {
	host := authority[strings.LastIndexByte(authority, '@')+1:]
	port := ""
	if at := strings.LastIndexByte(host, ':'); at > strings.LastIndexByte(host, ']') && (host[at+1:] == "" || digits(host[at+1:])) {
		host, port = host[:at], strings.TrimLeft(host[at+1:], "0")
	}
	if scheme == "http" && port == "80" || scheme == "https" && port == "443" {
		port = ""
	}
	host = strings.ToLower(unescaped(host))
	if ascii, err := idna.ToASCII(host); err == nil {
		host = ascii
	}
	host = strings.Trim(strings.ReplaceAll(host, "..", "."), ".[]")
	if n, err := strconv.ParseUint(host, 10, 64); err == nil { // an address as one number
		host = netip.AddrFrom4([4]byte{byte(n >> 24), byte(n >> 16), byte(n >> 8), byte(n)}).String()
	}
	host = escaped(withoutWWW(host))
	labels := strings.Split(host, ".")
	slices.Reverse(labels)
	if host = strings.Join(labels, ","); port != "" {
		host += ":" + port
	}
	return host
}

// withoutWWW cuts "www." and "www2." from a host.
func withoutWWW(host string) string {
	if rest, found := strings.CutPrefix(host, "www"); found {
		if rest, found = strings.CutPrefix(strings.TrimLeft(rest, "0123456789"), "."); found {
			return rest
		}
	}
	return host
}

// sessionPaths are paths with a part that names a session of ASP.NET.
var sessionPaths = expressions(
	`(?i)^(.*/)\((?:[a-z]\([0-9a-z]{24}\))+\)/([^?]+\.aspx.*)$`,
	`(?i)^(.*/)\([0-9a-z]{24}\)/([^?]+\.aspx.*)$`,
)

// expressions compiles them once they are asked for, which most runs do not.
func expressions(all ...string) func() []*regexp.Regexp {
	return sync.OnceValue(func() []*regexp.Regexp {
		compiled := make([]*regexp.Regexp, len(all))
		for i, one := range all {
			compiled[i] = regexp.MustCompile(one)
		}
		return compiled
	})
}

// surtPath is a path that began with a slash.
func surtPath(path string) string {
	var kept []string
	parts := strings.Split(unescaped(path), "/")
	for i, part := range parts {
		last := i == len(parts)-1
		switch {
		case part == "." || part == "" && !last:
		case part == ".." && len(kept) > 0:
			kept = kept[:len(kept)-1]
		default:
			kept = append(kept, part)
		}
	}
	path = "/" + strings.ToLower(escaped(strings.Join(kept, "/")))
	if strings.Contains(path, ".aspx") {
		for _, session := range sessionPaths() {
			path = session.ReplaceAllString(path, "$1$2")
		}
	}
	if len(path) > 1 {
		path = strings.TrimSuffix(path, "/")
	}
	return path
}

// sessionQueries are queries with parameters that name a session.
var sessionQueries = expressions(
	`(?i)^(.*)jsessionid=[0-9a-z]{32}(?:&(.*))?$`,
	`(?i)^(.*)phpsessid=[0-9a-z]{32}(?:&(.*))?$`,
	`(?i)^(.*)sid=[0-9a-z]{32}(?:&(.*))?$`,
	`(?i)^(.*)aspsessionid[a-z]{8}=[a-z]{24}(?:&(.*))?$`,
	`(?i)^(.*)cfid=[^&]+&cftoken=[^&]+(?:&(.*))?$`,
)

// surtQuery is a query with its parameters in order, and the question mark before it.
func surtQuery(query string) string {
	query = escaped(unescaped(query))
	if lower := strings.ToLower(query); strings.Contains(lower, "id=") || strings.Contains(lower, "sessionid") {
		for _, session := range sessionQueries() {
			query = session.ReplaceAllString(query, "$1$2")
		}
	}
	if query = strings.ToLower(query); query == "" {
		return ""
	}
	parameters := strings.Split(query, "&")
	slices.SortFunc(parameters, func(a, b string) int {
		nameA, valueA, hasA := strings.Cut(a, "=")
		nameB, valueB, hasB := strings.Cut(b, "=")
		if c := strings.Compare(nameA, nameB); c != 0 {
			return c
		}
		if hasA != hasB { // the one without a value first
			return strings.Compare(a, b)
		}
		return strings.Compare(valueA, valueB)
	})
	return "?" + strings.Join(parameters, "&")
}

// unescaped undoes escapes until there are none, for some are escaped twice and more.
func unescaped(s string) string {
	for strings.Contains(s, "%") {
		once := unescapedOnce(s)
		if once == s {
			break
		}
		s = once
	}
	return s
}

func unescapedOnce(s string) string {
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if c, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil && s[i+1] != '+' && s[i+1] != '-' {
				b = append(b, byte(c))
				i += 2
				continue
			}
		}
		b = append(b, s[i])
	}
	return string(b)
}

// escaped escapes what is no visible ASCII, and the signs # and %.
func escaped(s string) string {
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len(s))
	for i := range len(s) {
		if c := s[i]; c <= ' ' || c >= 0x7f || c == '#' || c == '%' {
			b = append(b, '%', hex[c>>4], hex[c&15])
		} else {
			b = append(b, c)
		}
	}
	return string(b)
}
