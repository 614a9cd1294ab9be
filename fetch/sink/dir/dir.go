// Package dir stores bodies as files, one a URL, below DIR/bodies.
//
// Make a [Sink] with [New] and give each answer to [Sink.Put]. [Name] tells where
// the body of a URL goes, and [Sink.Exists] whether something is there already.
//
// A body that ends within 64 KiB is created under its final name in one write,
// which costs half of a temporary file and a rename. A larger one streams into
// .crawl/tmp and gets its name at the end; memory does not grow with the body.
// Either way a file counts only once something else names it: this package makes
// nothing durable and keeps no record. [crawl/fetch/manifest] does both.
package dir

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"crawl/fetch"
	"crawl/fetch/sink"
	"crawl/fetch/sink/firsts"
	"crawl/files"
	"crawl/files/urlname"
)

// Bodies is the folder that holds the bodies, Temp the one for bodies under way.
const (
	Bodies = "bodies"
	Temp   = ".crawl/tmp"
)

// Sink stores bodies through an Engine. It is safe for concurrent use, with one
// Sink at a time for a folder.
type Sink struct {
	eng    files.Engine
	suffix string
	firsts *firsts.Table // nil unless equal bodies are to be stored once
	temp   atomic.Int64  // number of the last temporary file
}

var _ sink.Dropper = (*Sink)(nil)

// New returns a Sink that writes below the engine's root.
func New(eng files.Engine) *Sink { return &Sink{eng: eng} }

// NewSuffixed is New with a suffix behind every name, such as ".md" where pages are
// stored as Markdown. It has to be a short one.
func NewSuffixed(eng files.Engine, suffix string) *Sink { return &Sink{eng: eng, suffix: suffix} }

// LinkEqual has Put store a body that is there already, byte for byte, as a hard link to
// the first one; table knows where that is, by SHA-256. Where there can be no link there
// is a copy. It is to be called before the first Put, and the table stays the caller's.
func (s *Sink) LinkEqual(table *firsts.Table) { s.firsts = table }

// Two sizes of buffer: thousands of answers may wait for their bodies at once,
// and most bodies are small.
const (
	smallBuffer = 8 << 10
	largeBuffer = 64<<10 + 1 // one more, to see that 64 KiB were all
)

var (
	small = sync.Pool{New: func() any { return new([smallBuffer]byte) }}
	large = sync.Pool{New: func() any { return new([largeBuffer]byte) }}
)

// Put reads rec.Body to its end and stores it as the body of url, which must be
// canonical, in place of what is there. An empty body makes an empty file. It does
// not close the body.
//
// What reading the body gives for an error is returned as it is, and so is an end
// of ctx; a fault of the disk is a [*sink.Error]. After an error there is no file, or
// the one that was there before.
func (s *Sink) Put(ctx context.Context, rec *fetch.Record, url string) (sink.Stored, error) {
	buf := small.Get().(*[smallBuffer]byte)
	n, end, err := fill(rec.Body, buf[:], 0)
	if err == nil && !end {
		wide := large.Get().(*[largeBuffer]byte)
		defer large.Put(wide)
		copy(wide[:], buf[:n])
		small.Put(buf)
		return s.putLarge(ctx, rec.Body, wide[:], n, url)
	}
	defer small.Put(buf)
	if err != nil {
		return sink.Stored{}, err
	}
	return s.putWhole(ctx, buf[:n], url)
}

// putLarge goes on with a body of which buf holds the first n bytes.
func (s *Sink) putLarge(ctx context.Context, body io.Reader, buf []byte, n int, url string) (sink.Stored, error) {
	n, end, err := fill(body, buf, n)
	switch {
	case err != nil:
		return sink.Stored{}, err
	case end:
		return s.putWhole(ctx, buf[:n], url)
	}
	return s.putStream(ctx, body, buf, url)
}

// fill reads until buf, which holds n bytes, is full or the body ends.
func fill(body io.Reader, buf []byte, n int) (_ int, end bool, err error) {
	for n < len(buf) {
		more, err := body.Read(buf[n:])
		n += more
		if err == io.EOF {
			return n, true, nil
		}
		if err != nil {
			return n, false, err
		}
	}
	return n, false, nil
}

func (s *Sink) putWhole(ctx context.Context, data []byte, url string) (sink.Stored, error) {
	stored := sink.Stored{Path: s.bodyPath(url), Bytes: int64(len(data)), SHA256: sha256.Sum256(data)}
	if linked, err := s.link(ctx, &stored); linked || err != nil {
		return stored, err
	}
	if err := s.eng.PutFile(ctx, stored.Path, data); err != nil {
		return sink.Stored{}, s.diskError(ctx, stored.Path, err)
	}
	return stored, s.remember(ctx, &stored)
}

