package fetch

import (
	"io"
	"sync/atomic"
)

// oneTime is a body that can be opened but once.
type oneTime struct {
	r      io.Reader
	size   int64
	opened atomic.Bool
}

// Reader is a body read from r, of size bytes, or of -1 when that is not known. It
// can be sent once: a redirect that asks for it again is an error. It is closed
// after use if it is an [io.Closer]. Closing should end a Read under way, as it does
// on pipes and connections: a request that ends before its body can't wait for it.
func Reader(r io.Reader, size int64) Body { return &oneTime{r: r, size: size} }

// Size implements [Body].
func (o *oneTime) Size() int64 { return max(o.size, -1) }

// ContentType implements [Body].
func (o *oneTime) ContentType() string { return "application/octet-stream" }

// Open implements [Body].
func (o *oneTime) Open() (io.ReadCloser, error) {
	if o.opened.Swap(true) {
		return nil, ErrOnce
	}
	if rc, ok := o.r.(io.ReadCloser); ok {
		return rc, nil
	}
	return io.NopCloser(o.r), nil
}

// Spent reports whether the body was opened: see [Replayable].
func (o *oneTime) Spent() bool { return o.opened.Load() }
