package batch

import (
	"time"

	"crawl/files/journal"
)

// Schema is the version of [Line]'s meaning. The first line of a journal carries it.
const Schema = 1

// Kind is the kind of a transform's journal, which its first line names.
const Kind = "transform"

// Outcome says how an input ended.
type Outcome string

// The outcomes. An input has exactly one in a run.
const (
	Transformed Outcome = "transformed"
	Unchanged   Outcome = "unchanged" // since an earlier run, whose line still holds: it gets no new one
	Skipped     Outcome = "skipped"   // no regular file
	TooLarge    Outcome = "too_large" // a step made more of it than is allowed
	Failed      Outcome = "failed"
)

// Line is one record of a transform: what became of one input. The last one about
// an input and the same steps counts.
//
// Input and Path may hold any bytes. Where they are not UTF-8, which JSON cannot
// carry, the line has them readable, with U+FFFD for what cannot be read, and whole
// in base64 as "input_raw" and "path_raw".
type Line struct {
	Input      string            `json:"input"`            // as the user would type it where he ran the command
	URL        string            `json:"url,omitempty"`    // of the input, when a crawl had stored it
	Steps      string            `json:"steps"`            // in canonical form, such as "gunzip,zstd=9"
	Outcome    Outcome           `json:"outcome"`          // of all steps
	Reason     string            `json:"reason,omitempty"` // one clear line for people
	ErrorClass string            `json:"error_class,omitempty"`
	InputBytes int64             `json:"input_bytes"`
	InputXXH3  string            `json:"input_xxh3,omitempty"` // 128 bits, in hex, of what was read
	Path       string            `json:"path,omitempty"`       // of the output, relative to DIR, with slashes; none for checksums alone
	Bytes      int64             `json:"bytes"`                // of the output
	XXH3       string            `json:"xxh3,omitempty"`       // 128 bits, in hex, of the output
	Sums       map[string]string `json:"sums,omitempty"`       // in hex, by the step's name, such as "sha256"
	Stderr     string            `json:"stderr,omitempty"`     // the last 4 KiB of what a program complained
	Started    time.Time         `json:"started,omitzero"`
	Total      float64           `json:"total_ms"`
	Run        string            `json:"run,omitempty"`
}

// Format is a transform's kind of journal. The outputs stand beside files that may
// be somebody else's, so nothing is removed for not being recorded.
var Format = &journal.Format[Line]{
	Kind:     Kind,
	Schema:   Schema,
	Replaces: true,
	Append:   appendLine,
	Shorten:  shorten,
	Parse:    parseRecord,
	Key:      Key,
	Claim: func(l *Line) journal.Claim {
		return journal.Claim{Path: l.Path, Bytes: l.Bytes, Sum: l.XXH3, Hash: journal.XXH3}
	},
}

// Key is what a line is found by: its input and its steps.
func Key(l *Line) string { return KeyOf(l.Input, l.Steps) }

// KeyOf is the [Key] of the lines about an input and steps in canonical form.
func KeyOf(input, steps string) string { return input + " (" + steps + ")" }
