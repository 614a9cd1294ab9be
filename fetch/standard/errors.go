package standard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"

	"crawl/fetch"
)

// streamError takes in net/http's errors of single streams, whose own type has no
// name outside but fills in any of this form.
type streamError struct {
	StreamID uint32
	Code     uint32
	Cause    error
}

func (streamError) Error() string { return "" }

// lost are the texts of errors that have no type, of connections that the server gave up.
var lost = []string{
	"http: server closed idle connection",
	"http2: server sent GOAWAY",
	"http2: client connection lost",
	"http2: Transport received Server's graceful shutdown GOAWAY",
	"http2: client connection force closed",
}

// blame keeps what went wrong with the request's body.
func (x *exchange) blame(err error) error {
	e := &fetch.Error{Class: fetch.ClassDisk, Reason: fmt.Sprintf("reading the request's body: %v", err), Err: err}
	x.mu.Lock()
	defer x.mu.Unlock()
	x.fault = e
	return e
}

// explain says why there is no answer.
func (x *exchange) explain(err error, doing string) *fetch.Error {
	x.mu.Lock()
	fault := x.fault
	x.mu.Unlock()
	if fault != nil {
		return fault
	}
	if e, ok := errors.AsType[*fetch.Error](err); ok {
		return e
	}
	if e := fetch.Ended(x.ctx, x.Request.Deadline); e != nil {
		return e
	}
	failed := func(class fetch.Class, format string, args ...any) *fetch.Error {
		return &fetch.Error{Class: class, Reason: fmt.Sprintf(format, args...), Err: err}
	}
	if context.Cause(x.run) == errIdle {
		return failed(fetch.ClassTimeoutIdle, "nothing came for too long while %s", doing)
	}
	if s, ok := errors.AsType[streamError](err); ok && s.Cause != nil && s.Cause.Error() == "received from peer" {
		return failed(fetch.ClassReset, "the server reset the stream while %s", doing)
	}
	for _, text := range lost {
		if strings.Contains(err.Error(), text) {
			return failed(fetch.ClassReset, "the server closed the connection while %s", doing)
		}
	}
	e := fetch.Explain(err, doing)
	if e.Class == fetch.ClassProtocol {
		return failed(fetch.ClassProtocol, "not a valid HTTP answer: %s", printable(err.Error()))
	}
	return e
}

// explainBody says why the answer's body came to no good end.
func (x *exchange) explainBody(err error) *fetch.Error {
	cut := errors.Is(err, io.ErrUnexpectedEOF) || strings.HasSuffix(err.Error(), "unexpected EOF reading trailer")
	if cut && fetch.Ended(x.ctx, x.Request.Deadline) == nil {
		return &fetch.Error{Class: fetch.ClassTruncated, Reason: "the body ended early", Err: err}
	}
	e := x.explain(err, "sending the body")
	if e.Class == fetch.ClassReset {
		return &fetch.Error{Class: fetch.ClassTruncated, Reason: "the server dropped the connection within the body", Err: err}
	}
	return e
}

// printable is s in one line, short and without what a terminal obeys: net/http's
// errors repeat what servers say.
func printable(s string) string {
	const enough = 200
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return '?'
		}
		return r
	}, s)
	return s[:min(len(s), enough)]
}

func addrPort(addr *net.TCPAddr) netip.AddrPort {
	ap := addr.AddrPort()
	return netip.AddrPortFrom(ap.Addr().Unmap(), ap.Port())
}
