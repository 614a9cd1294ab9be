package journal

import (
	"crypto/sha256"
	"hash"
	"io"

	"github.com/zeebo/xxh3"
)

// Crawl is the kind of a journal whose first line names none.
const Crawl = "crawl"

// Format says what the lines of one kind of journal are. Its functions are called
// from many goroutines at once; they may keep neither the line nor the text.
type Format[L any] struct {
	Kind     string // of journal, one word for people: "crawl"
	Schema   int    // the version of what L means, from 1
	Bodies   string // the folder whose files are all this journal's; none when empty
	Replaces bool   // the last line of a key or a path counts, and those before do not

	// Append appends l as one line with its newline. Where schema is not 0 the line
	// is the journal's first, and carries it as the number "schema" and, unless it is
	// Crawl, the Kind as the text "kind".
	Append func(b []byte, l *L, schema int) []byte
	// Shorten returns a copy of l that Append writes in less than a MiB.
	Shorten func(l *L) *L
	// Parse reads a line, without its newline, into l, over what an earlier line left
	// there. It fails for what is no record of this kind.
	Parse func(text string, l *L) error
	// Key returns what only one line may be about, or only the last with Replaces; ""
	// for a line that may stand beside any other.
	Key func(l *L) string
	// Claim returns the file that l vouches for; one without a path is none.
	Claim func(l *L) Claim
	// Sections appends what else l vouches for, in files that many lines share, to what
	// is given. It may be nil.
	Sections func(into []Section, l *L) []Section
}

// Section is what a line says of a part of a file.
type Section struct {
	Path          string // relative to the engine's root, with slashes
	Offset, Bytes int64
	// Check reads the section and returns what is wrong with it, nil when nothing is. What
	// the disk gives for an error it returns as it is.
	Check func(section *io.SectionReader) error
}

// Claim is what a line says of the file that it names.
type Claim struct {
	Path  string // relative to the engine's root, with slashes
	Bytes int64
	Sum   string // of the file's content, in small hex digits
	Hash  Hash   // by which it was made
}

// Hash names a way to sum up a file's content.
type Hash string

// The hashes that [Verify] knows.
const (
	SHA256 Hash = "sha256"
	XXH3   Hash = "xxh3" // 128 bits, without a seed
)

// New returns a new state of the hash, or nil for one that is not known.
func (h Hash) New() hash.Hash {
	switch h {
	case SHA256:
		return sha256.New()
	case XXH3:
		return xxh3.New128()
	}
	return nil
}
