package warc

import (
	"errors"
	"io"
)

// Record is a record as it is read.
type Record struct {
	Head
	Version string    // "1.1"
	Header  Header    // all its fields as they stand, but for folded lines
	Size    int64     // of the block, in bytes
	Block   io.Reader // valid until the next call of [Reader.Next]
	Offset  int64     // in the file, of the record, or of the member that it begins in

	reader *Reader
	block  *block
	first  bool // that begins in its member
	ended  bool // what ends the record has been read
	length int64
}

// Length is how many bytes of the file the record takes, compressed as they are. It skips
// what was not read of the block, and has the errors of [Reader.Next]. It is -1 where the
// record can't be read alone: in a file with one member for several records.
func (r *Record) Length() (int64, error) {
	err := r.reader.finish(r)
	return r.length, err
}

// block reads a record's block and holds it against the digests.
type block struct {
	rec   *Record
	left  int64
	check *checks // nil: nothing is to be checked
	err   error   // that ends it
	told  bool    // somebody has seen err
}

func (b *block) Read(p []byte) (int, error) {
	n, err := b.read(p)
	b.told = b.told || err != nil
	return n, err
}

// read is Read for who may read ahead of those who are told.
func (b *block) read(p []byte) (int, error) {
	if b.err == nil && b.left == 0 {
		b.end()
	}
	if b.err != nil {
		return 0, b.err
	}
	if len(p) == 0 {
		return 0, nil
	}
	r := b.rec.reader
	n, err := r.text.Read(p[:min(int64(len(p)), b.left)])
	b.left -= int64(n)
	if b.check != nil {
		b.check.write(p[:n])
	}
	switch {
	case b.left == 0:
		b.end()
	case err != nil:
		b.err = r.damaged(b.rec.Offset, b.rec.ID, b.rec.Offset+1, early(err))
		b.rec.ended = true
	}
	return n, nil
}

// end is what comes behind the last byte: io.EOF, or what the digests say.
func (b *block) end() {
	b.rec.reader.inside = false
	b.err = io.EOF
	if b.check == nil {
		return
	}
	if err := b.check.result(b.rec); err != nil {
		kind := BadDigest
		if errors.Is(err, errMissing) {
			kind = Malformed
		}
		b.err = &Error{Kind: kind, Offset: b.rec.Offset, ID: b.rec.ID, Err: err}
	}
}
