// Package warc keeps whole exchanges with servers in web archives, below DIR/warc: the
// bytes of requests and answers as they went over the wire, before any decoding.
//
// [Open] a [Sink] in the folder of a crawl, tell it by [Options.Known] what its
// manifest knows, give each answer to [Sink.Put] and what brought none that is stored to
// [Sink.Keep], and Close it at the end. Requests must name a capture of [Sink.Capture].
//
// The records of one visit stand side by side: the last answer's first, its request,
// what the metadata say, then the hops that led there. They are written at once or not
// at all, and count once a manifest names them: what stands behind the last that does
// is cut off at the next start. Each finished file has its index beside it, a CDXJ; one
// that has none is still being written.
//
// A body that was stored before becomes a revisit where [Options.Dedupe] says so, and
// so does a 304, whether or not. Of a body that is cut its record says why
// (WARC-Truncated). HTTP/2, which has no such bytes, is written as the same messages in
// HTTP/1.1, with WARC-Protocol: h2. Passwords are not kept: not those in URLs, and in
// requests Authorization and Proxy-Authorization have three stars for a value.
//
// [crawl/files/warc] writes the format.
package warc

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"runtime"
	"sync"

	"crawl/fetch"
	"crawl/fetch/sink"
	"crawl/fetch/sink/firsts"
	"crawl/files"
	"crawl/files/temp"
	"crawl/files/transform"
	"crawl/files/warc"
)

// Folder is where the archives are.
const Folder = "warc"

const spills = ".crawl/tmp"

// Options of a [Sink]. The zero value works in an empty folder.
type Options struct {
	// Info says in each file who made it, such as software and operator.
	Info []fetch.Field
	// MaxSize is at how many bytes a file is full. Default: 1e9.
	MaxSize int64
	// Dedupe has a body that was stored before, byte for byte on the wire, refer to that.
	Dedupe bool
	// Known says what the manifest knows of the files that are there. What is in files of
	// this package beyond that goes, unless they are finished.
	Known map[string]sink.Extent
	// Spans returns all that it knows of one file. It is asked about files that are not
	// finished, for what lies in between may have been lost with the machine's power. nil
	// leaves that as it is.
	Spans func(ctx context.Context, file string) (sink.Spans, error)
}

// Sink keeps exchanges. It is safe for concurrent use, with one Sink at a time for a
// folder.
type Sink struct {
	eng      files.Engine
	archive  *warc.Archive
	recorder fetch.Recorder
	turns    transform.Turns // to compress, which takes a megabyte each
	firsts   *firsts.Table   // nil without Dedupe
	indexes  indexes
}

// Open opens the archives below the engine's root, which it repairs after a run that
// broke off. The engine stays the caller's, to be closed after the Sink. Its error is a
// [*sink.Error].
func Open(ctx context.Context, eng files.Engine, opt Options) (*Sink, error) {
	s := &Sink{eng: eng, turns: transform.NewTurns(2 * runtime.NumCPU())} // one computes while another writes
	s.recorder.Spill = func() (fetch.Spill, error) {
		return temp.File(context.WithoutCancel(ctx), eng, temp.Options{Dir: spills})
	}
	if opt.Dedupe {
		s.firsts = firsts.New(eng)
	}
	if err := s.open(ctx, opt); err != nil {
		return nil, errors.Join(diskError(ctx, Folder, err), s.release())
	}
	return s, nil
}

// release gives back what is no file of the archive.
func (s *Sink) release() error {
	err := s.indexes.close()
	if s.firsts != nil {
		err = errors.Join(err, s.firsts.Close())
	}
	return err
}

// Capture implements [crawl/fetch/crawl.Archive].
func (s *Sink) Capture() *fetch.Capture { return s.recorder.Capture() }

var buffers = sync.Pool{New: func() any { return new([32 << 10]byte) }}

