package frontier

import (
	"encoding/binary"
	"time"
)

// AppendEntry appends what a backlog has to know of e when it gives it out of memory,
// but for what it keeps in other ways: Host, Depth and Order.
func AppendEntry(buf []byte, e *Entry) []byte {
	for _, text := range [...]string{e.URL, e.Parent, e.Note} {
		buf = binary.AppendUvarint(buf, uint64(len(text)))
		buf = append(buf, text...)
	}
	for _, v := range [...]int64{int64(e.Input), e.Line, int64(e.Attempts), int64(e.Spent)} {
		buf = binary.AppendVarint(buf, v)
	}
	return buf
}

// CutEntry reads what AppendEntry has written at the beginning of text, and returns what
// follows. The entry shares the memory of text. ok is false when text is damaged.
func CutEntry(text string) (e Entry, rest string, ok bool) {
	r := reader{rest: text}
	e.URL = r.string()
	e.Parent = r.string()
	e.Note = r.string()
	e.Input = int32(r.int())
	e.Line = r.int()
	e.Attempts = int(r.int())
	e.Spent = time.Duration(r.int())
	return e, r.rest, !r.bad
}

// reader reads one value after the other; once something is wrong, bad stays set.
type reader struct {
	rest string
	bad  bool
}

func (r *reader) uint() uint64 {
	var v uint64
	for i := range min(len(r.rest), binary.MaxVarintLen64) {
		b := r.rest[i]
		v |= uint64(b&0x7f) << (7 * i)
		if b < 0x80 {
			if i == binary.MaxVarintLen64-1 && b > 1 {
				break // more than 64 bits
			}
			r.rest = r.rest[i+1:]
			return v
		}
	}
	r.bad, r.rest = true, ""
	return 0
}

func (r *reader) int() int64 {
	v := r.uint()
	return int64(v>>1) ^ -int64(v&1)
}

func (r *reader) string() string {
	n := r.uint()
	if n > uint64(len(r.rest)) {
		r.bad, r.rest = true, ""
		return ""
	}
	s := r.rest[:n]
	r.rest = r.rest[n:]
	return s
}
