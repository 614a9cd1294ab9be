// Package sink holds the words that every sink speaks. A sink stores the bodies
// of a crawl; the sinks themselves live below: [crawl/fetch/sink/dir] keeps one
// file a body.
package sink

import (
	"crypto/sha256"

	"crawl/files"
)

// Stored says where a body went.
type Stored struct {
	Path   string // relative to the crawl's DIR, with slashes; "" when it was not kept
	Bytes  int64
	SHA256 [sha256.Size]byte // of the stored bytes; zero when they were not kept
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
