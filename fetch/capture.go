package fetch

import (
	"cmp"
	"errors"
	"io"
	"net/netip"
	"sync/atomic"
	"time"
)

// Recorder makes captures and recordings, which share an allowance of memory. It is safe for
// concurrent use.
type Recorder struct {
	// Spill opens an empty file for a message that there is no memory for. Many may call
	// it at once.
	Spill func() (Spill, error)
	// Memory is how many bytes all captures may hold together. Default 64 MiB; a single
	// message takes at most 1 MiB of it.
	Memory int64

	used atomic.Int64
}

// Spill is a file that nobody else sees and that is gone when it is closed.
type Spill interface {
	io.ReaderAt
	io.WriterAt
	io.Closer
}

// Capture returns an empty Capture, to be closed after use.
func (r *Recorder) Capture() *Capture { return &Capture{recorder: r} }

// Recording returns an empty Recording, to be closed after use.
func (r *Recorder) Recording() *Recording { return &Recording{recorder: r} }

// take asks for n bytes of the allowance.
func (r *Recorder) take(n int64) bool {
	if r.used.Add(n) <= cmp.Or(r.Memory, 64<<20) {
		return true
	}
	r.used.Add(-n)
	return false
}

// Capture has what went over the wire for a [Request] that names it: an [Exchange] for
// each hop of its redirects and each repetition, as far as they were answered. It is for
// one request at a time, and to be looked at when the body of that one is closed or has
// been read to its end.
type Capture struct {
	recorder  *Recorder
	exchanges []*Exchange
}

// Exchanges are those that there were, in their order. They are valid until Close.
func (c *Capture) Exchanges() []*Exchange { return c.exchanges }

// Close gives memory and files back. A nil Capture may be closed.
func (c *Capture) Close() {
	if c == nil {
		return
	}
	for _, x := range c.exchanges {
		x.close()
	}
	c.exchanges = nil
}

// Begin returns an Exchange that [Exchange.Answered] will add to c; nil of a nil Capture.
// It is for clients, which are also to call its Sent and Received as bytes go by, and its
// End or Drop; each of them does nothing to a nil Exchange.
func (c *Capture) Begin(req *Request) *Exchange {
	if c == nil {
		return nil
	}
	x := &Exchange{
		Method: method(req), URL: req.URL, Started: time.Now(), capture: c,
		Request: Recording{recorder: c.recorder}, Answer: Recording{recorder: c.recorder},
	}
	if n := len(req.Via); n > 0 {
		x.Via = req.Via[n-1].URL
	}
	return x
}

// Exchange is a request and its answer, byte for byte, as they were within TLS and
// before any decoding: what an archive keeps. Informational answers (1xx) are left out.
//
// HTTP/2 has no such bytes. For [crawl/fetch/standard] they are those of the same
// messages in HTTP/1.1, without a coding of transfer.
type Exchange struct {
	Method     string
	URL        string // with the password that it had
	Via        string // URL that redirected here, with its password; "" when none did
	Status     int
	Header     Header // of the answer
	Proto      string // that was spoken: "HTTP/1.1", "HTTP/2.0"
	Started    time.Time
	RemoteAddr netip.AddrPort // of the server, or of the proxy in between
	Request    Recording
	Answer     Recording
	HeadSize   int64 // of Answer, the empty line included

	// Cut says why Answer is not whole: the error of its body, which is of
	// [ClassCancelled] when it was closed before its end. It is nil when Answer is whole.
	Cut error

	capture *Capture
}

// Err says why not all of it could be kept, such as a full disk; nil when it could.
func (x *Exchange) Err() error { return errors.Join(x.Request.err, x.Answer.err) }

// Sent records a piece of the request.
func (x *Exchange) Sent(p []byte) {
	if x != nil {
		x.Request.write(p)
	}
}

// SentAnew says that the request is sent once more, from its beginning.
func (x *Exchange) SentAnew() {
	if x != nil {
		x.Request.rewind()
	}
}

// Received records a piece of what the server sends.
func (x *Exchange) Received(p []byte) {
	if x != nil {
		x.Answer.write(p)
	}
}

// Answered says that the final answer's head is there, headSize bytes with its empty
// line, of which ahead bytes more were received already.
func (x *Exchange) Answered(rec *Record, headSize, ahead int) {
	if x == nil {
		return
	}
	x.Status, x.Header, x.Proto, x.Started, x.RemoteAddr, x.HeadSize = rec.Status, rec.Header, rec.Proto, rec.Started, rec.RemoteAddr, int64(headSize)
	x.Answer.beginAt(x.Answer.size - int64(headSize+ahead))
	x.capture.exchanges = append(x.capture.exchanges, x)
}

// End says how the answer's body ended: with io.EOF, or why not. The last excess bytes
// that were received are not its.
func (x *Exchange) End(err error, excess int) {
	if x == nil {
		return
	}
	if err != io.EOF {
		x.Cut, excess = err, 0
	}
	x.Request.seal(0)
	x.Answer.seal(int64(excess))
}

// Drop forgets an exchange without an answer.
func (x *Exchange) Drop() {
	if x != nil {
		x.close()
	}
}

func (x *Exchange) close() {
	x.Request.close()
	x.Answer.close()
}
