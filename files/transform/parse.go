package transform

import (
	"fmt"
	"strings"
)

// Spec is a kind of step that [Parse] knows.
type Spec struct {
	Name string // as in a chain
	Arg  string // the form of its option, such as "1-9", in brackets where it may be left out; "" for none
	Help string // in a few words
	make func(arg string) (Step, error)
}

// Specs lists the steps there are, in the order of a help text.
func Specs() []Spec {
	return []Spec{
		{"copy", "", "the bytes as they are", newCopy},
		{"html-to-markdown", "", "a page as Markdown", newMarkdown},
		{"text", "", "the main text of a page", newText},
		{"links", "", "the links of a page, one a line", newLinks},
		{"json", "FORM", "JSON as pretty, compact, jsonl, array or csv, or from-csv", newJSON},
		{"resize", "WxH[:fill]", "a picture that fits into a box, or fills it", newResize},
		{"convert", "png|jpeg[:1-100]|webp", "a picture in another format", newConvert},
		{"exec", "CMD ARGS", "what a program makes of it", newExec},
	}
}

// ParseError is a text that is no chain.
type ParseError struct {
	Step string // the part that is wrong
	Err  error
}

func (e *ParseError) Error() string { return fmt.Sprintf("step %q: %v", e.Step, e.Err) }
func (e *ParseError) Unwrap() error { return e.Err }

// Parse makes a chain of steps with commas between them: NAME, NAME=OPTION or
// NAME:OPTION. A comma that belongs to an option has a backslash before it. Its errors
// are [*ParseError].
func Parse(text string) (Chain, error) {
	var c Chain
	for _, part := range split(text) {
		step, err := parseStep(part)
		switch {
		case err != nil:
			return Chain{}, &ParseError{part, err}
		case step.Sum != nil:
			c.sums = append(c.sums, step)
		case len(c.sums) > 0:
			return Chain{}, &ParseError{part, fmt.Errorf("stands behind the checksum %s, which must be last", c.sums[0].Name)}
		default:
			c.steps = append(c.steps, step)
		}
	}
	return c, nil
}

func parseStep(part string) (Step, error) {
	name, arg := part, ""
	if i := strings.IndexAny(part, "=:"); i >= 0 {
		name, arg = part[:i], part[i+1:]
	}
	for _, s := range Specs() {
		if s.Name != name {
			continue
		}
		if s.Arg == "" && name != part {
			return Step{}, fmt.Errorf("takes no option")
		}
		return s.make(arg)
	}
	return Step{}, fmt.Errorf("there is no such step")
}

// split cuts text at its commas, and takes the backslash from those that stay.
func split(text string) []string {
	var parts []string
	var part strings.Builder
	for i := 0; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text) && text[i+1] == ',':
			i++
			part.WriteByte(',')
		case text[i] == ',':
			parts = append(parts, strings.TrimSpace(part.String()))
			part.Reset()
		default:
			part.WriteByte(text[i])
		}
	}
	return append(parts, strings.TrimSpace(part.String()))
}
