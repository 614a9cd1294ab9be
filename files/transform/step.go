package transform

import (
	"context"
	"hash"
	"io"
)

// File is what a step may know of a file besides its bytes.
type File struct {
	Name        string // with slashes, below whatever folder
	ContentType string // as a server or an earlier step declared it; "" when nobody did
}

// Step is one transform, with its options settled. It is safe for concurrent use.
type Step struct {
	// Name is the step as a record tells it, in one canonical form: "gzip=6".
	Name string

	// Becomes tells what the step makes of a name and a type; nil: both stay.
	Becomes func(File) File

	// Run reads in to its end and writes the result to out, in pieces of some size: a
	// Write may cost a switch to another step. An error of in or out ends Run, which
	// may return it in any wrapping. What is wrong with the bytes is an [*Error]; its
	// Step may be left out.
	Run func(ctx context.Context, f File, in io.Reader, out io.Writer) error

	// Files is how many files, pipes among them, Run may have open at once.
	Files int

	// Memory is what Run may hold for a large file, in bytes; 0: a few blocks, of a MiB
	// together at most.
	Memory int64

	// Sum makes the step a checksum: it changes nothing, has no Run, and stands at the
	// end of a chain.
	Sum *Checksum
}

// Checksum is a sum over the bytes that leave a chain.
type Checksum struct {
	Algorithm string // as in "sha256", the key of a record
	File      string // that lists the sums, such as "SHA256SUMS"
	New       func() hash.Hash

	// AppendLine appends the line of a file to those of File, as the program that checks
	// them takes it.
	AppendLine func(line, sum []byte, name string) []byte
}

// Kind says what is wrong with a file's bytes.
type Kind string

// The kinds.
const (
	Corrupt     Kind = "corrupt"     // not what the step takes, or damaged
	Truncated   Kind = "truncated"   // cut short
	Encoding    Kind = "encoding"    // text that is not in the charset it should be in
	TooLarge    Kind = "too_large"   // a step made more of it than is allowed
	Unsupported Kind = "unsupported" // well-formed, as far as is known, and of a sort that the step can't do
	Command     Kind = "command"     // a program that the step ran has failed
)

// Error says that a step could not do its work on a file, and why.
type Error struct {
	Step   string // its Name; filled in by [Chain.Run]
	Kind   Kind
	Err    error
	Stderr string // what a program said, its last 4 KiB
}

func (e *Error) Error() string { return e.Step + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }
