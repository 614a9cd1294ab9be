package warc

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"time"

	"crawl/files"
)

// DefaultMaxSize is at how many bytes a file is full when nothing else is said: a
// gigabyte, as Annex C of the standard recommends.
const DefaultMaxSize = 1_000_000_000

// ArchiveOptions are an Archive's. The zero value works.
type ArchiveOptions struct {
	// Prefix begins the names of files: PREFIX-20261126032617-00001.warc.gz, with the time
	// at which the file was begun and its number in the folder. Default: "crawl". It may
	// have letters, digits, and ._- in it.
	Prefix string

	// MaxSize is at how many bytes a file is full. The records of one capture stay together,
	// and those alone may be more. Default: DefaultMaxSize.
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
	// journal knows, by their names as [Place.File] has them. They are cut back to that, and
	// the last of them is gone on with unless it is full. The last file in the folder may
	// not be among them: a run broke off before the journal knew of it. Then it is mended,
	// as by [Mend]. Others are left alone, and all of them where Trusted is nil.
	Trusted map[string]int64

	// Now is the clock. Default: [time.Now].
	Now func() time.Time
}

// settle checks the options and fills in what is left out.
func (o *ArchiveOptions) settle() error {
	o.Prefix = cmp.Or(o.Prefix, "crawl")
	if strings.Trim(strings.ToLower(o.Prefix), "abcdefghijklmnopqrstuvwxyz0123456789._-") != "" || o.Prefix[0] == '.' {
		return fmt.Errorf("%q can't begin the name of a WARC file", o.Prefix)
	}
	if o.MaxSize <= 0 {
		o.MaxSize = DefaultMaxSize
	}
	if o.Level = cmp.Or(o.Level, 6); o.Level < 1 || o.Level > 9 {
		return fmt.Errorf("gzip has no level %d", o.Level)
	}
	if o.Digest = cmp.Or(o.Digest, SHA1); o.Digest != SHA1 && o.Digest != SHA256 {
		return fmt.Errorf("no digests of %q are written", o.Digest)
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return nil
}

// Place is where a record stands.
type Place struct {
	File   string // relative to the engine's root
	Offset int64
	Length int64 // in the file, compressed as it is
	ID     string
}

// Archive is a folder of WARC files, of which the last grows. It is safe for concurrent
// use; only one may be open on a folder at a time.
//
// Small captures are compressed by the callers, as many at once as Go has processors, and
// only written one after the other. Those of more than 4 MiB are compressed straight into
// the file, for which the others wait.
type Archive struct {
	eng  files.Engine
	dir  string
	opt  ArchiveOptions
	turn chan struct{} // holds the right to all that follows

	file   files.File // nil until there is something to write
	name   string
	info   string // the ID of its warcinfo
	first  int64  // where the warcinfo ends
	end    int64
	number int   // of the last file in the folder
	err    error // sticky: the file does not end where end is, or the archive is closed

	packers chan *packer // those that nobody uses; nil for one that is not made yet
}

// OpenArchive opens the folder dir below the engine's root. It is made, as are files,
// with the first record. A file that is not as long as it is trusted to be is an
// [*Error] of the kind [Cut], and then none is changed.
func OpenArchive(ctx context.Context, eng files.Engine, dir string, opt ArchiveOptions) (*Archive, error) {
	if err := opt.settle(); err != nil {
		return nil, err
	}
	a := &Archive{eng: eng, dir: dir, opt: opt, turn: make(chan struct{}, 1), packers: make(chan *packer, runtime.GOMAXPROCS(0))}
	for range cap(a.packers) {
		a.packers <- nil
	}
	if err := a.resume(ctx); err != nil {
		return nil, err
	}
	return a, nil
}

// resume cuts the files that are there back and finds the one to go on with.
func (a *Archive) resume(ctx context.Context) error {
	entries, err := a.eng.ReadDir(ctx, a.dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	last := ""
	for _, e := range entries {
		if n, ok := a.numberOf(e.Name()); ok && n > a.number {
			a.number, last = n, path.Join(a.dir, e.Name())
		}
	}
	names := slices.Sorted(maps.Keys(a.opt.Trusted))
	for _, name := range names {
		info, err := a.eng.Stat(ctx, name)
		if err != nil {
			return err
		}
		if size := a.opt.Trusted[name]; info.Size() < size {
			return &Error{Kind: Cut, Offset: info.Size(), Err: fmt.Errorf("%s has lost what stood behind, up to byte %d", name, size)}
		}
	}
	for _, name := range names {
		if err := a.cutBack(ctx, name); err != nil {
			return err
		}
	}
	switch size, trusted := a.opt.Trusted[last]; {
	case last == "" || a.opt.Trusted == nil:
		return nil
	case !trusted:
		return a.mend(ctx, last)
	case size == 0:
		return nil
	}
	return a.reopen(ctx, last)
}

// mend cuts the torn tail off a file that the journal does not know, and removes one in
// which nothing is whole.
func (a *Archive) mend(ctx context.Context, name string) error {
	_, err := Mend(ctx, a.eng, name)
	if _, damaged := errors.AsType[*Error](err); damaged {
		return a.eng.Remove(ctx, name)
	}
	return err
}

// cutBack leaves of a file what is trusted, and nothing of one of which nothing is.
func (a *Archive) cutBack(ctx context.Context, name string) error {
	if a.opt.Trusted[name] == 0 {
		return a.eng.Remove(ctx, name)
	}
	f, err := a.eng.Open(ctx, name, os.O_RDWR)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if size := a.opt.Trusted[name]; err == nil && info.Size() > size {
		err = f.Truncate(size)
	}
	return errors.Join(err, f.Close())
}

// reopen goes on with a file, unless it is full or does not begin as ours do.
func (a *Archive) reopen(ctx context.Context, name string) error {
	size := a.opt.Trusted[name]
	if size >= a.opt.MaxSize || strings.HasSuffix(name, plainSuffix) != a.opt.Plain {
		return nil
	}
	f, err := a.eng.Open(ctx, name, os.O_RDWR)
	if err != nil {
		return err
	}
	rec, err := NewReaderAt(f, 0, size, ReaderOptions{}).Next()
	if err == nil && rec.Type == Warcinfo {
		var length int64
		if length, err = rec.Length(); err == nil && length > 0 {
			a.file, a.name, a.info, a.first, a.end = f, name, rec.ID, length, size
			return nil
		}
	}
	if _, damaged := errors.AsType[*Error](err); damaged || err == io.EOF {
		err = nil
	}
	return errors.Join(err, f.Close())
}

const (
	plainSuffix = ".warc"
	gzipSuffix  = ".warc.gz"
	stamp       = "20060102150405"
)

func (a *Archive) suffix() string {
	if a.opt.Plain {
		return plainSuffix
	}
	return gzipSuffix
}

// numberOf is the number in the name of a file of this archive.
func (a *Archive) numberOf(base string) (int, bool) {
	base = strings.TrimSuffix(strings.TrimSuffix(base, ".gz"), plainSuffix)
	rest, found := strings.CutPrefix(base, a.opt.Prefix+"-")
	began, number, also := strings.Cut(rest, "-")
	if _, err := time.Parse(stamp, began); !found || !also || err != nil {
		return 0, false
	}
	n, err := strconv.Atoi(number)
	return n, err == nil && n > 0
}

// Append writes the records of one capture one behind the other and says where they
// stand. They are in one file whole or not at all: after an error it ends where it ended
// before. When Append returns the operating system has them; [files.Engine.Sync] makes
// them durable. ctx is heard between the pieces of large blocks.
//
// What drafts leave out is filled in: ID and WarcinfoID, Date (now, the same for all), the
// digests, and in a request or metadata ConcurrentTo, which becomes the response, revisit or
// resource of the capture. The payload digest is that of the bytes behind the head of an
// HTTP message, in chunks as they are, which is what wget and warcio take for it, or of the
// whole block of a resource; a revisit must bring its own. What drafts get wrong is a
// [*DraftError].
func (a *Archive) Append(ctx context.Context, capture ...Draft) ([]Place, error) {
	if len(capture) == 0 {
		return nil, nil
	}
	p, err := a.packer(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { a.packers <- p }()
	drafts, err := complete(capture, a.opt.Digest, a.opt.Now(), p.piece)
	if err != nil {
		return nil, err
	}
	var size int64
	for i := range drafts {
		size += drafts[i].size()
	}
	if size > maxParallel {
		return a.stream(ctx, p, drafts, size)
	}
	return a.write(ctx, p, drafts)
}

// Close ends the file. What was appended stays. A second call does nothing.
func (a *Archive) Close() error {
	a.turn <- struct{}{} // ends with the writing under way
	defer a.leave()
	if errors.Is(a.err, fs.ErrClosed) {
		return nil
	}
	a.err = &fs.PathError{Op: "append", Path: a.dir, Err: fs.ErrClosed}
	return a.endFile()
}
