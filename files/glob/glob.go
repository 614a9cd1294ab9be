// Package glob finds the names that a pattern stands for, by a parallel walk that
// enters no folder in which nothing can match.
//
// Patterns are those of github.com/bmatcuk/doublestar, which is here because the
// standard library knows no "**": "*" and "?" stay within an element, "[a-z]" is one
// character, "{a,b}" either, "**" any number of folders, and "\" takes the meaning
// from what follows. Names that begin with a dot are names like others.
//
// Start with [Glob], or with [Open] for more names than fit into memory.
package glob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"crawl/files/walk"

	"github.com/bmatcuk/doublestar/v4"
)

// ErrPattern says that a pattern is none.
var ErrPattern = errors.New("not a pattern: a bracket or brace is left open, or a \\ ends it")

// Source hands out what matches: its Next may be called by many goroutines at once.
type Source struct {
	walker  *walk.Walker
	pattern string
}

// Glob returns the paths below the folder dir that match, sorted. Like the glob of
// other tools it passes over what can't be read; to hear of that use [Open].
func Glob(ctx context.Context, dir, pattern string) ([]string, error) {
	s, err := Open(ctx, dir, pattern, walk.Options{})
	if err != nil {
		return nil, err
	}
	defer s.Close() // nothing was written
	var found []string
	for {
		e, err := s.Next(ctx)
		if err == io.EOF {
			slices.Sort(found)
			return found, nil
		}
		if err != nil {
			return nil, err
		}
		if e.Err == nil {
			found = append(found, e.Path)
		}
	}
}

// Open starts a search below the folder dir, which ends with ctx or by Close. Entries
// with an error are handed out whether they match or not, as what is below them might.
func Open(ctx context.Context, dir, pattern string, opt walk.Options) (*Source, error) {
	pattern = path.Clean(filepath.ToSlash(pattern))
	if !doublestar.ValidatePattern(pattern) {
		return nil, fmt.Errorf("%q: %w", pattern, ErrPattern)
	}
	skip := opt.Skip
	opt.Skip = func(e walk.Entry) bool {
		return skip != nil && skip(e) || !mayHold(pattern, e.Path) && !doublestar.MatchUnvalidated(pattern, e.Path)
	}
	w, err := walk.Open(ctx, dir, opt)
	if err != nil {
		return nil, err
	}
	return &Source{w, pattern}, nil
}

// Next returns a match, or [io.EOF] after the last.
func (s *Source) Next(ctx context.Context) (walk.Entry, error) {
	for {
		e, err := s.walker.Next(ctx)
		if err != nil || e.Err != nil || doublestar.MatchUnvalidated(s.pattern, e.Path) {
			return e, err
		}
	}
}

// Close ends the search and waits for its workers.
func (s *Source) Close() error { return s.walker.Close() }

// mayHold reports whether a folder can hold matches: whether its elements match the
// first ones of the pattern. It need not know: where braces or escapes are, which may
// hide a slash, it says yes.
func mayHold(pattern, folder string) bool {
	if strings.ContainsAny(pattern, `{[\`) {
		return true
	}
	for {
		first, rest, more := strings.Cut(pattern, "/")
		if first == "**" {
			return true
		}
		name, below, deeper := strings.Cut(folder, "/")
		if !more || !doublestar.MatchUnvalidated(first, name) {
			return false
		}
		if !deeper {
			return true
		}
		pattern, folder = rest, below
	}
}

// Is reports whether text has a character that means more than itself in a pattern.
func Is(text string) bool { return strings.ContainsAny(text, "*?[{") }

// Split cuts a pattern into the folder that it begins with, "." for none, and a pattern
// below that.
func Split(text string) (dir, pattern string) {
	dir, pattern = doublestar.SplitPattern(filepath.ToSlash(text))
	return filepath.FromSlash(path.Clean(dir)), pattern
}

// Valid reports whether a pattern is one.
func Valid(pattern string) bool { return doublestar.ValidatePattern(pattern) }
