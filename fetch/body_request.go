package fetch

import (
	"errors"
	"io"
)

// Body is what a request sends. [Bytes], [Text], [JSON], [Form], [Multipart],
// [Reader], [File] and [Compressed] make one. A Body may serve several requests,
// also at the same time, unless it can be opened but once.
type Body interface {
	// Size is the number of bytes that Open's reader holds, or -1 when that is not
	// known. A known size is sent as Content-Length, and any other number of bytes
	// is an error of [ClassProtocol]; else the body goes in chunks.
	Size() int64
	// Open returns a fresh reader of the whole body each time, so that redirects
	// and repetitions can send it again, or [ErrOnce] when it can't. Close may be
	// called while a Read is under way, which it should end.
	Open() (io.ReadCloser, error)
	// ContentType is the media type, or "" for none.
	ContentType() string
}

// ErrOnce says that a Body was opened before and can't be opened again.
var ErrOnce = errors.New("the request's body can be read only once")

// Replayable reports whether b can be opened now: always, unless it has a method
// Spent() bool that says otherwise. Whoever repeats a request asks first.
func Replayable(b Body) bool {
	once, ok := b.(interface{ Spent() bool })
	return !ok || !once.Spent()
}

// codingOf names the content coding that b has, or "".
func codingOf(b Body) string {
	if c, ok := b.(interface{ ContentEncoding() string }); ok {
		return c.ContentEncoding()
	}
	return ""
}
