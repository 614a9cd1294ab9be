package fetch

import (
	"context"
	"errors"
	"io"
	"math"
	"strconv"
	"strings"

	"crawl/files/coding"
)

// AcceptEncoding names the content codings that [Decode] undoes.
const AcceptEncoding = "gzip, deflate, br, zstd"

// DefaultMaxSize bounds a body after decoding when nothing else is said: 64 MiB.
const DefaultMaxSize = 64 << 20

// Decode asks for compressed answers and hands out what they stand for: gzip
// (also of several members), deflate (in zlib's format, and raw as some servers
// send it), br and zstd, also one within the other. A body that grows beyond
// maxSize bytes, counted while decoding, ends with [ClassTooLarge]; 0 means
// [DefaultMaxSize], and below 0 there is no limit. An unknown or broken coding ends
// with [ClassEncoding].
//
// Record.Header stays as it was received.
func Decode(maxSize int64) Layer {
	setDefault(&maxSize, DefaultMaxSize)
	if maxSize < 0 || maxSize > noLimit {
		maxSize = noLimit
	}
	return func(next Fetcher) Fetcher {
		return FetcherFunc(func(ctx context.Context, req *Request) (*Record, error) {
			if !req.Header.Has("Accept-Encoding") {
				asked := *req
				asked.Header = append(asked.Header[:len(asked.Header):len(asked.Header)], Field{"Accept-Encoding", AcceptEncoding})
				req = &asked
			}
			rec, err := next.Fetch(ctx, req)
			if err != nil {
				return nil, err
			}
			return rec, decodeBody(rec, method(req), maxSize)
		})
	}
}

// decodeBody replaces rec.Body by what it stands for.
func decodeBody(rec *Record, method string, maxSize int64) error {
	d := &decoded{src: source{r: rec.Body, left: maxSize + maxOverhead}, close: rec.Body, url: rec.URL, left: maxSize, max: maxSize}
	for _, field := range rec.Header {
		if !strings.EqualFold(field.Name, "Content-Encoding") {
			continue
		}
		d.codings = coding.Append(d.codings, field.Value)
	}
	rec.Body = d
	if len(d.codings) == 0 {
		d.r = &d.src
		declared, err := strconv.ParseInt(rec.Header.Get("Content-Length"), 10, 64)
		if err == nil && declared > maxSize && method != "HEAD" && rec.Status != 304 && !rec.Header.Has("Transfer-Encoding") {
			d.err = d.tooLarge()
		}
	}
	return nil
}

// decoded is a body without its content codings, limited in size.
type decoded struct {
	url     string
	src     source
	close   io.Closer
	codings []string  // as applied by the server; undone from the last to the first
	r       io.Reader // nil until somebody reads
	undone  io.Closer // the decoders, if there are any
	left    int64
	max     int64
	err     error // sticky
}

// maxOverhead is what a body may take on the wire beyond the largest that it may
// stand for. Without it empty gzip members could come for ever.
const maxOverhead = 8 << 20

// noLimit leaves room to count beyond it.
const noLimit = math.MaxInt64 - maxOverhead - 1

// source remembers how the body under the decoders ended, whatever they make of it.
type source struct {
	r    io.Reader
	left int64 // bytes that may still come
	err  error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if s.left -= int64(n); s.left < 0 && err == nil {
		err = fault(ClassTooLarge, nil, "the compressed body is too large")
	}
	if err != nil {
		s.err = err
	}
	return n, err
}

func (d *decoded) Read(p []byte) (int, error) {
	if d.err != nil {
		return 0, d.err
	}
	if d.r == nil {
		if err := d.open(); err != nil {
			return 0, d.end(err)
		}
	}
	if int64(len(p)) > d.left+1 {
		p = p[:d.left+1]
	}
	n, err := d.r.Read(p)
	if int64(n) > d.left {
		return int(d.left), d.end(d.tooLarge())
	}
	d.left -= int64(n)
	if err != nil {
		err = d.end(err)
	}
	return n, err
}

// open puts a decoder on the body for each coding. It reads, so it waits until
// somebody wants the body.
func (d *decoded) open() error {
	plain, err := coding.Open(&d.src, d.max+maxOverhead, d.codings...)
	if err != nil {
		return err
	}
	d.r, d.undone = plain, plain
	return nil
}

func (d *decoded) tooLarge() error {
	return &Error{Class: ClassTooLarge, URL: d.url, Reason: "the body is larger than " + strconv.FormatInt(d.max, 10) + " bytes"}
}

// maxRest is how many bytes after the end of the coded data are read past: servers
// pad, and a body read to its end leaves its connection usable.
const maxRest = 64 << 10

// end keeps err as the end of the body.
func (d *decoded) end(err error) error {
	if err == io.EOF && d.src.err == nil {
		io.CopyN(io.Discard, &d.src, maxRest)
	}
	if d.src.err != nil && d.src.err != io.EOF {
		err = d.src.err // decoders may have wrapped it
	}
	_, unsupported := errors.AsType[*coding.UnsupportedError](err)
	switch _, known := errors.AsType[*Error](err); {
	case err == io.EOF, known:
	case errors.Is(err, coding.ErrTooLarge):
		err = d.tooLarge()
	case errors.Is(err, io.ErrUnexpectedEOF):
		err = fault(ClassTruncated, err, "the compressed body ended early")
	case unsupported:
		err = fault(ClassEncoding, err, "the body can't be decoded: %v", err)
	default:
		err = fault(ClassEncoding, err, "the body is not what its Content-Encoding says: %v", err)
	}
	if e, ok := errors.AsType[*Error](err); ok && e.URL == "" {
		e.URL = d.url
	}
	d.err = err
	d.release()
	return err
}

func (d *decoded) release() {
	if d.undone != nil {
		d.undone.Close()
	}
	d.undone, d.r = nil, nil
}

func (d *decoded) Close() error {
	if d.err == nil {
		d.err = fault(ClassCancelled, errClosed, "the body was closed before its end")
	}
	d.release()
	return d.close.Close()
}
