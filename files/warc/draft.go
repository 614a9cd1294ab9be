package warc

import (
	"bytes"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// Content is a block to write: a [*strings.Reader], a [*bytes.Reader], an
// [*io.SectionReader]. It is read twice unless its digests are known.
type Content interface {
	io.ReaderAt
	Size() int64
}

// Draft is a record to write. [Archive.Append] says what may be left out.
type Draft struct {
	Head
	Block Content // nil: empty
}

// size is that of the block.
func (d *Draft) size() int64 {
	if d.Block == nil {
		return 0
	}
	return d.Block.Size()
}

// newID makes the ID of a record: a random UUID (RFC 9562, section 5.4).
func newID() string {
	var u [16]byte
	rand.Read(u[:]) // which never fails
	u[6], u[8] = u[6]&0x0f|0x40, u[8]&0x3f|0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:])
}

// complete returns the records of a capture with what can be known filled in. Blocks are
// read through piece.
func complete(capture []Draft, a Algorithm, now time.Time, piece []byte) ([]Draft, error) {
	drafts := slices.Clone(capture)
	var main *Draft // what the others are about
	for i := range drafts {
		d := &drafts[i]
		if d.ID == "" {
			d.ID = newID()
		}
		if d.Date.IsZero() {
			d.Date = now
		}
		if main == nil && (d.Type == Response || d.Type == Revisit || d.Type == Resource) {
			main = d
		}
	}
	for i := range drafts {
		d := &drafts[i]
		if main != nil && len(d.ConcurrentTo) == 0 && (d.Type == Request || d.Type == Metadata) {
			d.ConcurrentTo = []string{main.ID}
		}
		if err := d.check(); err != nil {
			return nil, &DraftError{d.Type, err}
		}
		if err := d.sum(a, piece); err != nil {
			return nil, err
		}
	}
	return drafts, nil
}

// check says what the standard asks for and the author has left out or got wrong (WARC
// 1.1, sections 5 and 6).
func (d *Draft) check() error {
	switch {
	case d.Type == "" || strings.ContainsFunc(string(d.Type), notToken) || strings.ToLower(string(d.Type)) != string(d.Type):
		return errors.New("it needs a type that is one")
	case d.Type == Continuation:
		return errors.New("segments are not written")
	case d.TargetURI == "" && d.Type != Warcinfo && d.Type != Metadata:
		return errors.New("it needs a target URI")
	case d.TargetURI != "" && d.Type == Warcinfo:
		return errors.New("it has no target URI")
	case d.Type == Revisit && d.Profile == "":
		return errors.New("it needs a profile")
	case d.Profile == IdenticalPayload && d.PayloadDigest == "":
		return errors.New("it needs the digest of the payload that it does not hold")
	case strings.ContainsFunc(d.TargetURI+d.RefersToTargetURI+d.ID+d.RefersTo, notURI):
		return errors.New("a URI in it has white space, controls, angle brackets or bytes that are no UTF-8")
	}
	for _, f := range d.Extra {
		if f.Name == "" || strings.ContainsFunc(f.Name, notToken) || strings.EqualFold(f.Name, "Content-Length") {
			return fmt.Errorf("%q can't be the name of a further field", f.Name)
		}
	}
	return nil
}

// notURI tells what would make another field of one with a URI.
func notURI(r rune) bool {
	return r <= ' ' || r == 0x7f || r == '<' || r == '>' || r == utf8.RuneError
}

// notToken tells what is not allowed in a field's name.
func notToken(r rune) bool {
	return r <= ' ' || r >= 0x7f || strings.ContainsRune(`()<>@,;:\"/[]?={}`, r)
}

// sum fills in the digests that are not known.
func (d *Draft) sum(a Algorithm, piece []byte) error {
	needsPayload := d.PayloadDigest == "" && (d.Type == Response || d.Type == Request || d.Type == Resource || d.Type == Conversion)
	if d.BlockDigest != "" && !needsPayload {
		return nil
	}
	block, payload := a.hash(), newPayload(d.ContentType, a)
	to := []io.Writer{block}
	if needsPayload {
		to = append(to, payload)
	}
	if err := d.copyBlock(io.MultiWriter(to...), piece); err != nil {
		return err
	}
	if d.BlockDigest == "" {
		d.BlockDigest = Sum(a, block.Sum(nil))
	}
	if needsPayload {
		d.PayloadDigest = Sum(a, payload.stored.Sum(nil))
	}
	return nil
}

func (d *payload) Write(p []byte) (int, error) {
	d.write(p)
	return len(p), nil
}

// encode writes the record.
func (d *Draft) encode(w io.Writer, piece []byte) error {
	if _, err := w.Write(d.head()); err != nil {
		return err
	}
	if err := d.copyBlock(w, piece); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\r\n\r\n")
	return err
}

// copyBlock writes the block, all of it, through piece.
func (d *Draft) copyBlock(w io.Writer, piece []byte) error {
	for at, size := int64(0), d.size(); at < size; {
		n, err := d.Block.ReadAt(piece[:min(int64(len(piece)), size-at)], at)
		if n == 0 {
			if err == nil || err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("read the block of %s: %w", d.TargetURI, err)
		}
		if _, err := w.Write(piece[:n]); err != nil {
			return err
		}
		at += int64(n)
	}
	return nil
}

// head is the record's head, with the empty line behind it.
func (d *Draft) head() []byte {
	var b bytes.Buffer
	b.WriteString("WARC/1.1\r\n")
	field := func(name, value string) {
		if value != "" {
			b.WriteString(name + ": " + oneLine(value) + "\r\n")
		}
	}
	id := func(name, uri string) {
		if uri != "" {
			field(name, "<"+uri+">")
		}
	}
	field("WARC-Type", string(d.Type))
	id("WARC-Record-ID", d.ID)
	field("WARC-Date", formatDate(d.Date))
	field("WARC-Filename", d.Filename)
	field("WARC-Target-URI", d.TargetURI)
	field("WARC-IP-Address", d.IPAddress)
	for _, other := range d.ConcurrentTo {
		id("WARC-Concurrent-To", other)
	}
	id("WARC-Warcinfo-ID", d.WarcinfoID)
	field("WARC-Profile", string(d.Profile))
	id("WARC-Refers-To", d.RefersTo)
	field("WARC-Refers-To-Target-URI", d.RefersToTargetURI)
	field("WARC-Refers-To-Date", formatDate(d.RefersToDate))
	field("WARC-Truncated", string(d.Truncated))
	field("WARC-Block-Digest", string(d.BlockDigest))
	field("WARC-Payload-Digest", string(d.PayloadDigest))
	field("WARC-Identified-Payload-Type", d.IdentifiedPayloadType)
	for _, f := range d.Extra {
		field(f.Name, f.Value)
	}
	field("Content-Type", d.ContentType)
	field("Content-Length", strconv.FormatInt(d.size(), 10))
	b.WriteString("\r\n")
	return b.Bytes()
}

// formatDate has as many digits of a second as there are, nine at most; "" for no date.
func formatDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}
