package cookies

import (
	"encoding/json"
	"io"
	"math"
	"strings"
	"unicode/utf8"
)

// jsonFile is the form in which browser drivers keep a session's state.
type jsonFile struct {
	Cookies []jsonCookie `json:"cookies"`
}

type jsonCookie struct {
	Name     string  `json:"name"`
	Value    string  `json:"value"`
	Domain   string  `json:"domain"` // with a dot in front when hosts below it count
	Path     string  `json:"path"`
	Expires  float64 `json:"expires"` // seconds since 1970; -1 for none
	HTTPOnly bool    `json:"httpOnly"`
	Secure   bool    `json:"secure"`
	SameSite string  `json:"sameSite,omitempty"`
}

func (j *Jar) readJSON(data []byte) (skipped int, err error) {
	var file jsonFile
	if err := json.Unmarshal(data, &file); err != nil {
		return 0, err
	}
	for _, c := range file.Cookies {
		if j.Add(c.cookie()) != nil {
			skipped++
		}
	}
	if len(file.Cookies) == skipped && (skipped > 0 || file.Cookies == nil) {
		return skipped, ErrNoCookies
	}
	return skipped, nil
}

func (c *jsonCookie) cookie() Cookie {
	return Cookie{
		Name:     c.Name,
		Value:    c.Value,
		Domain:   c.Domain,
		HostOnly: !strings.HasPrefix(c.Domain, "."),
		Path:     c.Path,
		Expires:  fromUnix(int64(math.Min(c.Expires, float64(forEver.Unix())))),
		HTTPOnly: c.HTTPOnly,
		Secure:   c.Secure,
		SameSite: sameSite(c.SameSite),
	}
}

// WriteJSON writes the jar as {"cookies": [...]}, which browser drivers read as a
// session's state. JSON can't hold bytes that are not UTF-8: cookies with such are
// left out.
func (j *Jar) WriteJSON(w io.Writer) error {
	file := jsonFile{Cookies: []jsonCookie{}}
	for c := range j.All() {
		if !utf8.ValidString(c.Name + c.Value + c.Path) {
			continue
		}
		one := jsonCookie{c.Name, c.Value, c.Domain, c.Path, -1, c.HTTPOnly, c.Secure, c.SameSite}
		if !c.HostOnly {
			one.Domain = "." + c.Domain
		}
		if !c.Expires.IsZero() {
			one.Expires = float64(c.Expires.Unix())
		}
		file.Cookies = append(file.Cookies, one)
	}
	out := json.NewEncoder(w)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	return out.Encode(file)
}
