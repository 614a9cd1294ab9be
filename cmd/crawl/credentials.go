package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"crawl/fetch"
	"crawl/fetch/auth"
	"crawl/fetch/cookies"

	"github.com/spf13/pflag"
)

// credentials are the settings of who we are to servers.
type credentials struct {
	users     logins
	netrc     bool
	netrcFile string
	cookieJar string
}

func (c *credentials) define(fs *pflag.FlagSet) {
	fs.Var(&c.users, "user", "log in at ORIGIN (https://example.com=me), or at all that is listed; the password follows as :PASS, is in CRAWL_PASSWORD, or asked for; @FILE has one a line; repeatable")
	fs.BoolVar(&c.netrc, "netrc", false, "log in as ~/.netrc says, or the file that NETRC names")
	fs.StringVar(&c.netrcFile, "netrc-file", "", "log in as `FILE` says, which is like ~/.netrc")
	fs.StringVar(&c.cookieJar, "cookie-jar", "", "keep cookies in `FILE`, in Netscape's form or as JSON by its name")
}

// check refuses two ways of saying who we are.
func (c *credentials) check(h fetch.Header) error {
	if len(c.users) > 0 && h.Has("Authorization") {
		return usageError("--user and -H Authorization exclude each other")
	}
	return nil
}

// given reports whether there are any.
func (c *credentials) given() bool {
	return len(c.users) > 0 || c.netrc || c.netrcFile != "" || c.cookieJar != ""
}

// layers log in; the outer one takes note of what is listed. Who a URL itself names
// comes before --user, and that before a netrc file. A closed stop ends the question
// for a password.
func (c *credentials) layers(p process, stop <-chan struct{}, tell *console) (outer, inner fetch.Layer, err error) {
	listed := newOrigins()
	lookups, anywhere, err := c.logins(p, stop, tell, listed)
	if err != nil {
		return nil, nil, err
	}
	netrc, err := c.openNetrc(p, tell)
	if err != nil {
		return nil, nil, err
	}
	if outer = asIs; anywhere {
		outer = listed.layer
	}
	return outer, auth.Layer(append(lookups, netrc...)...), nil
}

// asIs is a Layer that is none.
func asIs(next fetch.Fetcher) fetch.Fetcher { return next }

// logins are where to look up what --user says: first those that name an origin,
// then the one for all that is listed, if there is one.
func (c *credentials) logins(p process, stop <-chan struct{}, tell *console, listed *origins) (lookups []auth.Lookup, anywhere bool, err error) {
	all, err := c.users.read(tell)
	if err != nil {
		return nil, false, err
	}
	var last auth.Lookup
	for _, l := range all {
		if l.origin == "" && last != nil {
			return nil, false, usageError("--user %s: another is for all that is listed already", l.name())
		}
		if err := l.findPassword(p, stop); err != nil {
			return nil, false, err
		}
		lookup, err := l.lookup(listed)
		if err != nil {
			return nil, false, err
		}
		if l.origin == "" {
			last = lookup
			continue
		}
		lookups = append(lookups, lookup)
	}
	if last == nil {
		return lookups, false, nil
	}
	return append(lookups, last), true, nil
}

// openNetrc reads the netrc file that is asked for; there may be none in the usual
// place.
func (c *credentials) openNetrc(p process, tell *console) ([]auth.Lookup, error) {
	name := c.netrcFile
	if name == "" && c.netrc {
		name = netrcName(p)
	}
	if name == "" {
		return nil, nil
	}
	file, err := openSecrets(name, tell)
	if errors.Is(err, fs.ErrNotExist) && c.netrcFile == "" {
		return nil, nil
	}
	if err != nil {
		return nil, inputError("netrc: %w", err)
	}
	defer file.Close() // only read
	netrc, err := auth.ParseNetrc(file)
	if err != nil {
		return nil, inputError("%s: %w", name, err)
	}
	return []auth.Lookup{netrc.Credentials}, nil
}

// openSecrets opens a file of passwords, and warns when not only its owner can.
func openSecrets(name string, tell *console) (*os.File, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := file.Stat(); err == nil && runtime.GOOS != "windows" && info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0 {
		tell.say("%s: others can read the passwords in it: chmod 600 would stop them", name)
	}
	return file, nil
}

// netrcName is where a user has his netrc: where curl looks for it.
func netrcName(p process) string {
	if name, ok := p.env("NETRC"); ok && name != "" {
		return name
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	if runtime.GOOS == "windows" {
		return filepath.Join(home, "_netrc")
	}
	return filepath.Join(home, ".netrc")
}

// openJar reads the cookies that are there; nil when none are to be kept. Hosts may
// be addresses, as for curl.
func (c *credentials) openJar(ctx context.Context, tell *console) (*cookies.Jar, error) {
	if c.cookieJar == "" {
		return nil, nil
	}
	jar := cookies.New(cookies.Options{Unsafe: true})
	skipped, err := jar.Load(ctx, c.cookieJar)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, inputError("--cookie-jar %s: %w", c.cookieJar, plainError(err))
	}
	if skipped > 0 {
		tell.say("%s: %d lines are no cookies and are left out", c.cookieJar, skipped)
	}
	return jar, nil
}

// saveJar keeps the cookies for the next run.
func (c *credentials) saveJar(ctx context.Context, jar *cookies.Jar) error {
	if jar == nil {
		return nil
	}
	if err := jar.Save(ctx, c.cookieJar); err != nil {
		return outputError("--cookie-jar %s: %w", c.cookieJar, plainError(err))
	}
	return nil
}
