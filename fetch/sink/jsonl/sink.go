package jsonl

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"runtime"
	"sync"

	"crawl/fetch"
	"crawl/fetch/sink"
	"crawl/files"
	"crawl/files/transform"
	"crawl/files/transform/page"
)

// Folder is where the files are.
const Folder = "jsonl"

// Bounds of memory: for one body, and for how many at a time that are not small.
const (
	MaxText = 4 << 20
	small   = 256 << 10
	manyAt  = 16
)

// Options of a [Sink]. The zero value works in an empty folder.
type Options struct {
	// MaxSize is at how many bytes a file is full. Default: 1e9.
	MaxSize int64
	// Known says what the manifest knows of the files that are there. What is in files of
	// this package beyond that goes.
	Known map[string]sink.Extent
	// Spans returns all that it knows of one file. It is asked only where there is less of
	// that than the file holds, after a run that broke off.
	Spans func(ctx context.Context, file string) (sink.Spans, error)
}

// Sink keeps pages. It is safe for concurrent use, with one Sink at a time for a folder.
type Sink struct {
	text  transform.Chain
	turns transform.Turns
	large chan struct{} // a token for each body that is not small
	out   *output
}

// Open opens the files below the engine's root, which it repairs after a run that broke
// off. The engine stays the caller's, to be closed after the Sink. Its error is a
// [*sink.Error].
func Open(ctx context.Context, eng files.Engine, opt Options) (*Sink, error) {
	text, err := transform.New(page.Text())
	if err != nil {
		return nil, err
	}
	out, err := openOutput(ctx, eng, opt)
	if err != nil {
		return nil, diskError(ctx, err)
	}
	return &Sink{
		text:  text,
		turns: transform.NewTurns(runtime.NumCPU()),
		large: make(chan struct{}, manyAt),
		out:   out,
	}, nil
}

// work is what one call of Put needs, to be used again.
type work struct {
	body, line bytes.Buffer
	sum        hash.Hash
}

var works = sync.Pool{New: func() any { return &work{sum: sha256.New()} }}

// keepAtMost is how large a buffer may be and be kept for the next.
const keepAtMost = 1 << 20

func (w *work) release() {
	if w.body.Cap() > keepAtMost || w.line.Cap() > keepAtMost {
		return
	}
	w.body.Reset()
	w.line.Reset()
	w.sum.Reset()
	works.Put(w)
}

// Put reads rec.Body to its end and adds a line about the page at url. It does not close
// the body, whose errors it returns as they are; then there is no line. A fault of the
// disk is a [*sink.Error].
func (s *Sink) Put(ctx context.Context, rec *fetch.Record, url string) (sink.Stored, error) {
	w := works.Get().(*work)
	defer w.release()
	give := func() {}
	defer func() { give() }()
	stored, whole, err := s.read(ctx, w, rec, &give)
	if err != nil {
		return sink.Stored{}, err
	}
	p := newPage(rec, url, stored)
	p.TextCut = !whole
	if err := s.look(ctx, w.body.Bytes(), rec, p); err != nil {
		return sink.Stored{}, err
	}
	stored.JSONL, err = s.out.append(ctx, &w.line, p)
	if err != nil {
		return sink.Stored{}, diskError(ctx, err)
	}
	return stored, nil
}

// read reads the body, of which it keeps the beginning if that is text, and says whether
// that was all. give will give a token back.
func (s *Sink) read(ctx context.Context, w *work, rec *fetch.Record, give *func()) (stored sink.Stored, whole bool, err error) {
	body := io.TeeReader(rec.Body, w.sum)
	if kindOf(rec) != noText {
		stored.Bytes, err = io.CopyN(&w.body, body, small)
		if err == nil && stored.Bytes == small {
			select {
			case s.large <- struct{}{}:
				*give = func() { <-s.large }
			case <-ctx.Done():
				return stored, false, context.Cause(ctx)
			}
			var more int64
			more, err = io.CopyN(&w.body, body, MaxText-small)
			stored.Bytes += more
		}
		if err != nil && err != io.EOF {
			return stored, false, err
		}
	}
	var rest int64
	if err != io.EOF {
		if rest, err = io.Copy(io.Discard, body); err != nil {
			return stored, false, err
		}
		stored.Bytes += rest
	}
	w.sum.Sum(stored.SHA256[:0])
	return stored, rest == 0 || w.body.Len() == 0, nil
}

// Close ends the last file.
func (s *Sink) Close(ctx context.Context) error { return diskError(ctx, s.out.close()) }

// diskError tells the end of ctx from faults of the disk.
func diskError(ctx context.Context, err error) error {
	if err == nil || ctx.Err() != nil && (errors.Is(err, ctx.Err()) || errors.Is(err, context.Cause(ctx))) {
		return err
	}
	return &sink.Error{Path: Folder, Err: err, All: true}
}