// Put reads rec.Body to its end, which it sums up, and keeps the exchanges that
// rec.Request.Capture has. It does not close the body, whose errors it returns as they
// are; then nothing is kept. A fault of the disk is a [*sink.Error].
func (s *Sink) Put(ctx context.Context, rec *fetch.Record, _ string) (sink.Stored, error) {
	if rec.Request == nil || rec.Request.Capture == nil {
		return sink.Stored{}, errors.New("the exchange was not captured")
	}
	buf := buffers.Get().(*[32 << 10]byte)
	defer buffers.Put(buf)
	hash := sha256.New()
	n, err := io.CopyBuffer(hash, struct{ io.Reader }{rec.Body}, buf[:])
	if err != nil {
		return sink.Stored{}, err
	}
	stored, err := s.Keep(ctx, rec.Request.Capture, nil)
	if err != nil {
		return sink.Stored{}, err
	}
	stored.Bytes = n
	hash.Sum(stored.SHA256[:0])
	return stored, nil
}

// Keep keeps what was captured of a visit, of which err is how it failed. It does
// nothing where no server answered.
func (s *Sink) Keep(ctx context.Context, got *fetch.Capture, err error) (sink.Stored, error) {
	exchanges := got.Exchanges()
	if len(exchanges) == 0 {
		return sink.Stored{}, nil
	}
	for _, x := range exchanges {
		if err := x.Err(); err != nil {
			return sink.Stored{}, diskError(ctx, spills, err)
		}
	}
	v, err := s.visit(exchanges, err)
	if err != nil {
		return sink.Stored{}, diskError(ctx, spills, err)
	}
	places, err := s.append(ctx, v)
	if err != nil {
		return sink.Stored{}, diskError(ctx, Folder, err)
	}
	if err := s.remember(ctx, v); err != nil {
		return sink.Stored{}, diskError(ctx, spills, err)
	}
	first, last := places[0], places[len(places)-1]
	return sink.Stored{WARC: sink.Section{
		Path:   first.File,
		Offset: first.Offset,
		Length: last.Offset + last.Length - first.Offset,
		Digest: string(v.drafts[0].PayloadDigest),
	}}, nil
}

// Layer keeps all that passes through it, for requests that are none of a crawl's own,
// such as those for robots.txt. A fault of the disk ends the body with an error, and with
// it the fetch.
func (s *Sink) Layer() fetch.Layer {
	return func(next fetch.Fetcher) fetch.Fetcher {
		return fetch.FetcherFunc(func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			own := *req
			own.Capture = s.Capture()
			rec, err := next.Fetch(ctx, &own)
			if err != nil {
				_, kept := s.Keep(ctx, own.Capture, err)
				own.Capture.Close()
				if kept != nil {
					err = kept
				}
				return nil, err
			}
			rec.Body = &keeping{ReadCloser: rec.Body, ctx: ctx, sink: s, got: own.Capture}
			return rec, nil
		})
	}
}

// keeping is a body whose exchange is kept when it is closed.
type keeping struct {
	io.ReadCloser
	ctx  context.Context
	sink *Sink
	got  *fetch.Capture // nil once it is kept
	err  error          // of the body
}

func (k *keeping) Read(p []byte) (int, error) {
	n, err := k.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		k.err = err
	}
	return n, err
}

// Close implements [io.Closer].
func (k *keeping) Close() error {
	err := k.ReadCloser.Close()
	if k.got == nil {
		return err
	}
	_, kept := k.sink.Keep(k.ctx, k.got, k.err)
	k.got.Close()
	k.got = nil
	return errors.Join(err, kept)
}

// Close ends the last file and writes what indexes are missing.
func (s *Sink) Close(ctx context.Context) error {
	err := s.archive.Close()
	if err == nil {
		err = s.indexes.seal(ctx, s.eng, true)
	}
	return diskError(ctx, Folder, errors.Join(err, s.release()))
}

// diskError tells the end of ctx from faults of the disk.
func diskError(ctx context.Context, path string, err error) error {
	if err == nil || ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		return err
	}
	return &sink.Error{Path: path, Err: err, All: true}
}