// putStream writes a temporary file from a full buf and the rest of the body.
func (s *Sink) putStream(ctx context.Context, body io.Reader, buf []byte, url string) (sink.Stored, error) {
	stored := sink.Stored{Path: s.bodyPath(url)}
	temp := Temp + "/" + strconv.FormatInt(s.temp.Add(1), 10)
	file, err := s.eng.Open(ctx, temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL)
	if err != nil {
		return sink.Stored{}, s.diskError(ctx, temp, err)
	}
	err = s.copyBody(ctx, &stored, file, body, buf)
	if closed := file.Close(); err == nil && closed != nil {
		err = s.diskError(ctx, stored.Path, closed)
	}
	linked := false
	if err == nil {
		linked, err = s.link(ctx, &stored)
	}
	if err == nil && !linked {
		if err = s.eng.Rename(ctx, temp, stored.Path); err != nil {
			err = s.diskError(ctx, stored.Path, err)
		}
	}
	if err != nil || linked {
		s.eng.Remove(context.WithoutCancel(ctx), temp) // the next start removes what stays
	}
	if err != nil {
		return sink.Stored{}, err
	}
	if !linked {
		err = s.remember(ctx, &stored)
	}
	return stored, err
}

// copyBody writes a full buf and then the rest of the body, and sums them up.
func (s *Sink) copyBody(ctx context.Context, stored *sink.Stored, file io.Writer, body io.Reader, buf []byte) (err error) {
	hash := sha256.New()
	for n, end := len(buf), false; ; {
		if _, err := file.Write(buf[:n]); err != nil {
			return s.diskError(ctx, stored.Path, err)
		}
		hash.Write(buf[:n])
		stored.Bytes += int64(n)
		if end {
			hash.Sum(stored.SHA256[:0])
			return nil
		}
		if n, end, err = fill(body, buf, 0); err != nil {
			return err
		}
	}
}

// Drop removes a body that was stored: nothing will name it.
func (s *Sink) Drop(ctx context.Context, stored sink.Stored) error {
	if err := s.eng.Remove(ctx, stored.Path); err != nil {
		return s.diskError(ctx, stored.Path, err)
	}
	return nil
}

// Exists returns what is stored for url, hashed anew, and whether anything is.
// A folder or a link under its name is not.
func (s *Sink) Exists(ctx context.Context, url string) (sink.Stored, bool, error) {
	stored := sink.Stored{Path: s.bodyPath(url)}
	info, err := s.eng.Stat(ctx, stored.Path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !info.Mode().IsRegular() {
		return sink.Stored{}, false, nil
	}
	if err != nil {
		return sink.Stored{}, false, s.diskError(ctx, stored.Path, err)
	}
	file, err := s.eng.Open(ctx, stored.Path, os.O_RDONLY)
	if err != nil {
		return sink.Stored{}, false, s.diskError(ctx, stored.Path, err)
	}
	defer file.Close() // only read

	buf := large.Get().(*[largeBuffer]byte)
	defer large.Put(buf)
	hash := sha256.New()
	for end := false; !end; {
		if ctx.Err() != nil {
			return sink.Stored{}, false, ctx.Err()
		}
		var n int
		if n, end, err = fill(file, buf[:], 0); err != nil {
			return sink.Stored{}, false, s.diskError(ctx, stored.Path, err)
		}
		hash.Write(buf[:n])
		stored.Bytes += int64(n)
	}
	hash.Sum(stored.SHA256[:0])
	return stored, true, nil
}

// Name tells where below [Bodies] the body of a URL goes; see [urlname.Of].
func Name(url string) string { return urlname.Of(url) }

// bodyPath returns where the body of url goes.
func (s *Sink) bodyPath(url string) string {
	var buf [256]byte
	return string(append(urlname.Append(append(buf[:0], Bodies+"/"...), url), s.suffix...))
}

// diskError tells the end of ctx, heard while waiting for the disk, from its faults.
func (s *Sink) diskError(ctx context.Context, path string, err error) error {
	if ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		return err
	}
	return &sink.Error{Path: path, Err: err, All: s.blocked(ctx, path)}
}

// blocked reports whether something stands where the folder of all bodies, or that
// of all temporary files, belongs.
func (s *Sink) blocked(ctx context.Context, path string) bool {
	folder := Bodies
	if strings.HasPrefix(path, Temp+"/") {
		folder = Temp
	}
	info, err := s.eng.Stat(context.WithoutCancel(ctx), folder)
	return err == nil && !info.IsDir()
}
