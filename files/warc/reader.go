package warc

import (
	"bufio"
	"errors"
	"io"
)

// ReaderOptions are a Reader's. The zero value works.
type ReaderOptions struct {
	// Verify has the digests checked while a block is read or skipped, and whether the
	// record has the fields that each must have. Where something is wrong the block ends
	// with an [*Error] in place of io.EOF; so does Next where it skips.
	Verify bool

	// Offset is where in the file the reader begins; it is added to those that are told.
	Offset int64
}

// Reader reads the records of a WARC file one after the other, in less than a MiB of
// memory, Zstandard's window aside. It is for one goroutine at a time.
//
//	file -> raw -> packed -> [unpack ->] text -> head, block, line ends
//
// A plain file has no unpack, and text is packed itself.
type Reader struct {
	opt    ReaderOptions
	raw    *history
	packed *bufio.Reader
	unpack unpacker
	text   *bufio.Reader
	dict   []byte
	err    error // sticky: the end, or why the file can't be read

	member  int64  // where the member under way begins; -1 between members
	pending []byte // the first bytes of the member that are not in text yet
	records int    // that have begun in it
	inside  bool   // a record's head or block is being read, which may go on in another member
	torn    bool   // another record's member has begun there
	broken  error  // of unpack: the member's bytes are damaged

	rec  *Record // the last
	lost lost
	from int64 // where in the file to look for the next record
}

// lost says where the next record is to be looked for.
type lost int

const (
	found    lost = iota // it follows
	inText               // in what follows of the member
	inPacked             // in the file, behind from
)

const bufferSize = 32 << 10

// NewReader returns a Reader of a file of any compression, which it can tell by the
// first bytes.
func NewReader(r io.Reader, opt ReaderOptions) *Reader {
	return newReader(r, opt, historySize)
}

func newReader(r io.Reader, opt ReaderOptions, size int) *Reader {
	raw := newHistory(r, opt.Offset, size)
	return &Reader{opt: opt, raw: raw, packed: bufio.NewReaderSize(raw, min(bufferSize, size))}
}

// NewReaderAt returns a Reader of the length bytes of a file that begin at offset, as an
// index has them. Where the file begins with a dictionary for its frames it is used.
func NewReaderAt(file io.ReaderAt, offset, length int64, opt ReaderOptions) *Reader {
	opt.Offset = offset
	size := int(min(max(length, 4<<10), historySize))
	r := newReader(io.NewSectionReader(file, offset, length), opt, size)
	var magic [4]byte
	if n, err := file.ReadAt(magic[:], 0); n < len(magic) {
		if err != io.EOF {
			r.err = err
		}
	} else if offset > 0 && string(magic[:]) == dictionaryMagic {
		if r.dict, err = readDictionary(io.NewSectionReader(file, 0, 8+maxZstd)); err != nil {
			r.err = &Error{Kind: kindOf(err), Err: err}
		}
	}
	return r
}

// Next returns the next record, skipping what was not read of the one before; io.EOF at
// the end. Its errors about what the file holds are [*Error]; the call after one goes on
// at the next record that can be found, if there is one. An error of reading the file comes
// back as it is, and from every call after.
func (r *Reader) Next() (*Record, error) {
	if r.rec != nil {
		err := r.finish(r.rec)
		r.rec = nil
		if err != nil {
			return nil, err
		}
	}
	if err := r.err; err != nil {
		if _, damaged := errors.AsType[*Error](err); damaged {
			r.err = io.EOF // nothing can be read behind it
		}
		return nil, err
	}
	if r.text == nil {
		if err := r.open(); err != nil {
			return nil, err
		}
	}
	if err := r.seek(); err != nil {
		return nil, err
	}
	return r.head()
}

