package fetch

import (
	"bufio"
	"errors"
	"io"
	"net/http/httputil"
	"strings"
)

// ReadAnswer reads an answer that was kept as it came over the wire, such as by a
// [Capture]; req is what it answers. It means what it would have meant to a [Client]: the
// Body ends where its head says, and one that is cut is an error. Only chunks may have
// been put together already, as some archives have them. Closing Body does not close br,
// whose errors other than io.EOF come back within one of [ClassProtocol].
func ReadAnswer(br *bufio.Reader, req *Request) (*Record, error) {
	h, err := readHead(br, maxStoredHead, nil)
	if err != nil {
		return nil, explainStored(err, req.URL, "the head of the answer")
	}
	b := &storedBody{br: br, length: h.length}
	b.Record = Record{
		URL: req.URL, Request: req, Body: b, Wire: &b.wire,
		Proto: h.proto, Status: h.status, Reason: h.reason, Header: h.header, RawHead: h.raw,
	}
	switch {
	case method(req) == "HEAD" || h.status < 200 || h.status == 204 || h.status == 304:
		b.length = 0
	case b.length == chunked && !chunkFollows(br):
		b.length = untilClose
	}
	b.frame()
	return &b.Record, nil
}

// maxStoredHead is more than any client of this package would have taken.
const maxStoredHead = 1 << 20

// storedBody is the body of an answer that was kept.
type storedBody struct {
	Record
	wire   Wire
	br     *bufio.Reader
	framed io.Reader
	length int64 // bytes that must still come; or chunked, untilClose
	err    error // sticky
}

// frame decides where the body ends.
func (b *storedBody) frame() {
	switch b.length {
	case 0:
		b.err = io.EOF
	case chunked:
		b.framed = httputil.NewChunkedReader(b.br)
	case untilClose:
		b.framed = b.br
	default:
		b.framed = io.LimitReader(b.br, b.length)
	}
}

// chunkFollows reports whether what comes next is the line before a chunk.
func chunkFollows(br *bufio.Reader) bool {
	next, _ := br.Peek(min(br.Size(), 64))
	line, _, whole := strings.Cut(string(next), "\n")
	size, _, _ := strings.Cut(strings.TrimRight(line, "\r"), ";")
	size = strings.TrimSpace(size)
	return whole && size != "" && len(size) <= 16 && strings.Trim(size, "0123456789abcdefABCDEF") == ""
}

// Read implements [io.Reader].
func (b *storedBody) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.framed.Read(p)
	b.wire.Bytes += int64(n)
	if b.length > 0 {
		b.length -= int64(n)
		if b.length == 0 && err == nil {
			err = io.EOF
		}
	}
	if err != nil {
		b.err = b.end(err)
	}
	return n, b.err
}

// end finds out what an error of the framed body means.
func (b *storedBody) end(err error) error {
	if errors.Is(err, io.EOF) {
		switch {
		case b.length > 0:
			err = io.ErrUnexpectedEOF
		case b.length != chunked:
			return io.EOF
		default:
			if b.Trailer, err = readTrailer(b.br); err == io.EOF {
				return io.EOF
			}
		}
	}
	return explainStored(err, b.URL, "the body")
}

// Close implements [io.Closer].
func (b *storedBody) Close() error {
	if b.err == nil {
		b.err = &Error{Class: ClassCancelled, URL: b.URL, Reason: "the body was closed before its end", Err: errClosed}
	}
	return nil
}

// explainStored makes an [*Error] of what went wrong with a part of an answer.
func explainStored(err error, url, part string) *Error {
	e, known := errors.AsType[*Error](err)
	switch {
	case known:
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		e = fault(ClassTruncated, io.ErrUnexpectedEOF, "%s ended early", part)
	default:
		e = fault(ClassProtocol, err, "reading %s: %v", part, err)
	}
	e.URL = url
	return e
}
