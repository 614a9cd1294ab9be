package crawl

import (
	"context"
	"crypto/sha256"
	"hash"
	"io"
	"sync"

	"crawl/fetch"
	"crawl/fetch/sink"
)

// Discard is a Sink that reads bodies and keeps nothing but their size (--format none).
type Discard struct{}

var _ Sink = Discard{}

// Two sizes of buffer: thousands of small answers may come at once, and large ones
// are read in large pieces.
var (
	smallPieces = sync.Pool{New: func() any { return new([8 << 10]byte) }}
	largePieces = sync.Pool{New: func() any { return new([64 << 10]byte) }}
)

// Put implements [Sink].
func (Discard) Put(_ context.Context, rec *fetch.Record, _ string) (sink.Stored, error) {
	return pour(rec.Body, nil)
}

// Hash is a Sink that keeps nothing but size and SHA-256, to prove that two runs got
// the same bytes.
type Hash struct{}

var _ Sink = Hash{}

// Put implements [Sink].
func (Hash) Put(_ context.Context, rec *fetch.Record, _ string) (sink.Stored, error) {
	h := sha256.New()
	stored, err := pour(rec.Body, h)
	if err == nil {
		h.Sum(stored.SHA256[:0])
	}
	return stored, err
}

// pour reads all of body, for sum if that is not nil.
func pour(body io.Reader, sum hash.Hash) (sink.Stored, error) {
	small := smallPieces.Get().(*[8 << 10]byte)
	defer smallPieces.Put(small)
	piece := small[:]
	var stored sink.Stored
	for {
		n, err := body.Read(piece)
		stored.Bytes += int64(n)
		if sum != nil {
			_, _ = sum.Write(piece[:n]) // never fails
		}
		if err == io.EOF {
			return stored, nil
		}
		if err != nil {
			return sink.Stored{}, err
		}
		if len(piece) == len(small) && stored.Bytes >= int64(len(small)) {
			large := largePieces.Get().(*[64 << 10]byte)
			defer largePieces.Put(large)
			piece = large[:]
		}
	}
}
