package cache

import (
	"context"
	"errors"
	"io"
	"time"

	"crawl/fetch"
)

// Store keeps answers with their bodies. [Memory] and [Disk] are stores.
// Implementations are safe for concurrent use, and may forget whatever they like.
type Store interface {
	// Load returns the answers that are stored for a URL, the newest last: one for
	// each variant. None is no error. The caller does not change them.
	Load(ctx context.Context, url string) ([]Answer, error)
	// Open streams the body of an answer, checked to be whole. It returns an error
	// when the body is there no more.
	Open(ctx context.Context, a Answer) (io.ReadCloser, error)
	// Create begins a body.
	Create(ctx context.Context) (Draft, error)
	// Update replaces what is stored for a URL by what change makes of it, whole or
	// not at all; no other Update or Commit of that URL comes in between. change
	// returns a new slice and adds no bodies; nothing is left when it returns none.
	Update(ctx context.Context, url string, change func([]Answer) []Answer) error
}

// Draft is a body on its way into a store, for one goroutine. Either Commit or
// Abort ends it.
type Draft interface {
	// Write answers [ErrTooLarge] to a body that the store does not want.
	io.Writer
	// Commit stores a as an answer to url, with what was written as its body, in
	// place of the answer of the same variant. It fills in a's Bytes and SHA256.
	Commit(ctx context.Context, url string, a Answer) error
	Abort()
}

// ErrTooLarge says that a body is larger than a store's limit for one.
var ErrTooLarge = errors.New("the body is too large for the cache")

// Answer is a stored answer without its body.
type Answer struct {
	// Variant tells the answers of one URL apart: a digest of the request fields
	// that the answer's Vary names, and "" without Vary.
	Variant string

	Proto  string
	Status int
	Reason string
	Header fetch.Header

	Requested, Received time.Time // when it, or its last validation, was asked for and came

	Bytes  int64  // of the body, decoded
	SHA256 string // of the body, in hex
}

// maxVariants bounds what is stored for one URL: a server whose answers vary with
// more than that gains nothing from a cache.
const maxVariants = 16

// added is answers with a as the newest, in place of the one of the same variant.
func added(answers []Answer, a Answer) []Answer {
	kept := make([]Answer, 0, len(answers)+1)
	for _, old := range answers {
		if old.Variant != a.Variant {
			kept = append(kept, old)
		}
	}
	kept = append(kept, a)
	return kept[max(0, len(kept)-maxVariants):]
}
