package cookies

import (
	"errors"
	"strconv"
	"strings"
	"time"
)

const (
	maxCookie    = 4096 // bytes of name and value (RFC 6265 section 6.1 wants at least these)
	maxAttribute = 1024 // bytes of an attribute's value, as RFC 6265bis has it
)

// Cookie is one cookie. Its strings own their memory.
type Cookie struct {
	Name, Value string

	// Domain is the host that the cookie is for, in lower case and without a dot
	// in front, and unless HostOnly all hosts below it.
	Domain   string
	HostOnly bool

	Path     string    // sent for this path and what lies below it
	Expires  time.Time // zero: the cookie has no end of its own
	Secure   bool      // only sent where nobody listens: see [Options.SecureOrigins]
	HTTPOnly bool      // kept for the browsers that a saved jar goes to
	SameSite string    // "Strict", "Lax", "None" or ""; kept likewise
}

// The reasons not to take a cookie.
var (
	errControl = errors.New("control character in a cookie")
	errName    = errors.New("cookie without a name")
	errTooLong = errors.New("cookie of more than 4 KiB")
)

// Parse reads the value of one Set-Cookie field (RFC 6265 section 5.2), as lenient
// as browsers are. Domain and Path are what the field says and may be empty; who
// may set such a cookie is for [Jar.SetCookies] to judge. Expires comes from
// Max-Age where there is one; that of a cookie to delete lies in the past.
func Parse(setCookie string) (Cookie, error) {
	if strings.ContainsFunc(setCookie, isControl) {
		return Cookie{}, errControl
	}
	pair, attributes, _ := strings.Cut(setCookie, ";")
	name, value, found := strings.Cut(pair, "=")
	name, value = trim(name), trim(value)
	if !found || name == "" {
		return Cookie{}, errName
	}
	if len(name)+len(value) > maxCookie {
		return Cookie{}, errTooLong
	}
	c := Cookie{HostOnly: true}
	c.Name, c.Value = own(name, value)
	c.readAttributes(attributes)
	return c, nil
}

func (c *Cookie) readAttributes(attributes string) {
	var maxAge bool
	for attributes != "" {
		var one string
		one, attributes, _ = strings.Cut(attributes, ";")
		name, value, _ := strings.Cut(one, "=")
		if name, value = trim(name), trim(value); len(value) > maxAttribute {
			continue
		}
		switch strings.ToLower(name) {
		case "expires":
			if t, ok := parseDate(value); ok && !maxAge {
				c.Expires = t
			}
		case "max-age":
			if t, ok := parseMaxAge(value); ok {
				c.Expires, maxAge = t, true
			}
		case "domain":
			if value = strings.TrimPrefix(value, "."); value != "" {
				c.Domain, c.HostOnly = strings.ToLower(strings.Clone(value)), false
			}
		case "path":
			c.Path = ""
			if strings.HasPrefix(value, "/") {
				c.Path = strings.Clone(value)
			}
		case "secure":
			c.Secure = true
		case "httponly":
			c.HTTPOnly = true
		case "samesite":
			c.SameSite = sameSite(value)
		}
	}
}

// sameSite is value as it is written usually, or "" when it means nothing.
func sameSite(value string) string {
	for _, known := range []string{"Strict", "Lax", "None"} {
		if strings.EqualFold(value, known) {
			return known
		}
	}
	return ""
}

// parseMaxAge reads seconds from now (RFC 6265 section 5.2.2). Too many for a
// number are for ever.
func parseMaxAge(s string) (time.Time, bool) {
	digits := strings.TrimPrefix(s, "-")
	if digits == "" || strings.Trim(digits, "0123456789") != "" {
		return time.Time{}, false
	}
	seconds, _ := strconv.ParseInt(s, 10, 64) // clamps what is out of range
	if seconds <= 0 {
		return longAgo, true
	}
	now := time.Now()
	if seconds >= forEver.Unix()-now.Unix() {
		return forEver, true
	}
	return time.Unix(now.Unix()+seconds, int64(now.Nanosecond())), true
}

// expired reports whether the cookie's end has come.
func (c *Cookie) expired(now time.Time) bool {
	return !c.Expires.IsZero() && !now.Before(c.Expires)
}

// check says whether a cookie can be sent as it is and be read back from a file.
func (c *Cookie) check() error {
	switch {
	case c.Name == "":
		return errName
	case strings.ContainsFunc(c.Name+c.Value+c.Domain+c.Path, isControl):
		return errControl
	case strings.ContainsAny(c.Name, "=;\t") || strings.Contains(c.Value, ";") ||
		c.Name != trim(c.Name) || c.Value != trim(c.Value):
		return errors.New("cookie that can't be told from others once it is sent")
	case len(c.Name)+len(c.Value) > maxCookie:
		return errTooLong
	case !strings.HasPrefix(c.Path, "/") || strings.Contains(c.Path, "\t"):
		return errors.New("cookie with a path that no URL has")
	case len(c.Path) > maxAttribute || len(c.Domain) > maxAttribute:
		return errors.New("cookie with an endless path or domain")
	}
	return nil
}

// own copies name and value into memory of their own, so that a cookie does not
// keep alive the head that it came in.
func own(name, value string) (string, string) {
	both := name + value
	return both[:len(name)], both[len(name):]
}

func trim(s string) string { return strings.Trim(s, " \t") }

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }
