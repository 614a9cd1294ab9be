package memory

import (
	"encoding/binary"
	"errors"
	"time"

	"crawl/fetch/frontier"
)

var errDamaged = errors.New("scratch file is damaged")

// encode appends e without its host and depth, which the block's owner knows.
func encode(buf []byte, e *frontier.Entry) []byte {
	for _, text := range [...]string{e.URL, e.Parent, e.Note} {
		buf = binary.AppendUvarint(buf, uint64(len(text)))
		buf = append(buf, text...)
	}
	for _, v := range [...]int64{int64(e.Input), e.Line, int64(e.Attempts), int64(e.Spent)} {
		buf = binary.AppendVarint(buf, v)
	}
	return buf
}

// decode gives back the n entries of a block of l. Their texts share one string.
func decode(buf []byte, l *level, n int32) (queue, error) {
	if n < 0 || int(n) > len(buf) {
		return queue{}, errDamaged
	}
	d := decoder{buf: buf, text: string(buf)}
	q := queue{ring: make([]frontier.Entry, n), n: n}
	for i := range q.ring {
		q.ring[i] = frontier.Entry{
			URL:      d.string(),
			Parent:   d.string(),
			Note:     d.string(),
			Host:     l.host,
			Depth:    l.depth,
			Input:    int32(d.int()),
			Line:     d.int(),
			Attempts: int(d.int()),
			Spent:    time.Duration(d.int()),
		}
	}
	if d.bad || d.at != len(buf) {
		return queue{}, errDamaged
	}
	return q, nil
}

// decoder reads one value after the other; once something is wrong, bad stays set.
type decoder struct {
	buf  []byte
	text string // the same bytes
	at   int
	bad  bool
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.buf[d.at:])
	d.skip(n)
	return v
}

func (d *decoder) string() string {
	length, n := binary.Uvarint(d.buf[d.at:])
	d.skip(n)
	if length > uint64(len(d.buf)-d.at) {
		d.bad = true
		return ""
	}
	start := d.at
	d.at += int(length)
	return d.text[start:d.at]
}

// skip passes the n bytes of a number; n is not positive when there was none.
func (d *decoder) skip(n int) {
	if n <= 0 {
		d.bad = true
		return
	}
	d.at += n
}
