package auth

import (
	"context"
	"crypto/md5"
	"crypto/rand"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"hash"
	"io"
	"strconv"
	"strings"
	"sync/atomic"

	"crawl/fetch"
	"crawl/fetch/urls"

	"golang.org/x/net/http/httpguts"
)

// algorithm is a hash of Digest.
type algorithm struct {
	name     string // as the server spells it, "-sess" included; "" when it names none
	session  bool   // -sess: the key holds both nonces
	strength int
	new      func() hash.Hash
}

// algorithms are those of RFC 7616 section 6.1, and three that servers invented.
// SHA-512-256 is the function of that name and no truncated SHA-512, as the example
// in RFC 7616 section 3.9.2 has it: erratum 4897.
var algorithms = map[string]algorithm{
	"MD5":         {strength: 1, new: md5.New},
	"SHA":         {strength: 2, new: sha1.New},
	"SHA-256":     {strength: 3, new: sha256.New},
	"SHA256":      {strength: 3, new: sha256.New},
	"SHA-512-256": {strength: 4, new: sha512.New512_256},
	"SHA-512":     {strength: 5, new: sha512.New},
	"SHA512":      {strength: 5, new: sha512.New},
}

func algorithmNamed(name string) (algorithm, bool) {
	base, session := strings.CutSuffix(strings.ToUpper(name), "-SESS")
	if base == "" {
		base = "MD5" // RFC 7616 section 3.3
	}
	a, known := algorithms[base]
	a.name, a.session = name, session
	return a, known
}

// hex hashes parts with colons between.
func (a algorithm) hex(parts ...string) string {
	h := a.new()
	h.Write([]byte(strings.Join(parts, ":")))
	return hex.EncodeToString(h.Sum(nil))
}

// terms are what a server and a user agree on.
type terms struct {
	algorithm
	realm, nonce, opaque string
	domain               string
	qop                  string // auth, auth-int, or "" for a server of before RFC 2617
	stale                bool   // the server refused the nonce and not the password
	user                 string // parameters that name the user
	secret               string // H(user:realm:password)
}

// session is the answer to one challenge of Digest, for all requests that may show
// it. Only its count changes.
type session struct {
	terms
	key    string // H(A1)
	cnonce string // one for the session, so that there is one key with -sess too
	count  atomic.Uint32
}

func newSession(t terms, cnonce string) *session {
	s := &session{terms: t, key: t.secret, cnonce: cnonce}
	if t.session {
		s.key = t.hex(t.secret, t.nonce, cnonce)
	}
	return s
}

// challenged returns the session for the strongest challenge of Digest in an answer,
// or nil when there is none that can be answered.
func challenged(c Credentials, h fetch.Header) *session {
	var best terms
	var from challenge
	for _, offer := range parseChallenges(h.Values("WWW-Authenticate")) {
		if t, ok := understand(offer); ok && t.strength > best.strength {
			best, from = t, offer
		}
	}
	if best.strength == 0 {
		return nil
	}
	best.introduce(c, from)
	return newSession(best, rand.Text())
}

// maxValue bounds what is remembered and sent back of a challenge.
const maxValue = 4 << 10

// understand reads a challenge. It is not ok when there is no answer to it.
func understand(offer challenge) (t terms, ok bool) {
	if !strings.EqualFold(offer.scheme, "Digest") {
		return terms{}, false
	}
	var known, offered bool
	t.algorithm, known = algorithmNamed(offer.get("algorithm"))
	t.qop, offered = chooseQop(offer.get("qop"))
	t.realm, t.nonce, t.opaque = offer.get("realm"), offer.get("nonce"), offer.get("opaque")
	t.domain = offer.get("domain")
	t.stale = strings.EqualFold(offer.get("stale"), "true")
	sane := fit(t.realm) && fit(t.nonce) && fit(t.opaque) && fit(t.domain)
	return t, known && offered && sane && t.nonce != ""
}

// fit reports whether value can be kept and sent back.
func fit(value string) bool {
	return len(value) <= maxValue && httpguts.ValidHeaderFieldValue(value)
}

// chooseQop takes "auth" where it is offered: far more servers get it right than
// "auth-int", and TLS protects bodies better.
func chooseQop(list string) (qop string, ok bool) {
	if strings.Trim(list, " \t,") == "" {
		return "", true
	}
	for item := range strings.SplitSeq(list, ",") {
		switch strings.ToLower(strings.Trim(item, " \t")) {
		case "auth":
			return "auth", true
		case "auth-int":
			qop, ok = "auth-int", true
		}
	}
	return qop, ok
}

