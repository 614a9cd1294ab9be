package auth

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"crawl/fetch/urls"
)

// maxNetrc bounds a netrc file in bytes: the longest are a few kilobytes.
const maxNetrc = 1 << 20

// Netrc holds the logins of a netrc file. It is safe for concurrent use.
type Netrc struct {
	machines map[string]*entry
	fallback *entry // of "default"
}

type entry struct {
	login, account, password string
	credentials              Credentials
}

// name is the login, for which an account stands in where there is none.
func (e *entry) name() string {
	if e.login == "" {
		return e.account
	}
	return e.login
}

// ParseNetrc reads a netrc file: entries of "machine NAME" or "default" with login
// (or user), password and account. Words stand between white space; one in double
// quotes may hold white space, and a backslash takes the character behind it as it
// is. From a "#" in the place of a keyword to the end of its line is a comment. A
// macdef is skipped, to the empty line that ends it. The first entry of a machine
// counts. Errors tell the line or the machine, and no other word of the file.
//
// The file should be readable by its owner only; to check that is for who opens it.
func ParseNetrc(r io.Reader) (*Netrc, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxNetrc+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxNetrc {
		return nil, fmt.Errorf("netrc of more than %d bytes", maxNetrc)
	}
	n := &Netrc{machines: map[string]*entry{}}
	words := &netrcWords{rest: strings.TrimPrefix(string(data), "\ufeff"), line: 1}
	if err := n.read(words); err != nil {
		return nil, fmt.Errorf("netrc line %d: %w", words.line, err)
	}
	for host, e := range n.machines {
		if e.credentials, err = Login(e.name(), e.password); err != nil {
			return nil, fmt.Errorf("netrc machine %q: %w", host, err)
		}
	}
	return n, nil
}

// Lookup returns login and password for a host, a name without port. What "default"
// says is for hosts without an entry. An account stands in for a missing login.
func (n *Netrc) Lookup(host string) (login, password string, ok bool) {
	e := n.machines[strings.ToLower(host)]
	if e == nil {
		e = n.fallback
	}
	if e == nil {
		return "", "", false
	}
	return e.name(), e.password, true
}

// Credentials is a [Lookup]. An entry is a [Login] for its host, by http and by
// https and on any port, since netrc knows neither. "default" is not used: links
// lead to any host, and none should get a password that was not meant for it.
func (n *Netrc) Credentials(u urls.URL) (Credentials, bool) {
	e := n.machines[u.Hostname()]
	if e == nil {
		return Credentials{}, false
	}
	return e.credentials, true
}

func (n *Netrc) read(words *netrcWords) error {
	var current *entry
	for {
		keyword, err := words.keyword()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		switch keyword {
		case "default":
			current = &entry{}
			if n.fallback == nil {
				n.fallback = current
			}
			continue
		case "macdef":
			current = nil
			words.skipMacro()
			continue
		case "machine", "login", "user", "account", "password":
		default:
			return errors.New("a word that is no keyword of netrc")
		}
		value, err := words.value()
		switch {
		case err != nil:
			return err
		case keyword == "machine":
			current = &entry{}
			if host := strings.ToLower(value); n.machines[host] == nil {
				n.machines[host] = current
			}
		case current == nil:
			return fmt.Errorf("%s without a machine", keyword)
		case keyword == "account":
			current.account = value
		case keyword == "password":
			current.password = value
		default:
			current.login = value
		}
	}
}

// netrcWords takes a netrc file apart.
type netrcWords struct {
	rest string
	line int // that rest begins in
}

// keyword returns the next word that is no comment, or io.EOF.
func (w *netrcWords) keyword() (string, error) {
	for w.skipSpace(); strings.HasPrefix(w.rest, "#"); w.skipSpace() {
		end := strings.IndexByte(w.rest, '\n')
		if end < 0 {
			end = len(w.rest)
		}
		w.rest = w.rest[end:]
	}
	if w.rest == "" {
		return "", io.EOF
	}
	return w.word()
}

func (w *netrcWords) value() (string, error) {
	w.skipSpace()
	if w.rest == "" {
		return "", errors.New("a keyword without its value")
	}
	return w.word()
}

// word reads what rest begins with, to white space or the closing quote.
func (w *netrcWords) word() (string, error) {
	var b strings.Builder
	quoted := strings.HasPrefix(w.rest, `"`)
	i := 0
	if quoted {
		i = 1
	}
	for ; i < len(w.rest); i++ {
		c := w.rest[i]
		switch {
		case quoted && c == '"':
			w.skip(i + 1)
			return b.String(), nil
		case !quoted && isSpace(c):
			w.skip(i)
			return b.String(), nil
		case c == '\\' && i+1 < len(w.rest):
			i++
			c = w.rest[i]
		}
		b.WriteByte(c)
	}
	if quoted {
		return "", errors.New("a quote is not closed")
	}
	w.skip(i)
	return b.String(), nil
}

// skipMacro skips to behind the next empty line.
func (w *netrcWords) skipMacro() {
	for w.rest != "" {
		line, _, _ := strings.Cut(w.rest, "\n")
		w.skip(min(len(line)+1, len(w.rest)))
		if strings.TrimSuffix(line, "\r") == "" {
			return
		}
	}
}

func (w *netrcWords) skipSpace() {
	n := 0
	for n < len(w.rest) && isSpace(w.rest[n]) {
		n++
	}
	w.skip(n)
}

func (w *netrcWords) skip(n int) {
	w.line += strings.Count(w.rest[:n], "\n")
	w.rest = w.rest[n:]
}

func isSpace(c byte) bool { return c == ' ' || c == '\t' || c == '\n' || c == '\r' }
