// Package cdxj is the index of WARC files that pywb and other replay tools use: a sorted
// text file with a line for each capture, found by its URL with a binary search.
//
// [Lines] makes the lines of a WARC file, an [Indexer] sorts those of many and writes the
// index whole, and [Open] finds captures in it.
package cdxj

import (
	"context"
	"io"
	"iter"
	"time"

	"crawl/files"
	"crawl/files/warc"
)

// Line is a capture in an index.
type Line struct {
	Key      string    // the URL as [SURT] has it
	Time     time.Time // UTC, to the second
	URL      string
	MIME     string // as the server declared it, or "warc/revisit"
	Status   int    // 0: none
	Digest   string // of the payload
	Length   int64
	Offset   int64
	Filename string
}

// Append appends the line, with the line end behind it.
func (l *Line) Append(b []byte) []byte { panic("under way") }

// Parse reads a line. Fields of other names are passed over, numbers may be strings.
func Parse(line []byte) (Line, error) { panic("under way") }

// SURT is the key under which a URL is found: its host reversed, "com,example)/path?query".
func SURT(url string) string { panic("under way") }

// Lines yields the index lines of the records that r reads: those of responses, revisits
// and resources with a URL. Damage is yielded as an error, and the next record follows.
func Lines(r *warc.Reader, filename string) iter.Seq2[Line, error] { panic("under way") }

// Indexer sorts lines. It is safe for concurrent use.
type Indexer struct{}

// NewIndexer makes an Indexer.
func NewIndexer() *Indexer { panic("under way") }

// Add adds a line.
func (x *Indexer) Add(l Line) error { panic("under way") }

// Write writes all lines to name, whole or not at all, and ends the Indexer.
func (x *Indexer) Write(ctx context.Context, eng files.Engine, name string) error {
	panic("under way")
}

// Close gives memory and disk back, in any case.
func (x *Indexer) Close() error { panic("under way") }

// Index is a sorted index file. It is safe for concurrent use.
type Index struct{}

// Open returns the index in file, of size bytes.
func Open(file io.ReaderAt, size int64) *Index { panic("under way") }

// Lookup yields the captures of a URL, the oldest first.
func (x *Index) Lookup(ctx context.Context, url string) iter.Seq2[Line, error] { panic("under way") }