// introduce computes how the user is named and proven (RFC 7616 sections 3.4.2 and
// 3.4.4).
func (t *terms) introduce(c Credentials, offer challenge) {
	switch {
	case strings.EqualFold(offer.get("userhash"), "true"):
		t.user = `username="` + t.hex(c.user, t.realm) + `", userhash=true`
	case strings.EqualFold(offer.get("charset"), "UTF-8") && !isASCII(c.user):
		t.user = "username*=UTF-8''" + percentEncode(c.user)
	default:
		t.user = "username=" + quote(c.user)
	}
	t.secret = t.hex(c.user, t.realm, c.secret)
}

func isASCII(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r >= 0x80 })
}

// percentEncode writes s as RFC 8187 section 3.2.1 does.
func percentEncode(s string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; isAlphanumeric(c) || strings.IndexByte("!#$&+-.^_`|~", c) >= 0 {
			b.WriteByte(c)
		} else {
			b.WriteString("%" + strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
	}
	return b.String()
}

// answer returns the value of the Authorization field for one request. bodyHash is
// that of the request's body, and counts for auth-int only.
func (s *session) answer(method, target, bodyHash string) string {
	var b strings.Builder
	b.Grow(512)
	b.WriteString("Digest ")
	b.WriteString(s.user)
	b.WriteString(", realm=" + quote(s.realm) + ", nonce=" + quote(s.nonce) + ", uri=" + quote(target))
	if s.name != "" {
		b.WriteString(", algorithm=" + s.name)
	}
	request := s.hex(method, target)
	if s.qop == "auth-int" {
		request = s.hex(method, target, bodyHash)
	}
	if s.qop == "" {
		b.WriteString(`, response="` + s.hex(s.key, s.nonce, request) + `"`)
		if s.session {
			b.WriteString(`, cnonce="` + s.cnonce + `"`)
		}
	} else {
		nc := eightDigits(s.count.Add(1))
		b.WriteString(`, response="` + s.hex(s.key, s.nonce, nc, s.cnonce, s.qop, request) + `"`)
		b.WriteString(`, qop=` + s.qop + `, nc=` + nc + `, cnonce="` + s.cnonce + `"`)
	}
	if s.opaque != "" {
		b.WriteString(", opaque=" + quote(s.opaque))
	}
	return b.String()
}

func eightDigits(n uint32) string {
	const zeros = "00000000"
	digits := strconv.FormatUint(uint64(n), 16)
	return zeros[len(digits):] + digits
}

// fits reports whether an answer for a request with body b can be made: auth-int
// needs the bytes before they are sent, and so twice.
func (s *session) fits(b fetch.Body) bool {
	_, once := b.(interface{ Spent() bool }) // see fetch.Replayable
	return s.qop != "auth-int" || !once
}

// bodyHash is what auth-int has of a request's body, nil for none. It is "" when
// the body can't be read, which the client will find out too, and report.
func (s *session) bodyHash(ctx context.Context, b fetch.Body) string {
	if s.qop != "auth-int" {
		return ""
	}
	if b == nil {
		return s.hex()
	}
	r, err := b.Open()
	if err != nil {
		return ""
	}
	untie := context.AfterFunc(ctx, func() { r.Close() })
	defer func() {
		if untie() {
			r.Close()
		}
	}()
	h := s.new()
	if _, err := io.Copy(h, r); err != nil {
		return ""
	}
	return hex.EncodeToString(h.Sum(nil))
}

// covers reports whether u is in the protection space that the server names: below
// one of the URLs in domain, or anywhere on its origin (RFC 7616 section 3.3).
func (s *session) covers(u urls.URL) bool {
	if s.domain == "" {
		return true
	}
	for item := range strings.FieldsSeq(s.domain) {
		base, err := u.Resolve(item)
		if err == nil && base.Scheme() == u.Scheme() && base.Host() == u.Host() && below(u.Path(), base.Path()) {
			return true
		}
	}
	return false
}

func below(path, base string) bool {
	rest, ok := strings.CutPrefix(path, base)
	return ok && (rest == "" || rest[0] == '/' || strings.HasSuffix(base, "/"))
}
