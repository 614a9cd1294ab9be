package main

import (
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// pattern is an argument such as "logs/**/*.log", which no shell has replaced by names.
type pattern struct {
	folder string // that it begins with, and below which results mirror what is found
	rest   string
}

func isPattern(arg string) bool { return strings.ContainsAny(arg, "*?[{") }

func newPattern(arg string) pattern {
	folder, rest := doublestar.SplitPattern(filepath.ToSlash(arg))
	return pattern{filepath.FromSlash(path.Clean(folder)), rest}
}

func (p pattern) matches(name string) bool { return doublestar.MatchUnvalidated(p.rest, name) }

// checkPattern refuses a pattern that can match nothing.
func checkPattern(arg string) error {
	p := newPattern(arg)
	if !doublestar.ValidatePattern(p.rest) {
		return usageError("%q is no pattern: see the brackets", arg)
	}
	if info, err := os.Stat(p.folder); err != nil || !info.IsDir() {
		return usageError("no such folder %q, for the pattern %q", p.folder, arg)
	}
	return nil
}
