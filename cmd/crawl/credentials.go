package main

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"

	"crawl/fetch/auth"
	"crawl/fetch/cookies"

	"github.com/spf13/pflag"
)

// credentials are the settings of who we are to servers.
type credentials struct {
	netrc     bool
	netrcFile string
	cookieJar string
}

func (c *credentials) define(fs *pflag.FlagSet) {
	fs.BoolVar(&c.netrc, "netrc", false, "log in as ~/.netrc says, or the file that NETRC names")
	fs.StringVar(&c.netrcFile, "netrc-file", "", "log in as `FILE` says, which is like ~/.netrc")
	fs.StringVar(&c.cookieJar, "cookie-jar", "", "keep cookies in `FILE`, in Netscape's form or as JSON by its name")
}

// lookups are where to look credentials up; those in a URL come before.
func (c *credentials) lookups(p process, tell *console) ([]auth.Lookup, error) {
	name := c.netrcFile
	if name == "" && c.netrc {
		name = netrcName(p)
	}
	if name == "" {
		return nil, nil
	}
	file, err := os.Open(name)
	if errors.Is(err, fs.ErrNotExist) && c.netrcFile == "" {
		return nil, nil
	}
	if err != nil {
		return nil, inputError("netrc: %w", plainError(err))
	}
	defer file.Close() // only read
	if info, err := file.Stat(); err == nil && runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		tell.say("%s: others can read the passwords in it: chmod 600 would stop them", name)
	}
	netrc, err := auth.ParseNetrc(file)
	if err != nil {
		return nil, inputError("%s: %w", name, err)
	}
	return []auth.Lookup{netrc.Credentials}, nil
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
	if err := jar.Save(context.WithoutCancel(ctx), c.cookieJar); err != nil {
		return outputError("--cookie-jar %s: %w", c.cookieJar, plainError(err))
	}
	return nil
}
