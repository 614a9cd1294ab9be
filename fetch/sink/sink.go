// Package sink holds the words that every sink speaks. A sink stores the bodies
// of a crawl; the sinks themselves live below: [crawl/fetch/sink/dir] keeps one
// file a body.
package sink

import "crypto/sha256"

// Stored says where a body went.
type Stored struct {
	Path   string // relative to the crawl's DIR, with slashes; "" when it was not kept
	Bytes  int64
	SHA256 [sha256.Size]byte // of the stored bytes; zero when they were not kept
}

// Error is a fault of the disk, not of the fetch. It ends a crawl, since going on
// would lose what is fetched.
type Error struct {
	Path string
	Err  error
}

func (e *Error) Error() string { return "store " + e.Path + ": " + e.Err.Error() }
func (e *Error) Unwrap() error { return e.Err }
