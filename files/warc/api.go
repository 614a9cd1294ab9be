package warc

import (
	"context"
	"io"
	"time"

	"crawl/files"
)

// Digest is a labelled digest as a header has it: "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ".
type Digest string

// Algorithm makes digests.
type Algorithm string

// The algorithms that are checked; others are passed over. Those of SHA-1 and SHA-256 can
// be written.
const (
	SHA1   Algorithm = "sha1"   // in base32
	SHA256 Algorithm = "sha256" // in hexadecimal
	SHA512 Algorithm = "sha512"
	MD5    Algorithm = "md5"
)

// Content is a block to write. [*strings.Reader], [*bytes.Reader] and
// [*io.SectionReader] are one. It is read twice unless the digests are known.
type Content interface {
	io.ReaderAt
	Size() int64
}

// Draft is a record to write. [Archive.Append] fills in what is zero and can be known.
type Draft struct {
	Head
	Block Content // nil: empty
}

// Record is a record as it is read.
type Record struct {
	Head
	Version string    // "1.1"
	Header  Header    // all its fields as they stand, but for folded lines
	Size    int64     // of the block, in bytes
	Block   io.Reader // valid until the next call of [Reader.Next]
	Offset  int64     // in the file, of the record or of the member that it begins in
}

// Length is how many bytes of the file the record takes, compressed as they are. It skips
// what was not read of the block. It is -1 where the record can't be read alone: in a
// gzip file that is one member for several records.
func (r *Record) Length() (int64, error) { panic("under way") }

// Message is the HTTP message of a request, response or revisit.
type Message struct {
	Head    []byte    // as sent, with the empty line behind it
	Line    string    // the first line
	Proto   string    // "HTTP/1.1"
	Status  int       // of a response
	Reason  string    // of a response: what stands behind the status
	Method  string    // of a request
	Target  string    // of a request
	Header  Header    // names as sent
	Payload io.Reader // the rest of the block with chunks put together, its content coding as it is
	Raw     io.Reader // the rest of the block as it is; read either
}

// HTTP reads the head of the message that the block begins with. What is no HTTP is an
// [*Error] of the kind [Malformed].
func (r *Record) HTTP() (*Message, error) { panic("under way") }

// Kind is a sort of damage.
type Kind string

// The kinds.
const (
	Malformed   Kind = "malformed"   // no WARC, or not as the standard has it
	Cut         Kind = "cut short"   // the file ends within a record
	BadDigest   Kind = "digest"      // what stands there is not what was written
	Unsupported Kind = "unsupported" // a compression that can't be read
)

// Error is damage in a WARC file. Unless it is Unsupported, [Reader.Next] may be called
// again and goes on behind it.
type Error struct {
	Kind   Kind
	Offset int64  // in the file, of the record or the member that is damaged
	ID     string // of the record, where that is known
	Err    error
}

func (e *Error) Error() string { return "" }
func (e *Error) Unwrap() error { return e.Err }

// ReaderOptions are a Reader's. The zero value works.
type ReaderOptions struct {
	// Verify has the digests checked while a block is read or skipped. Where one is wrong
	// the block ends with an [*Error] in place of io.EOF; so does Next where it skips.
	Verify bool

	// Offset is where in the file the reader begins; it is added to those that are told.
	Offset int64
}

// Reader reads the records of a WARC file one after the other. It is for one goroutine
// at a time. Reading errors of the file come back as they are and end it.
type Reader struct{}

// NewReader returns a Reader of a file of any compression that it can tell by its first
// bytes.
func NewReader(r io.Reader, opt ReaderOptions) *Reader { panic("under way") }

// NewReaderAt returns a Reader of the length bytes of a file that begin at offset, as an
// index has them. Where the file begins with a dictionary for its frames it is used.
func NewReaderAt(file io.ReaderAt, offset, length int64, opt ReaderOptions) *Reader {
	panic("under way")
}

// Next returns the next record, skipping what was not read of the one before; io.EOF at
// the end. Its errors about the file's content are [*Error]; the call after one goes on at
// the next record that can be found.
func (r *Reader) Next() (*Record, error) { panic("under way") }

// Place is where a record stands.
type Place struct {
	File   string // relative to the engine's root
	Offset int64
	Length int64
	ID     string
}

// ArchiveOptions are an Archive's. The zero value works.
type ArchiveOptions struct {
	// Prefix begins the names of files: PREFIX-20261126032617-00001.warc.gz, with the time
	// at which the file was begun and its number in the folder. Default: "crawl".
	Prefix string

	// MaxSize is at how many bytes a file is full; the records of one capture stay together
	// and may exceed it. Default: 1e9, as Annex C of the standard recommends.
	MaxSize int64

	// Plain writes files without compression. Else each record is a gzip member.
	Plain bool

	// Level is gzip's, 1 to 9. Default: 6.
	Level int

	// Digest is what digests are made with: SHA1, the default, or SHA256.
	Digest Algorithm

	// Info are the fields of the warcinfo record that each file begins with, such as
	// software, robots and http-header-user-agent.
	Info Header

	// Trusted says up to which byte files that are there hold records that the caller's
	// journal knows, by their names as [Place.File] has them. They are cut back to that,
	// and the last of them is gone on with unless it is full. Other files in the folder are
	// left alone.
	Trusted map[string]int64

	// Now is the clock. Default: [time.Now].
	Now func() time.Time
}

// Archive is a folder of WARC files, of which the last grows. It is safe for concurrent
// use; only one may be open on a folder at a time.
type Archive struct{}

// OpenArchive opens the folder dir below the engine's root, made with the first record. A
// file that is shorter than its trusted size is an [*Error] of the kind Cut, and nothing is
// changed then.
func OpenArchive(ctx context.Context, eng files.Engine, dir string, opt ArchiveOptions) (*Archive, error) {
	panic("under way")
}

// Append writes the records of one capture one behind the other and says where they
// stand. They are in one file whole or not at all; after an error it ends where it ended
// before. When Append returns the operating system has them: [files.Engine.Sync] makes
// them durable.
//
// What drafts leave out is filled in: ID, WarcinfoID, Date (now, the same for all), the
// digests, and between a request or metadata and the response, revisit or resource of
// the capture ConcurrentTo. The payload digest is that of the bytes behind the head of an
// HTTP message, chunks as they are, or of the whole block of a resource or conversion; a
// revisit must bring its own. Errors in a draft are an [*Error] of the kind Malformed.
func (a *Archive) Append(ctx context.Context, capture ...Draft) ([]Place, error) { panic("under way") }

// Close ends the file. What was appended stays.
func (a *Archive) Close() error { panic("under way") }

// Mend cuts a WARC file that nobody writes to back to the end of its last whole record,
// and says how many bytes it took away. It reads the whole file. Damage that is
// followed by a whole record is no torn tail and stays.
func Mend(ctx context.Context, eng files.Engine, name string) (cut int64, err error) {
	panic("under way")
}
