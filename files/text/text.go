// Package text reads and writes text files: characters of any charset that the web
// knows, with the line ends of any system, as Python's open does in text mode.
//
// Start with [NewReader] or [NewWriter] around any stream, such as an open
// [files.File]. Charsets come from golang.org/x/text, whose WHATWG index (htmlindex)
// knows their names. There is no position to tell or to seek to: a character is no
// fixed number of bytes. Who needs one keeps that of the stream beneath.
package text

import (
	"fmt"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/htmlindex"
)

// Errors says what becomes of bytes that are no text in the charset, and of
// characters that it does not have.
type Errors int

// The kinds of leniency.
const (
	Strict  Errors = iota // an [*Error] ends reading or writing
	Replace               // U+FFFD takes the place in reading, "?" in writing
	Ignore                // they are left out
)

// Newline says what ends a line.
type Newline int

// The line ends. A reader that is given one of the last three knows only that one, and
// tells it as it is; a writer puts it where "\n" is written.
const (
	Universal Newline = iota // "\n", "\r" and "\r\n" are read as "\n"; written is that of the system
	Raw                      // the three are known and told as they are; written is what is given
	LF
	CR
	CRLF
)

// Options say what kind of text it is. The zero value is UTF-8, strict, universal.
type Options struct {
	Encoding string // a WHATWG label, such as "windows-1252"; "" is UTF-8
	Errors   Errors
	Newline  Newline
}

// Error says that there is something else than text in the charset.
type Error struct {
	Encoding string
	Op       string // read, write
}

func (e *Error) Error() string {
	if e.Op == "write" {
		return "what is to be written is no text in " + e.Encoding
	}
	return "not a text in " + e.Encoding
}

// lookup finds a charset.
func lookup(label string) (encoding.Encoding, string, error) {
	if label == "" {
		label = "utf-8"
	}
	enc, err := htmlindex.Get(label)
	if err != nil {
		return nil, "", fmt.Errorf("unknown encoding %q", label)
	}
	name, err := htmlindex.Name(enc)
	if err != nil {
		name = label
	}
	return enc, name, nil
}
