package transform

import (
	"fmt"
	"strings"
)

// ParseError is a text that is no chain.
type ParseError struct {
	Step string // the part that is wrong
	Err  error
}

func (e *ParseError) Error() string { return fmt.Sprintf("step %q: %v", e.Step, e.Err) }
func (e *ParseError) Unwrap() error { return e.Err }

// Parse makes a chain of steps with commas between them: NAME, NAME=OPTION or
// NAME:OPTION. A comma that belongs to an option has a backslash before it, and a
// backslash that stands before a comma is written twice; others stand for themselves.
// White space around names is ignored. Its errors are [*ParseError].
func (set Set) Parse(text string) (Chain, error) {
	var c Chain
	for _, part := range split(text) {
		step, err := set.step(part)
		if err == nil {
			err = c.add(step)
		}
		if err != nil {
			return Chain{}, &ParseError{strings.TrimSpace(part), err}
		}
	}
	return c, nil
}

// step makes the step that part names.
func (set Set) step(part string) (Step, error) {
	name, arg := part, ""
	if i := strings.IndexAny(part, "=:"); i >= 0 {
		name, arg = part[:i], part[i+1:]
	}
	name = strings.TrimSpace(name)
	for _, s := range set {
		if s.Name != name {
			continue
		}
		if s.Arg == "" && name != strings.TrimSpace(part) {
			return Step{}, fmt.Errorf("takes no option")
		}
		return s.New(arg)
	}
	return Step{}, fmt.Errorf("there is no such step")
}

// split cuts text at its commas.
func split(text string) []string {
	var parts []string
	var part strings.Builder
	for {
		comma := strings.IndexByte(text, ',')
		if comma < 0 {
			return append(parts, part.String()+text)
		}
		before := strings.TrimRight(text[:comma], `\`)
		backslashes := text[len(before):comma]
		part.WriteString(before + backslashes[:len(backslashes)/2])
		if len(backslashes)%2 == 1 {
			part.WriteByte(',')
		} else {
			parts = append(parts, part.String())
			part.Reset()
		}
		text = text[comma+1:]
	}
}

// join is the reverse of split.
func join(parts []string) string {
	var text strings.Builder
	for i, part := range parts {
		if i > 0 {
			text.WriteByte(',')
		}
		for comma := strings.IndexByte(part, ','); comma >= 0; comma = strings.IndexByte(part, ',') {
			text.WriteString(doubled(part[:comma]) + `\,`)
			part = part[comma+1:]
		}
		if i < len(parts)-1 {
			part = doubled(part)
		}
		text.WriteString(part)
	}
	return text.String()
}

// doubled doubles the backslashes at the end of s, for a comma follows.
func doubled(s string) string { return s + s[len(strings.TrimRight(s, `\`)):] }