// open finds out what the file is.
func (r *Reader) open() (err error) {
	head, _ := r.packed.Peek(8)
	var u *unzstder
	switch {
	case len(head) == 8 && string(head[:4]) == dictionaryMagic:
		if r.dict, err = readDictionary(r.packed); err != nil {
			return r.damaged(r.opt.Offset, "", r.opt.Offset, err)
		}
		u, err = newUnzstder(r.dict)
		r.unpack = u
	case len(head) == 8 && (string(head[:4]) == zstdMagic || isSkippable(head)):
		u, err = newUnzstder(r.dict)
		r.unpack = u
	case len(head) > 2 && string(head[:3]) == new(gunzipper).magic():
		r.unpack = new(gunzipper)
	}
	if err != nil {
		r.err = io.EOF
		return &Error{Kind: Malformed, Offset: r.opt.Offset, Err: err}
	}
	if r.text = r.packed; r.unpack != nil {
		r.member = -1
		r.text = bufio.NewReaderSize((*members)(r), r.packed.Size())
	}
	return nil
}

func isSkippable(head []byte) bool {
	_, ok := skippable(head)
	return ok
}

// members is a compressed file as text reads it: up to the end of a member, and within a
// record on into the next.
type members Reader

func (m *members) Read(p []byte) (int, error) {
	r := (*Reader)(m)
	for {
		if len(r.pending) > 0 {
			n := copy(p, r.pending)
			r.pending = r.pending[n:]
			return n, nil
		}
		if r.broken != nil || r.torn {
			return 0, io.ErrUnexpectedEOF
		}
		if r.member < 0 {
			return 0, io.EOF
		}
		n, err := r.unpack.Read(p)
		if n > 0 || err == nil {
			return n, nil
		}
		if err != io.EOF {
			r.broken = err
			return 0, err
		}
		if !r.inside {
			r.member = -1
			return 0, io.EOF
		}
		if err := r.goOn(); err != nil {
			return 0, err
		}
	}
}

// goOn begins a member within a record. Where it begins with a record of its own, the
// one before was torn, and somebody has appended to the file since.
func (r *Reader) goOn() error {
	if err := r.begin(); err != nil {
		return early(err)
	}
	var head [5]byte
	n, err := io.ReadFull(r.unpack, head[:])
	r.pending = head[:n]
	if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
		r.broken = err
		return err
	}
	r.torn = string(r.pending) == "WARC/"
	if r.torn {
		return io.ErrUnexpectedEOF
	}
	return nil
}

// begin begins a member; io.EOF when there is none.
func (r *Reader) begin() error {
	r.member, r.records = r.offset(), 0
	err := r.unpack.begin(r.packed)
	if err == io.EOF {
		r.member = -1
	} else if err != nil {
		r.broken = err
	}
	return err
}

// offset is where in the file the next byte stands that nobody has taken.
func (r *Reader) offset() int64 { return r.raw.offset() - int64(r.packed.Buffered()) }

// place is where a record that begins here stands.
func (r *Reader) place() int64 {
	if r.unpack != nil {
		return r.member
	}
	return r.offset()
}

// peek returns the next n bytes of the text, or as many as there are, and begins members
// between records.
func (r *Reader) peek(n int) ([]byte, error) {
	for {
		if r.unpack != nil && r.member < 0 {
			if err := r.begin(); err != nil {
				return nil, err
			}
			r.text.Reset((*members)(r))
		}
		next, err := r.text.Peek(n)
		if len(next) > 0 || r.unpack == nil || err != io.EOF {
			return next, err
		}
	}
}

// seek goes to where the next record begins.
func (r *Reader) seek() error {
	if err := r.search(); err != nil {
		return err
	}
	for {
		next, err := r.peek(1)
		switch {
		case len(next) == 0 && err == io.EOF && r.raw.failed() == nil:
			r.err = io.EOF
			return io.EOF
		case len(next) == 0:
			return r.damaged(r.place(), "", r.place()+1, err)
		case next[0] != '\r' && next[0] != '\n':
			return nil
		}
		if _, err := r.text.Discard(1); err != nil {
			return err
		}
	}
}

