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

// Usage is how the step is written: "gzip[=1-9]".
func (s Spec) Usage() string {
	switch {
	case s.Arg == "":
		return s.Name
	case s.Arg[0] == '[':
		return s.Name + "[=" + s.Arg[1:]
	}
	return s.Name + "=" + s.Arg
}

// Specs lists the steps there are, in the order of a help text.
func Specs() []Spec {
	return []Spec{
		{"copy", "", "the bytes as they are", newCopy},
		{"gzip", "[1-9]", "compress to .gz; 6 is the default", newGzip},
		{"gunzip", "", "undo gzip", newGunzip},
		{"zstd", "[1-22]", "compress to .zst; 3 is the default", newZstd},
		{"unzstd", "", "undo zstd", newUnzstd},
		{"br", "[0-11]", "compress to .br; 11 is the default", newBrotli},
		{"unbr", "", "undo br", newUnbrotli},
		{"utf8", "[CHARSET][:replace]", "text from any charset, or the one found, to UTF-8", newUTF8},
		{"lines", "grep:REGEX|drop:REGEX|dedupe|sort|unique", "keep, drop or order lines", newLines},
		{"replace", "/REGEX/TEXT/[i]", "replace all matches in each line; $1 is a group", newReplace},
		{"html-to-markdown", "", "a page as Markdown", newMarkdown},
		{"text", "", "the main text of a page", newText},
		{"links", "", "the links of a page, one a line", newLinks},
		{"json", "FORM", "JSON as pretty, compact, jsonl, array or csv, or from-csv", newJSON},
		{"resize", "WxH[:fill]", "a picture that fits into a box, or fills it", newResize},
		{"convert", "png|jpeg[:1-100]|webp", "a picture in another format", newConvert},
		{"warc-extract", "[tar|jsonl]", "the pages of a WARC in a tar, or a JSON line each", newWARCExtract},
		{"exec", "CMD ARGS", "what a program makes of it", newExec},
		{"sha256", "", "list checksums in SHA256SUMS, as sha256sum does", newSHA256},
		{"blake3", "", "list checksums in B3SUMS, as b3sum does", newBLAKE3},
		{"xxh3", "", "list checksums in XXH128SUMS, as xxhsum -H2 does", newXXH3},
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
// NAME:OPTION. A comma that belongs to an option has a backslash before it, and a
// backslash that stands before a comma is written twice; others stand for themselves.
// White space around names is ignored. Its errors are [*ParseError].
func Parse(text string) (Chain, error) {
	var c Chain
	for _, part := range split(text) {
		step, err := parseStep(part)
		if err == nil {
			err = c.add(step)
		}
		if err != nil {
			return Chain{}, &ParseError{strings.TrimSpace(part), err}
		}
	}
	return c, nil
}

func parseStep(part string) (Step, error) {
	name, arg := part, ""
	if i := strings.IndexAny(part, "=:"); i >= 0 {
		name, arg = part[:i], part[i+1:]
	}
	name = strings.TrimSpace(name)
	for _, s := range Specs() {
		if s.Name != name {
			continue
		}
		if s.Arg == "" && name != strings.TrimSpace(part) {
			return Step{}, fmt.Errorf("takes no option")
		}
		return s.make(arg)
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
