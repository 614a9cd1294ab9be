package fetch

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http/httputil"
	"time"
)

// maxTrailer bounds the fields after a chunked body.
const maxTrailer = 64 << 10

// maxDrain is how much of an unwanted body is read so that its connection can be
// used again. It comes with the head as a rule; for more, a new connection is cheaper.
const maxDrain = readBuffer

// exchange is one request and its answer on one connection, and the answer's Body.
type exchange struct {
	Record
	wire Wire

	conn   *conn
	upload *upload     // of the request's body; nil when there is none
	untie  func() bool // conn from the context
	framed io.Reader   // the body, up to its end and no further
	sized  io.LimitedReader
	length int64 // bytes that must still come; or chunked, untilClose
	keep   bool  // the connection may be used again
	err    error // sticky; io.EOF when the body came whole
}

// startBody decides where the body ends.
func (x *exchange) startBody(h *head, method string) {
	x.keep = h.keepAlive
	x.length = h.length
	if method == "HEAD" || h.status == 204 || h.status == 304 {
		x.length = 0
		x.keep = h.keepAlive || h.length == untilClose && h.proto == "HTTP/1.1" && !closes(h.header)
	}
	switch x.length {
	case 0:
		x.finish(io.EOF)
	case chunked:
		x.framed = httputil.NewChunkedReader(x.conn.br)
	case untilClose:
		x.keep = false
		x.framed = x.conn.br
	default:
		x.sized = io.LimitedReader{R: x.conn.br, N: x.length}
		x.framed = &x.sized
	}
}

// answered has a status that refuses the request end its upload. Any other answer
// may come while the server still reads.
func (x *exchange) answered(status int, first time.Time) {
	if status >= 300 {
		x.upload.finish()
	}
	if at := x.upload.wholeAt(); !at.IsZero() && at.Before(first) {
		x.Timing.TTFB = first.Sub(at)
	}
}

func closes(h Header) bool { return hasToken(h, "Connection", "close") }

// Read implements [io.Reader].
func (x *exchange) Read(p []byte) (int, error) {
	if x.err != nil {
		return 0, x.err
	}
	n, err := x.framed.Read(p)
	x.wire.Bytes += int64(n)
	if n > 0 && x.conn.trace.ChunkReceived != nil {
		x.conn.trace.ChunkReceived(x.conn.ctx, n)
	}
	if x.length > 0 {
		x.length -= int64(n)
		if x.length == 0 && err == nil {
			err = io.EOF // known at once, so the connection is free for the next
		}
	}
	if err != nil {
		err = x.finish(x.ending(err))
	}
	return n, err
}

// ending finds out what an error of the framed body means.
func (x *exchange) ending(err error) error {
	switch {
	case errors.Is(err, io.EOF) && x.length > 0:
		return x.truncated(fmt.Sprintf("%d bytes too early", x.length))
	case errors.Is(err, io.EOF) && x.length == chunked:
		x.Trailer, err = readTrailer(x.conn.br)
		if _, known := errors.AsType[*Error](err); known || err == io.EOF {
			return err
		}
	case errors.Is(err, io.EOF):
		return io.EOF
	case errors.Is(err, io.ErrUnexpectedEOF):
		return x.truncated("early")
	}
	e := x.conn.classify(err, "sending the body")
	if e.Class == ClassReset {
		return fault(ClassTruncated, err, "the server dropped the connection within the body")
	}
	if e.Class == ClassProtocol && x.length == chunked {
		return fault(ClassProtocol, err, "the chunks of the body are malformed: %v", err)
	}
	return e
}

func (x *exchange) truncated(how string) error {
	return fault(ClassTruncated, io.ErrUnexpectedEOF, "the body ended %s", how)
}

// readTrailer reads the trailer fields and the empty line that ends a chunked body
// (RFC 9112 section 7.1.2). Its error is io.EOF when that line came. Lines that are
// no fields, or longer than br's buffer, are left out.
func readTrailer(br *bufio.Reader) (Header, error) {
	var trailer head
	within := false // a line longer than br's buffer
	for seen := 0; seen < maxTrailer; {
		line, err := br.ReadSlice('\n')
		seen += len(line)
		switch {
		case errors.Is(err, bufio.ErrBufferFull):
			within = true
			continue
		case errors.Is(err, io.EOF):
			return trailer.header, fault(ClassTruncated, io.ErrUnexpectedEOF, "the body ended within its trailer")
		case err != nil:
			return trailer.header, err
		case !within && emptyLine(line) == len(line):
			return trailer.header, io.EOF
		case !within:
			text, _, _ := cutLine(string(line))
			trailer.addLine(text)
		}
		within = false
	}
	return trailer.header, fault(ClassProtocol, nil, "a trailer of more than %d bytes", maxTrailer)
}

// finish lets go of the connection and keeps err as the body's end.
func (x *exchange) finish(err error) error {
	if e, ok := errors.AsType[*Error](err); ok && e.URL == "" {
		e.URL = x.URL
	} else if err != io.EOF && !ok {
		e := x.conn.classify(err, "sending the body")
		e.URL = x.URL
		err = e
	}
	x.err = err
	conn := x.conn
	x.conn, x.framed = nil, nil
	if x.upload != nil && !x.upload.finish() {
		x.keep = false
	}
	conn.captured.End(err, conn.br.Buffered())
	good := x.untie() && err == io.EOF && x.keep && conn.quiet()
	conn.leave()
	if good {
		conn.pool.put(conn)
	} else {
		conn.Close()
	}
	return err
}

var errClosed = errors.New("read of a closed body")

// Close lets go of the connection. What is left of a short body that has come already
// is read first, so that the connection can be used again.
func (x *exchange) Close() error {
	if x.err == nil && x.length > 0 && x.length <= int64(x.conn.br.Buffered()) && x.length <= maxDrain {
		io.Copy(io.Discard, struct{ io.Reader }{x})
	}
	if x.err == nil && x.length == chunked && x.wire.Bytes == 0 && skipChunks(x.conn.br) {
		x.finish(io.EOF)
	}
	if x.err == nil {
		x.finish(fault(ClassCancelled, errClosed, "the body was closed before its end"))
	}
	return nil
}

// skipChunks reads past an untouched chunked body, if all of it is in br's buffer.
func skipChunks(br *bufio.Reader) bool {
	held, _ := br.Peek(br.Buffered())
	source := bytes.NewReader(held)
	ahead := bufio.NewReader(source)
	if _, err := io.Copy(io.Discard, httputil.NewChunkedReader(ahead)); err != nil {
		return false
	}
	if _, err := readTrailer(ahead); err != io.EOF {
		return false
	}
	br.Discard(len(held) - source.Len() - ahead.Buffered())
	return true
}