// head reads the head of the record that begins here.
func (r *Reader) head() (*Record, error) {
	rec := &Record{reader: r, Offset: r.place(), first: r.records == 0}
	r.records++
	if next, _ := r.text.Peek(5); string(next) != "WARC/" {
		if string(next) == "filed" {
			r.err = io.EOF
			return nil, &Error{Kind: Unsupported, Offset: rec.Offset, Err: errors.New("this is an ARC file and no WARC")}
		}
		return nil, r.damaged(rec.Offset, "", rec.Offset, errNoRecord)
	}
	r.inside = true
	lines, err := readLines(r.text)
	if err != nil {
		return nil, r.damaged(rec.Offset, "", rec.Offset+1, err)
	}
	first, fields := parseFields(lines)
	number, ok := version(first)
	if !ok {
		return nil, r.damaged(rec.Offset, "", rec.Offset+1, errNoRecord)
	}
	rec.Version, rec.Header = number, fields
	if rec.Head, rec.Size, err = parseHead(fields); err != nil {
		return nil, r.damaged(rec.Offset, rec.ID, rec.Offset+1, err)
	}
	rec.block = &block{rec: rec, left: rec.Size}
	rec.Block = rec.block
	if r.opt.Verify {
		rec.block.check = newChecks(rec)
	}
	if rec.Size == 0 {
		r.inside = false
	}
	r.rec = rec
	return rec, nil
}

var (
	errNoRecord = errors.New("no WARC record begins here")
	errFollowed = errors.New("behind its block stands something else than a record: its Content-Length is wrong")
	errLineEnds = errors.New("the file ends before the line ends behind the record")
)

// finish reads what is left of a record and what ends it. It returns an error that
// nobody has seen.
func (r *Reader) finish(rec *Record) error {
	b := rec.block
	told := b.told
	_, _ = io.Copy(io.Discard, b) // its error is b.err
	var unseen error
	if b.err != io.EOF && !told {
		unseen = b.err
	}
	if rec.ended {
		return unseen
	}
	rec.ended = true
	if err := r.lineEnds(rec); err != nil {
		return err
	}
	return unseen
}

// lineEnds reads the two line ends behind a record, and finds out how long it is. Where a
// record follows or the member ends, none need be there.
func (r *Reader) lineEnds(rec *Record) error {
	rec.length = -1
	n := 0
	for ; n < 2; n++ {
		next, _ := r.text.Peek(2)
		switch {
		case len(next) > 0 && next[0] == '\n':
			next = next[:1]
		case string(next) != "\r\n":
			next = nil
		}
		if len(next) == 0 {
			break
		}
		if _, err := r.text.Discard(len(next)); err != nil {
			return err
		}
	}
	if r.unpack == nil {
		return r.lineEndsOfPlain(rec, n)
	}
	next, err := r.text.Peek(1)
	for len(next) > 0 && (next[0] == '\r' || next[0] == '\n') {
		if _, err := r.text.Discard(1); err != nil {
			return err
		}
		next, err = r.text.Peek(1)
	}
	switch {
	case len(next) > 0:
		return r.followed(rec)
	case err != io.EOF:
		return r.damaged(rec.Offset, rec.ID, rec.Offset+1, err)
	case rec.first:
		rec.length = r.offset() - rec.Offset
	}
	return nil
}

func (r *Reader) lineEndsOfPlain(rec *Record, n int) error {
	if n < 2 {
		if next, _ := r.text.Peek(2); len(next) == 0 || string(next) == "\r" {
			return r.damaged(rec.Offset, rec.ID, rec.Offset+1, endOf(errLineEnds))
		}
		if err := r.followed(rec); err != nil {
			return err
		}
	}
	rec.length = r.offset() - rec.Offset
	return nil
}

// followed checks that a record follows.
func (r *Reader) followed(rec *Record) error {
	if next, _ := r.text.Peek(5); string(next) != "WARC/" {
		return r.damaged(rec.Offset, rec.ID, rec.Offset+1, errFollowed)
	}
	return nil
}
