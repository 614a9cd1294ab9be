package crawl

import (
	"context"
	"io"
	"sync"

	"crawl/fetch"
	"crawl/fetch/sink"
)

// Discard is a Sink that reads bodies and keeps nothing but their size (--format none).
type Discard struct{}

var _ Sink = Discard{}

var discardBuffers = sync.Pool{New: func() any { return new([64 << 10]byte) }}

// Put implements [Sink].
func (Discard) Put(_ context.Context, rec *fetch.Record, _ string) (sink.Stored, error) {
	buf := discardBuffers.Get().(*[64 << 10]byte)
	defer discardBuffers.Put(buf)
	var stored sink.Stored
	for {
		n, err := rec.Body.Read(buf[:])
		stored.Bytes += int64(n)
		if err == io.EOF {
			return stored, nil
		}
		if err != nil {
			return sink.Stored{}, err
		}
	}
}
