package scope

import (
	"slices"
	"strings"

	"crawl/fetch/urls"
)

// Defaults of what looks like a trap, with which hardly a page that people made is
// refused.
const (
	DefaultLength   = 4_000 // as Zeno has it; Heritrix and older browsers end at 2,083
	DefaultSegments = 20    // Heritrix, TooManyPathSegmentsDecideRule
	DefaultRepeats  = 3     // Zeno's path loops; Heritrix, PathologicalPathDecideRule
	DefaultAhead    = 24    // months
)

// trap refuses a URL that looks as if a server had made it up:
//
//   - its path has very many segments;
//   - the same folders come three times in a row ("/ab/cd/ab/cd/ab/cd/"), or one of them
//     four times anywhere, as when relative links are taken for what they are not.
//     Of folders that are numbers or one letter, as stores of many files are laid
//     out, twice as many may be;
//   - the same parameter comes four times with the same value;
//   - it holds something that is escaped four times over, as where a login leads back to
//     itself: each time the URL before it is a parameter;
//   - it is a page of a calendar: see calendar.
func (s *Scope) trap(u urls.URL) (why Refusal, ok bool) {
	path, query := u.Path(), u.RawQuery()
	if strings.Count(strings.TrimSuffix(path, "/"), "/") > s.rules.MaxSegments {
		return s.why.segments, false
	}
	var few [32]string // mostly enough, and on the stack
	folders := split(few[:0], folder(path), '/')
	switch {
	case s.inARow(folders):
		return s.why.inARow, false
	case s.often(folders): // which changes their order
		return s.why.folder, false
	case s.often(split(few[:0], query, '&')):
		return s.why.parameter, false
	case strings.Contains(path, "%252525"), strings.Contains(query, "%252525"):
		return s.why.escapes, false
	}
	return s.calendar(path, query)
}

// split appends the parts of s that are not empty.
func split(parts []string, s string, by byte) []string {
	for s != "" {
		part := s
		if i := strings.IndexByte(s, by); i >= 0 {
			part, s = s[:i], s[i+1:]
		} else {
			s = ""
		}
		if part != "" {
			parts = append(parts, part)
		}
	}
	return parts
}

// longestBlock of folders that is looked for in a row.
const longestBlock = 8

// inARow reports whether folders come MaxRepeats times in a row.
func (s *Scope) inARow(folders []string) bool {
	for block := 1; block <= longestBlock && block <= len(folders)/2; block++ {
		same, large := 0, 0 // folders that are as those a block before; and how far back one is large
		for i := block; i < len(folders); i++ {
			if folders[i] != folders[i-block] {
				same, large = 0, 0
				continue
			}
			same++
			if !small(folders[i]) {
				large = same
			}
			limit := s.rules.MaxRepeats
			if large == 0 {
				limit *= 2
			}
			if same >= block*(limit-1) {
				return true
			}
		}
	}
	return false
}

// often reports whether one of parts is there more than MaxRepeats times. It changes
// their order.
func (s *Scope) often(parts []string) bool {
	if len(parts) <= s.rules.MaxRepeats {
		return false
	}
	slices.Sort(parts)
	for i := s.rules.MaxRepeats; i < len(parts); i++ {
		limit := s.rules.MaxRepeats
		if small(parts[i]) {
			limit *= 2
		}
		if i >= limit && parts[i] == parts[i-limit] {
			return true
		}
	}
	return false
}

// small reports whether a folder is a number or one letter.
func small(folder string) bool {
	return len(folder) == 1 || strings.Trim(folder, "0123456789") == ""
}
