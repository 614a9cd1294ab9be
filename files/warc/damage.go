package warc

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// endOf says that err is an end that comes too early.
func endOf(err error) error { return fmt.Errorf("%w: %w", err, io.ErrUnexpectedEOF) }

// damaged is the error for damage to what begins at offset, and remembers where to look
// for the next record: in a plain file behind from. An error of reading the file is that,
// and none of its content.
func (r *Reader) damaged(offset int64, id string, from int64, err error) error {
	r.inside = false
	if failed := r.raw.failed(); failed != nil {
		r.err = failed
		return failed
	}
	if r.broken != nil {
		err = r.broken
	}
	e := &Error{Kind: kindOf(err), Offset: offset, ID: id, Err: explained(err)}
	switch {
	case e.Kind == Unsupported:
		r.err = io.EOF
	case r.torn: // and the next is what was begun
		r.torn = false
		r.text.Reset((*members)(r))
	case r.broken != nil:
		r.broken, r.pending = nil, nil
		r.lost, r.from = inPacked, max(r.member, offset)+1
	case r.unpack != nil && r.text != nil:
		r.lost = inText
	default:
		r.lost, r.from = inPacked, from
	}
	return e
}

// explained is err in words.
func explained(err error) error {
	if err == io.ErrUnexpectedEOF {
		return fmt.Errorf("the file ends within it: %w", err)
	}
	return err
}

// search goes to the next place that looks like a record's beginning, if one has to be
// looked for.
func (r *Reader) search() error {
	if r.lost == inText {
		r.lost = found
		r.searchText()
	}
	if r.lost == inPacked {
		r.lost = found
		r.raw.rewind(r.from)
		r.packed.Reset(r.raw)
		if r.unpack != nil {
			return r.searchMember()
		}
		return r.searchPlain()
	}
	return nil
}

// searchText goes to a line in the member that begins a record, or to the member's end.
func (r *Reader) searchText() {
	for {
		if _, err := r.text.ReadSlice('\n'); err != nil && r.broken != nil {
			r.lost, r.from = inPacked, r.member+1
			r.broken = nil
			return
		} else if err == io.EOF {
			return
		}
		if next, _ := r.text.Peek(5); string(next) == "WARC/" {
			return
		}
	}
}

// searchPlain goes to where a record begins in the file, which need not be the beginning
// of a line: the one before may be torn.
func (r *Reader) searchPlain() error {
	return r.each("WARC/", func() (bool, error) {
		line, _ := r.packed.Peek(len("WARC/1.1\r\n"))
		first, _, found := strings.Cut(string(line), "\n")
		if _, ok := version(strings.TrimSuffix(first, "\r")); ok && found {
			return true, nil
		}
		_, err := r.packed.Discard(1)
		return false, err
	})
}

// searchMember goes to a member that begins with a record.
func (r *Reader) searchMember() error {
	return r.each(r.unpack.magic(), func() (bool, error) {
		at := r.offset()
		r.text.Reset((*members)(r))
		r.pending, r.broken = nil, nil
		if err := r.begin(); err == nil {
			if next, _ := r.text.Peek(5); string(next) == "WARC/" {
				return true, nil
			}
		}
		if failed := r.raw.failed(); failed != nil {
			return false, failed
		}
		r.broken, r.pending, r.member = nil, nil, -1
		r.raw.rewind(at + 1)
		r.packed.Reset(r.raw)
		return false, nil
	})
}

// each stops at each mark in the file until right says that one is; else right has passed
// over it.
func (r *Reader) each(mark string, right func() (bool, error)) error {
	for {
		window, err := r.packed.Peek(r.packed.Size())
		at := bytes.Index(window, []byte(mark))
		switch {
		case at >= 0:
			if _, err := r.packed.Discard(at); err != nil {
				return err
			}
			if ok, err := right(); ok || err != nil {
				return err
			}
		case err != nil:
			if failed := r.raw.failed(); failed != nil {
				err = failed
			}
			r.err = err
			return err
		default:
			if _, err := r.packed.Discard(len(window) - len(mark) + 1); err != nil {
				return err
			}
		}
	}
}
