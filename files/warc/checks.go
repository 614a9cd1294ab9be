package warc

import (
	"bytes"
	"errors"
	"fmt"
	"hash"
	"strings"
)

var errMissing = errors.New("it lacks a field that each record must have")

// checks holds a record against what it says of itself.
type checks struct {
	block   hash.Hash // nil where nothing known is said
	payload *payload
}

func newChecks(rec *Record) *checks {
	c := new(checks)
	if a, _, ok := rec.BlockDigest.parse(); ok {
		c.block = a.hash()
	}
	if a, _, ok := rec.PayloadDigest.parse(); ok && ownPayload(rec) {
		c.payload = newPayload(rec.ContentType, a)
	}
	return c
}

// ownPayload reports whether the payload that the digest is of lies in this block: that of
// a revisit is the original's, and that of a segment all of them together (WARC 1.1,
// sections 5.9 and 7).
func ownPayload(rec *Record) bool {
	return rec.Type != Revisit && rec.Type != Continuation && rec.Header.Get("WARC-Segment-Number") == ""
}

func (c *checks) write(p []byte) {
	if c.block != nil {
		c.block.Write(p)
	}
	if c.payload != nil {
		c.payload.write(p)
	}
}

// result is what is wrong with the record, once its block is written.
func (c *checks) result(rec *Record) error {
	var missing []string
	for _, f := range [...]struct {
		name  string
		there bool
	}{{"WARC-Type", rec.Type != ""}, {"WARC-Record-ID", rec.ID != ""}, {"WARC-Date", !rec.Date.IsZero()}} {
		if !f.there {
			missing = append(missing, f.name)
		}
	}
	if len(missing) > 0 {
		return fmt.Errorf("%w: %s", errMissing, strings.Join(missing, ", "))
	}
	if c.block != nil {
		if a, want, _ := rec.BlockDigest.parse(); !bytes.Equal(c.block.Sum(nil), want) {
			return fmt.Errorf("its block has the digest %s and not %s", Sum(a, c.block.Sum(nil)), rec.BlockDigest)
		}
	}
	if c.payload != nil {
		if a, want, _ := rec.PayloadDigest.parse(); !c.payload.is(want) {
			return fmt.Errorf("its payload has the digest %s and not %s", Sum(a, c.payload.stored.Sum(nil)), rec.PayloadDigest)
		}
	}
	return nil
}

// payload finds the payload in a block that is written to it piece by piece, and sums it
// up: as it is stored and, for that is another reading of the standard, with its
// chunks put together.
type payload struct {
	algorithm Algorithm
	http      bool   // the block begins with the head of a message
	head      []byte // of which so much has come
	stored    hash.Hash
	whole     *dechunker // nil where there are no chunks
}

func newPayload(contentType string, a Algorithm) *payload {
	return &payload{algorithm: a, http: isHTTP(contentType), stored: a.hash()}
}

// isHTTP reports whether a block of that type holds an HTTP message.
func isHTTP(contentType string) bool {
	t, _, _ := strings.Cut(contentType, ";")
	switch strings.ToLower(strings.TrimSpace(t)) {
	case "application/http", "message/http":
		return true
	}
	return false
}

func (d *payload) write(p []byte) {
	if d.http {
		if p = d.behindHead(p); d.http {
			return
		}
	}
	d.stored.Write(p)
	if d.whole != nil {
		d.whole.write(p)
	}
}

// behindHead returns what of p stands behind the head.
func (d *payload) behindHead(p []byte) []byte {
	begun := len(d.head)
	d.head = append(d.head, p[:min(len(p), max(0, maxHead-begun))]...)
	end := headEnd(d.head, max(0, begun-3))
	if end < 0 {
		if len(d.head) == maxHead { // which no reader would take
			d.http, d.head = false, nil
		}
		return nil
	}
	if _, fields := parseFields(d.head[:end]); chunked(fields) {
		d.whole = &dechunker{to: d.algorithm.hash()}
	}
	d.http, d.head = false, nil
	return p[end-begun:]
}

// headEnd is where the empty line that ends a head ends, looked for from byte from on; -1
// when there is none.
func headEnd(head []byte, from int) int {
	for at := from; ; {
		n := bytes.IndexByte(head[at:], '\n')
		if n < 0 {
			return -1
		}
		at += n + 1
		switch rest := head[at:]; {
		case len(rest) > 0 && rest[0] == '\n':
			return at + 1
		case len(rest) > 1 && rest[0] == '\r' && rest[1] == '\n':
			return at + 2
		}
	}
}

func (d *payload) is(sum []byte) bool {
	return bytes.Equal(d.stored.Sum(nil), sum) || d.whole != nil && bytes.Equal(d.whole.to.Sum(nil), sum)
}

// chunked reports whether a message comes in chunks.
func chunked(h Header) bool {
	codings := strings.Split(h.Get("Transfer-Encoding"), ",")
	return strings.EqualFold(strings.TrimSpace(codings[len(codings)-1]), "chunked")
}

// dechunker puts chunks together that are written to it piece by piece (RFC 9112, section
// 7.1). What is no chunk ends it.
type dechunker struct {
	to    hash.Hash
	line  []byte
	left  int64 // of the chunk
	ended bool
	tail  bool // the line end behind a chunk comes next
}

const maxChunkLine = 4 << 10

func (c *dechunker) write(p []byte) {
	for len(p) > 0 && !c.ended {
		if c.left > 0 {
			n := min(c.left, int64(len(p)))
			c.to.Write(p[:n])
			c.left -= n
			p = p[n:]
			c.tail = c.left == 0
			continue
		}
		end := bytes.IndexByte(p, '\n')
		if end < 0 {
			c.line = append(c.line, p...)
			c.ended = len(c.line) > maxChunkLine
			return
		}
		line := append(c.line, p[:end]...)
		p, c.line = p[end+1:], c.line[:0]
		if c.tail {
			c.tail = false
			c.ended = len(bytes.TrimRight(line, "\r")) > 0
			continue
		}
		size, ok := chunkSize(line)
		c.left, c.ended = size, !ok || size == 0
	}
}

// chunkSize reads the line before a chunk.
func chunkSize(line []byte) (size int64, ok bool) {
	line, _, _ = bytes.Cut(line, []byte(";"))
	line = bytes.TrimRight(line, " \t\r")
	if len(line) == 0 || len(line) > 15 {
		return 0, false
	}
	for _, c := range line {
		switch {
		case '0' <= c && c <= '9':
			c -= '0'
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			c = c | 0x20 - 'a' + 10
		default:
			return 0, false
		}
		size = size<<4 | int64(c)
	}
	return size, true
}
