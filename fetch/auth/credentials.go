package auth

import (
	"encoding/base64"
	"errors"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Credentials are what a user shows to a server, and how. They are values that can
// be compared, and print without their secret. The zero Credentials show nothing.
type Credentials struct {
	scheme string // for people
	atOnce string // value of the Authorization field that is sent unasked, or ""
	digest bool   // challenges of Digest are answered, with:
	user   string
	secret string
}

// Basic sends user and password with each request, readable to all who can read
// the connection (RFC 7617). A user name with a colon, and control characters in
// either, are errors. Text should be UTF-8, and is normalised to NFC; bytes that are
// no UTF-8 are sent as they are, for servers that want another charset.
func Basic(user, password string) (Credentials, error) {
	value, err := EncodeBasic(user, password)
	return Credentials{scheme: "Basic", atOnce: value}, err
}

// Digest sends nothing until the server asks, and then no password but a proof of
// knowing it (RFC 7616). Of several challenges it answers the one with the strongest
// hash. A server that offers nothing but Basic gets no answer. Errors and charset are
// as those of [Basic].
func Digest(user, password string) (Credentials, error) {
	if err := checkLogin(user, password); err != nil {
		return Credentials{}, err
	}
	return Credentials{scheme: "Digest", digest: true, user: norm.NFC.String(user), secret: norm.NFC.String(password)}, nil
}

// Login is [Basic] until the server asks for [Digest]. It is what to do with a user
// and a password of which nothing else is known.
func Login(user, password string) (Credentials, error) {
	c, err := Digest(user, password)
	if err != nil {
		return Credentials{}, err
	}
	c.scheme, c.atOnce = "Login", basic(c.user, c.secret)
	return c, nil
}

// Bearer sends a token with each request (RFC 6750). Whoever reads it can use it: it
// is for https. Tokens in use are wider than the RFC's, so that any of visible ASCII
// characters is valid.
func Bearer(token string) (Credentials, error) {
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return Credentials{}, errors.New("a token must be visible ASCII characters without spaces")
	}
	return Credentials{scheme: "Bearer", atOnce: "Bearer " + token}, nil
}

// EncodeBasic returns the value of an Authorization field for user and password.
// Errors and charset are as those of [Basic].
func EncodeBasic(user, password string) (string, error) {
	if err := checkLogin(user, password); err != nil {
		return "", err
	}
	return basic(norm.NFC.String(user), norm.NFC.String(password)), nil
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// String names the scheme and the user, if there is one, but no secret.
func (c Credentials) String() string {
	return strings.TrimSpace(c.scheme + " " + c.user)
}

// GoString is String, so that %#v shows no secret either.
func (c Credentials) GoString() string { return c.String() }

// checkLogin refuses what RFC 7617 section 2 does, and RFC 7616 section 3.4 too.
func checkLogin(user, password string) error {
	switch {
	case strings.Contains(user, ":"):
		return errors.New("a user name must not contain a colon")
	case hasControl(user) || hasControl(password):
		return errors.New("user name and password must not contain control characters")
	}
	return nil
}

func hasControl(s string) bool {
	return strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}
