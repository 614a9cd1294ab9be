package replay

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"net/netip"
	"strings"

	"crawl/fetch"
	"crawl/files/warc"
)

// answer makes an answer of a record.
func (a *Archive) answer(ctx context.Context, req *fetch.Request, from *found) (*fetch.Record, error) {
	message, cut, err := a.message(ctx, req, from)
	if err != nil {
		return nil, broken(req, err)
	}
	x := req.Capture.Begin(req)
	a.recordRequest(ctx, x, from)
	plain, proto := asHTTP1(message)
	br := bufio.NewReaderSize(&tapped{plain, x}, 16<<10)
	rec, err := fetch.ReadAnswer(br, req)
	if err != nil {
		x.Drop()
		return nil, err
	}
	if proto != "" {
		rec.Proto = proto
	}
	rec.Started = from.Date
	if ip, err := netip.ParseAddr(from.IPAddress); err == nil {
		rec.RemoteAddr = netip.AddrPortFrom(ip, 0)
	}
	x.Answered(rec, len(rec.RawHead), br.Buffered())
	kept := rec.Header[:len(rec.Header):len(rec.Header)]
	kept.Del("Retry-After")
	rec.Header = kept
	rec.Body = &body{ReadCloser: rec.Body, ctx: ctx, req: req, cut: cut, exchange: x, br: br}
	return rec, nil
}

// message is the message that a record stands for, and why that is cut, if it is.
func (a *Archive) message(ctx context.Context, req *fetch.Request, from *found) (io.Reader, warc.Reason, error) {
	if from.Type != warc.Revisit {
		return from.Block, from.Truncated, nil
	}
	first, err := a.original(ctx, from)
	if err != nil {
		return nil, "", err
	}
	if first == nil {
		return nil, "", missing(req, "the archive says that it is as it was before, but has not got that")
	}
	if from.Profile == warc.NotModified {
		return first.Block, first.Truncated, nil
	}
	head, err := io.ReadAll(from.Block) // nothing else is in it
	if err != nil {
		return nil, "", err
	}
	m, err := first.HTTP()
	if err != nil {
		return nil, "", err
	}
	if len(head) == 0 {
		head = m.Head
	} else if !bytes.HasSuffix(head, []byte("\r\n\r\n")) && !bytes.HasSuffix(head, []byte("\n\n")) {
		head = append(bytes.TrimRight(head, "\r\n"), "\r\n\r\n"...) // as some have it
	}
	return io.MultiReader(bytes.NewReader(head), m.Raw), first.Truncated, nil
}

// asHTTP1 is a message whose status line says HTTP/1.1, and what it said if that is of a
// later version.
func asHTTP1(message io.Reader) (_ io.Reader, proto string) {
	br := bufio.NewReaderSize(message, 4<<10)
	start, _ := br.Peek(len("HTTP/2.0 "))
	version, _, ok := strings.Cut(string(start), " ")
	if !ok || !strings.HasPrefix(version, "HTTP/2") && !strings.HasPrefix(version, "HTTP/3") {
		return br, ""
	}
	_, _ = br.Discard(len(version)) // they are there
	if len(version) == len("HTTP/2") {
		proto = version + ".0"
	} else {
		proto = version
	}
	return io.MultiReader(strings.NewReader("HTTP/1.1"), br), proto
}

// recordRequest has the request captured that stands behind its answer, as ours do.
func (a *Archive) recordRequest(ctx context.Context, x *fetch.Exchange, of *found) {
	if x == nil {
		return
	}
	in := withContext{ctx, a.files[of.file]}
	next := of.offset + of.length
	rec, err := warc.NewReader(io.NewSectionReader(in, next, 1<<62-next), warc.ReaderOptions{}).Next()
	if err != nil || rec.Type != warc.Request || len(rec.ConcurrentTo) == 0 || rec.ConcurrentTo[0] != of.ID {
		return
	}
	sent := make([]byte, 32<<10)
	for {
		n, err := rec.Block.Read(sent)
		x.Sent(sent[:n])
		if err != nil {
			return
		}
	}
}

// tapped is a message that is captured once more.
type tapped struct {
	io.Reader
	exchange *fetch.Exchange
}

func (t *tapped) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.exchange.Received(p[:n])
	return n, err
}

// body is an archived body.
type body struct {
	io.ReadCloser
	ctx      context.Context
	req      *fetch.Request
	cut      warc.Reason
	br       *bufio.Reader
	exchange *fetch.Exchange
	err      error // sticky
}

// Read implements [io.Reader].
func (b *body) Read(p []byte) (int, error) {
	if b.err != nil {
		return 0, b.err
	}
	n, err := b.ReadCloser.Read(p)
	if err != nil {
		b.end(err)
	} else if e := fetch.Ended(b.ctx, b.req.Deadline); e != nil {
		e.URL = b.req.URL
		b.end(e)
	}
	return n, b.err
}

// end keeps err as the end. What was cut when it was archived ends as it did then.
func (b *body) end(err error) {
	if b.cut != "" && (err == io.EOF || errors.Is(err, fetch.ClassTruncated)) {
		err = &fetch.Error{Class: classOf(b.cut), URL: b.req.URL, Reason: "the archive has only the beginning of the body (" + string(b.cut) + ")"}
	}
	b.err = err
	b.exchange.End(err, b.br.Buffered())
}

func classOf(cut warc.Reason) fetch.Class {
	switch cut {
	case warc.TruncatedLength:
		return fetch.ClassTooLarge
	case warc.TruncatedTime:
		return fetch.ClassTimeoutTotal
	}
	return fetch.ClassTruncated
}

// Close implements [io.Closer].
func (b *body) Close() error {
	if b.err == nil && b.exchange != nil { // as a client reads what has come with the head
		_, _ = io.CopyN(io.Discard, b, 16<<10)
	}
	err := b.ReadCloser.Close()
	if b.err == nil {
		b.end(&fetch.Error{Class: fetch.ClassCancelled, URL: b.req.URL, Reason: "the body was closed before its end"})
	}
	return err
}
