package auth

import "strings"

// challenge is one of what WWW-Authenticate offers (RFC 9110 section 11.3).
type challenge struct {
	scheme string
	params []param
}

type param struct{ name, value string }

// get returns the first parameter of that name, in any case of letters, or "".
func (c challenge) get(name string) string {
	for _, p := range c.params {
		if strings.EqualFold(p.name, name) {
			return p.value
		}
	}
	return ""
}

// parseChallenges reads the fields of an answer. A field may hold several challenges,
// and each several parameters, all with commas between: a word that "=" follows is a
// parameter, and any other begins the next challenge. What makes no sense is skipped.
func parseChallenges(fields []string) []challenge {
	var all []challenge
	for _, rest := range fields {
		begun := false // a challenge, in this field
		for {
			rest = strings.TrimLeft(rest, " \t,")
			if rest == "" {
				break
			}
			word, after := token(rest)
			if word == "" {
				rest = skipItem(rest)
				continue
			}
			if p, behind, ok := parameter(word, after); ok {
				if begun && p.name != "" {
					last := &all[len(all)-1]
					last.params = append(last.params, p)
				}
				rest = behind
				continue
			}
			all = append(all, challenge{scheme: word})
			begun = true
			rest = skipToken68(after)
		}
	}
	return all
}

// parseParams reads a field that is one list of parameters, such as
// Authentication-Info.
func parseParams(field string) challenge {
	all := parseChallenges([]string{"info " + field})
	if len(all) == 0 {
		return challenge{}
	}
	return all[0]
}

// parameter reads `="value"` or `=value` after name.
func parameter(name, after string) (p param, rest string, ok bool) {
	after = strings.TrimLeft(after, " \t")
	if !strings.HasPrefix(after, "=") {
		return param{}, "", false
	}
	after = strings.TrimLeft(after[1:], " \t")
	if strings.HasPrefix(after, `"`) {
		value, rest, closed := unquote(after)
		if !closed {
			return param{}, "", true
		}
		return param{name, value}, rest, true
	}
	// Servers leave out quotes where they are needed, so more than a token is a value.
	end := strings.IndexAny(after, ", \t")
	if end < 0 {
		end = len(after)
	}
	return param{name, after[:end]}, after[end:], true
}

// skipToken68 returns what follows the token68 after a scheme, when there is one,
// which there is instead of parameters (RFC 9110 section 11.2).
func skipToken68(after string) string {
	word := strings.TrimLeft(after, " \t")
	end := 0
	for end < len(word) && (isAlphanumeric(word[end]) || strings.IndexByte("-._~+/", word[end]) >= 0) {
		end++
	}
	padding := strings.TrimLeft(word[end:], "=")
	rest := strings.TrimLeft(padding, " \t")
	if end == 0 || rest != "" && rest[0] != ',' {
		return after
	}
	return rest
}

// skipItem returns what follows the next comma outside of quotes.
func skipItem(s string) string {
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case ',':
			return s[i:]
		case '"':
			_, rest, _ := unquote(s[i:])
			i = len(s) - len(rest) - 1
		}
	}
	return ""
}

// unquote reads the quoted-string that s begins with (RFC 9110 section 5.6.4), and
// returns what follows it. ok tells whether its closing quote is there.
func unquote(s string) (value, rest string, ok bool) {
	if !strings.HasPrefix(s, `"`) {
		return "", s, false
	}
	plain := strings.IndexAny(s[1:], `"\`) + 1
	if plain > 0 && s[plain] == '"' {
		return s[1:plain], s[plain+1:], true
	}
	var b strings.Builder
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:], true
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return "", "", false
}

// quote writes s as a quoted-string.
func quote(s string) string {
	if !strings.ContainsAny(s, `"\`) {
		return `"` + s + `"`
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s) + `"`
}

// token reads the token that s begins with, if any (RFC 9110 section 5.6.2).
func token(s string) (word, rest string) {
	end := 0
	for end < len(s) && (isAlphanumeric(s[end]) || strings.IndexByte("!#$%&'*+-.^_`|~", s[end]) >= 0) {
		end++
	}
	return s[:end], s[end:]
}

func isAlphanumeric(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}
