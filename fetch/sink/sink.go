// Package sink holds the words that every sink speaks. A sink stores the bodies
// of a crawl; the sinks themselves live below: [crawl/fetch/sink/dir] keeps one
// file a body, [crawl/fetch/sink/warc] whole exchanges in web archives, and
// [crawl/fetch/sink/jsonl] texts and links. [crawl/fetch/sink/joined] joins several.
package sink

import (
	"context"
	"crypto/sha256"

	"crawl/files"
)

// Stored says where a body went.
type Stored struct {
	Path   string // relative to the crawl's DIR, with slashes; "" when it was not kept
	Bytes  int64
	SHA256 [sha256.Size]byte // of the stored bytes; zero when they were not kept

	// WARC and JSONL are where the records about the URL stand in files that many share.
	WARC, JSONL Section
}

// Section is a part of a file. The zero value is none.
type Section struct {
	Path           string // relative to the crawl's DIR, with slashes
	Offset, Length int64
	// Digest is a labelled one of what is there, so that it can be found to be the same:
	// of a payload in a WARC file as that has it, of the bytes in others.
	Digest string
}

// Dropper is a sink that can take back what it has stored.
type Dropper interface {
	Drop(ctx context.Context, stored Stored) error
}

// Error is a fault of the disk, not of the fetch. It ends a crawl, since going on
// would lose what is fetched, unless it is [Error.Local].
type Error struct {
	Path string
	Err  error
	All  bool // no body can be stored: what is wrong is above their folders
}

func (e *Error) Error() string { return "store " + e.Path + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }

// Local reports whether only this one body can't be stored: because of what
// somebody planted at its place, such as a link that leads out of the folder, or
// because its name is too long. Others can, so a crawl goes on.
func (e *Error) Local() bool {
	return !e.All && files.IsLocal(e.Err)
}
