package main

import (
	"bufio"
	"errors"
	"strings"

	"crawl/fetch/auth"
	"crawl/fetch/urls"
	"crawl/pipeline/stats"
)

// logins collects --user as it is given: what is wrong with one is told by read,
// without the password that the flag's own error would show.
type logins []string

func (l *logins) Set(s string) error {
	*l = append(*l, s)
	return nil
}

func (l *logins) String() string { return "" }
func (l *logins) Type() string   { return "[ORIGIN=]USER" }

// login is one of them.
type login struct {
	origin         string // "" for every origin that a list names
	user, password string
	complete       bool // there was a password, if an empty one
}

// parseLogin reads [ORIGIN=]USER[:PASSWORD]. No user's name begins like a URL.
func parseLogin(text string) (login, error) {
	var l login
	if isURL(text) {
		origin, rest, found := strings.Cut(text, "=")
		if !found {
			return l, errors.New("want a user behind the origin, as in https://example.com=USER")
		}
		l.origin, text = origin, rest
	}
	l.user, l.password, l.complete = strings.Cut(text, ":")
	if l.user == "" && !l.complete {
		return l, errors.New("want [ORIGIN=]USER or @FILE")
	}
	return l, nil
}

// name says which login it is, without its secret.
func (l login) name() string {
	if l.origin == "" {
		return stats.Printable(l.user)
	}
	return stats.Printable(l.user + " of " + urls.Mask(l.origin))
}

// read reads the logins and, for @FILE, those in files, one a line.
func (l logins) read(tell *console) ([]login, error) {
	var all []login
	for _, text := range l {
		file, isFile := strings.CutPrefix(text, "@")
		if !isFile {
			one, err := parseLogin(text)
			if err != nil {
				return nil, usageError("--user: %w", err)
			}
			all = append(all, one)
			continue
		}
		inFile, err := readLogins(file, tell)
		if err != nil {
			return nil, err
		}
		all = append(all, inFile...)
	}
	return all, nil
}

func readLogins(name string, tell *console) ([]login, error) {
	file, err := openSecrets(name, tell)
	if err != nil {
		return nil, inputError("--user: %w", err)
	}
	defer file.Close() // only read
	var all []login
	lines := bufio.NewScanner(file)
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		one, err := parseLogin(line)
		if err != nil {
			return nil, inputError("--user @%s: line %d: %w", name, n, err)
		}
		all = append(all, one)
	}
	if err := lines.Err(); err != nil {
		return nil, inputError("--user: %w", err)
	}
	return all, nil
}

// passwordVariable holds the password of each --user that comes without one.
const passwordVariable = "CRAWL_PASSWORD"

// findPassword completes a login that came without a password.
func (l *login) findPassword(p process, stop <-chan struct{}) (err error) {
	if l.complete {
		return nil
	}
	if l.password, _ = p.env(passwordVariable); l.password != "" {
		return nil
	}
	l.password, err = p.askPassword("password for "+l.name()+": ", stop)
	if errors.Is(err, errNoTerminal) {
		return usageError("--user %s: no password: put it into %s, or into a file for --user @FILE", l.name(), passwordVariable)
	}
	return err
}

// lookup is where package auth finds it.
func (l *login) lookup(listed *origins) (auth.Lookup, error) {
	c, err := auth.Login(l.user, l.password)
	if err != nil {
		return nil, usageError("--user %s: %w", l.name(), err)
	}
	if l.origin == "" {
		return func(u urls.URL) (auth.Credentials, bool) { return c, listed.has(u) }, nil
	}
	lookup, err := auth.Static(l.origin, c)
	if err != nil {
		return nil, usageError("--user: %w", err)
	}
	return lookup, nil
}
