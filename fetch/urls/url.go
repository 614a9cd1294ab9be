// Package urls reads http and https URLs as browsers do, after the WHATWG URL
// standard (https://url.spec.whatwg.org), and prints each in one canonical form:
// lower-case scheme and host, no default port, no dot segments, nothing but
// printable ASCII. What browsers take for one URL prints alike, and the result can
// go on the wire and to a terminal as it is.
//
// Call [Parse] with what a user wrote and [URL.Resolve] with a link or a
// redirect's Location. Both accept what browsers accept, such as backslashes,
// spaces, tabs and line breaks within, IDN, and 0x7f.1 for 127.0.0.1. They differ
// from the standard in this: only http and https are URLs here; port 0 is refused,
// as nothing listens there; so are a URL over [MaxLength] and a host over 1 KiB;
// and bytes of a path or query that are not UTF-8 are percent-encoded one by one,
// as the server that sent them expects, instead of turned into U+FFFD.
//
// The package looks nothing up and judges no address: a URL that leads to a
// private network is as good as any other.
package urls

import "strings"

// MaxLength is the length in bytes of the longest URL, both as it was written
// and in canonical form.
const MaxLength = 64 << 10

// URL is an absolute http or https URL. It is small: copy it. The zero URL is
// empty and only good as a base that resolves nothing but absolute URLs.
// Its methods are safe for concurrent use.
type URL struct {
	s        string // canonical, without fragment
	fragment string

	// Where parts of s begin: scheme://user:password@host:port/path?query
	host, hostEnd, path, query int32
}

// String returns the URL in canonical form, without its fragment, which never
// goes to a server. Parse of it returns an equal URL. It holds the password if
// there is one: see [URL.Redacted].
func (u URL) String() string { return u.s }

// Fragment returns what followed "#", percent-encoded. A redirect hands it on to
// a Location that has none (RFC 9110, section 10.2.2).
func (u URL) Fragment() string { return u.fragment }

// Scheme returns "http" or "https".
func (u URL) Scheme() string {
	scheme, _, _ := strings.Cut(u.s, ":")
	return scheme
}

// Hostname returns the host without port: a name in its ASCII form, an IPv4
// address with four numbers, or an IPv6 address without brackets.
func (u URL) Hostname() string {
	return strings.Trim(u.s[u.host:u.hostEnd], "[]")
}

// Port returns the port to connect to: that of the scheme when the URL names none.
func (u URL) Port() string {
	if u.path > u.hostEnd {
		return u.s[u.hostEnd+1 : u.path]
	}
	return defaultPort(u.Scheme())
}

// Host returns the host with its effective port, "example.com:443" or "[::1]:80":
// what to dial, and the key of politeness. So http and https of one host share it
// only when both name the same port.
func (u URL) Host() string {
	if u.path > u.hostEnd {
		return u.s[u.host:u.path]
	}
	return u.s[u.host:u.hostEnd] + ":" + defaultPort(u.Scheme())
}

// RequestURI returns path and query as they go on the wire.
func (u URL) RequestURI() string { return u.s[u.path:] }

// Path returns the path, percent-encoded. It begins with "/".
func (u URL) Path() string { return u.s[u.path:u.query] }

// RawQuery returns what follows "?", percent-encoded.
func (u URL) RawQuery() string { return strings.TrimPrefix(u.s[u.query:], "?") }

// Userinfo returns user name and password, percent-decoded, and whether the URL
// holds either.
func (u URL) Userinfo() (username, password string, ok bool) {
	info := u.userinfo()
	if info == "" {
		return "", "", false
	}
	username, password, _ = strings.Cut(info, ":")
	return percentDecode(username), percentDecode(password), true
}

// WithoutUserinfo returns the URL without user name and password.
func (u URL) WithoutUserinfo() URL {
	if u.userinfo() == "" {
		return u
	}
	start := u.authority()
	shift := u.host - start
	u.s = u.s[:start] + u.s[u.host:]
	u.host, u.hostEnd, u.path, u.query = start, u.hostEnd-shift, u.path-shift, u.query-shift
	return u
}

// WithUserinfoOf returns the URL with user name and password of other, or as it is
// when other has none. The error, an [*Error], is of a URL that would be too long.
func (u URL) WithUserinfoOf(other URL) (URL, error) {
	info := other.userinfo()
	if info == "" {
		return u, nil
	}
	start := u.authority()
	long, err := Parse(u.s[:start] + info + "@" + u.s[u.host:])
	long.fragment = u.fragment
	return long, err
}

// Redacted returns String with "xxxxx" for the password, fit for logs.
func (u URL) Redacted() string {
	info := u.userinfo()
	username, _, found := strings.Cut(info, ":")
	if !found {
		return u.s
	}
	return u.s[:u.authority()] + username + ":xxxxx" + u.s[u.host-1:]
}

// userinfo returns what stands before "@", still encoded.
func (u URL) userinfo() string {
	if start := u.authority(); u.host > start {
		return u.s[start : u.host-1]
	}
	return ""
}

// authority returns where the part after "://" begins.
func (u URL) authority() int32 {
	if u.s == "" {
		return 0
	}
	return int32(len(u.Scheme()) + len("://"))
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}
