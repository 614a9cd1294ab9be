package cookies

import (
	"errors"
	"iter"
	"net/netip"
	"slices"
	"strings"

	"crawl/fetch/urls"

	"golang.org/x/net/publicsuffix"
)

// origin is what matters of a URL to its cookies.
type origin struct {
	host   string // without port and final dot
	path   string
	secure bool
	ip     bool
}

// origin reads a URL. It reports false when the URL has no cookies.
func (j *Jar) origin(url string) (origin, bool) {
	u, err := urls.Parse(url)
	if err != nil {
		return origin{}, false
	}
	from := origin{host: strings.TrimSuffix(u.Hostname(), "."), path: u.Path()}
	from.ip = isIP(from.host)
	from.secure = u.Scheme() == "https" || isLoopback(from) || j.isSecure(u)
	return from, j.unsafe || !from.ip
}

func isIP(host string) bool {
	if host == "" || !strings.Contains(host, ":") && (host[len(host)-1] < '0' || host[len(host)-1] > '9') {
		return false // a host that ends in a number is an address in canonical URLs
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

// isLoopback reports whether requests to it do not leave the machine.
func isLoopback(o origin) bool {
	if o.ip {
		addr, err := netip.ParseAddr(o.host)
		return err == nil && addr.IsLoopback()
	}
	return o.host == "localhost" || strings.HasSuffix(o.host, ".localhost") // RFC 6761 section 6.3
}

func (j *Jar) isSecure(u urls.URL) bool {
	return slices.ContainsFunc(j.secure, func(s urls.URL) bool {
		return s.Scheme() == u.Scheme() && s.Host() == u.Host()
	})
}

// domains are the domains whose cookies a host is sent: itself, then those above it.
func (o origin) domains() iter.Seq[string] {
	return func(yield func(string) bool) {
		for d, more := o.host, true; more; _, d, more = strings.Cut(d, ".") {
			if !yield(d) || o.ip {
				return
			}
		}
	}
}

// The reasons to refuse a cookie to who sets it.
var (
	errForeign = errors.New("cookie for a domain of others")
	errSecure  = errors.New("secure cookie from an insecure origin")
	errPrefix  = errors.New("cookie that is not what the prefix of its name says")
)

// admit completes a parsed cookie by where it came from, or refuses it (RFC 6265
// section 5.3; prefixes and Secure after RFC 6265bis).
func (o origin) admit(c *Cookie) error {
	named := strings.HasPrefix(c.Path, "/")
	if !named {
		c.Path = strings.Clone(defaultPath(o.path))
	}
	if c.Secure && !o.secure {
		return errSecure
	}
	if !c.hasPrefixRight(named) {
		return errPrefix
	}
	if !c.HostOnly {
		var ok bool
		if c.Domain, ok = canonicalDomain(c.Domain); !ok {
			return errForeign
		}
		if o.host != c.Domain && (o.ip || !strings.HasSuffix(o.host, "."+c.Domain)) {
			return errForeign
		}
		if o.ip || isPublicSuffix(c.Domain) {
			if o.host != c.Domain {
				return errForeign
			}
			c.HostOnly = true
		}
	}
	if c.HostOnly {
		c.Domain = strings.Clone(o.host)
	}
	return c.check()
}

// hasPrefixRight reports whether a cookie whose name begins with __Secure- or
// __Host- is so (RFC 6265bis section 4.1.3).
func (c *Cookie) hasPrefixRight(namesPath bool) bool {
	switch {
	case startsWith(c.Name, "__Host-"):
		return c.Secure && c.HostOnly && c.Path == "/" && namesPath
	case startsWith(c.Name, "__Secure-"):
		return c.Secure
	}
	return true
}

func startsWith(s, prefix string) bool {
	return len(s) >= len(prefix) && strings.EqualFold(s[:len(prefix)], prefix)
}

// isPublicSuffix reports whether a domain is one below which anybody gets a name.
func isPublicSuffix(domain string) bool {
	suffix, _ := publicsuffix.PublicSuffix(domain)
	return suffix == domain
}

// canonicalDomain is a domain as URLs write it. It reports false for what no URL
// has for its host.
func canonicalDomain(domain string) (string, bool) {
	host := domain
	if strings.Contains(domain, ":") {
		host = "[" + domain + "]"
	}
	u, err := urls.Parse("http://" + host + "/")
	if err != nil || "http://"+strings.TrimSuffix(u.Host(), ":80")+"/" != u.String() {
		return "", false // it has a port, a path or worse
	}
	host = u.Hostname()
	return host, !strings.HasPrefix(host, ".") && !strings.HasSuffix(host, ".")
}

// defaultPath is the folder of a request's path (RFC 6265 section 5.1.4).
func defaultPath(path string) string {
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		return path[:i]
	}
	return "/"
}

// pathMatches reports whether a request for path is sent cookies of the folder
// (RFC 6265 section 5.1.4).
func pathMatches(path, folder string) bool {
	if !strings.HasPrefix(path, folder) {
		return false
	}
	return len(path) == len(folder) || strings.HasSuffix(folder, "/") || path[len(folder)] == '/'
}
