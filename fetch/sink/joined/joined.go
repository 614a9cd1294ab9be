// Package joined is a sink that stores each answer in several others.
//
// Make a [Sink] with [New]. The first of its sinks reads the body; what the others need
// of it is kept meanwhile, in memory while it is small and there is room, else in a file
// without a name. Where one fails the rest is not asked, so that one in which single
// bodies can't be stored, such as [crawl/fetch/sink/dir], should come first.
package joined

import (
	"context"
	"io"

	"crawl/fetch"
	"crawl/fetch/sink"
	"crawl/files"
	"crawl/files/temp"
)

// Inner is one of the sinks; those beside this package are.
type Inner interface {
	Put(ctx context.Context, rec *fetch.Record, url string) (sink.Stored, error)
}

// Archive is one that keeps exchanges as they were captured, and needs no body for that.
type Archive interface {
	Capture() *fetch.Capture
	Keep(ctx context.Context, got *fetch.Capture, err error) (sink.Stored, error)
}

// Sink stores in others. It is safe for concurrent use if they are.
type Sink struct {
	sinks    []Inner
	archive  Archive // nil for none
	recorder fetch.Recorder
}

// New returns a Sink of one sink or more, and of an archive if that is not nil. Files that
// it needs are below the engine's root.
func New(eng files.Engine, archive Archive, sinks ...Inner) *Sink {
	return &Sink{sinks: sinks, archive: archive, recorder: fetch.Recorder{
		Spill: func() (fetch.Spill, error) {
			return temp.File(context.Background(), eng, temp.Options{Dir: spills})
		},
	}}
}

const spills = ".crawl/tmp"

// Capture implements [crawl/fetch/crawl.Archive]; it returns nil without an archive.
func (s *Sink) Capture() *fetch.Capture {
	if s.archive == nil {
		return nil
	}
	return s.archive.Capture()
}

// Keep implements [crawl/fetch/crawl.Archive].
func (s *Sink) Keep(ctx context.Context, got *fetch.Capture, err error) (sink.Stored, error) {
	return s.archive.Keep(ctx, got, err)
}

// Put stores an answer in all sinks, and returns what the first one says of it with the
// places that the others add.
func (s *Sink) Put(ctx context.Context, rec *fetch.Record, url string) (sink.Stored, error) {
	body := s.recorder.Recording()
	defer body.Close()
	stored, err := s.first(ctx, body, rec, url)
	if err != nil {
		return sink.Stored{}, err
	}
	if err := s.others(ctx, body, rec, url, &stored); err != nil {
		s.drop(ctx, stored)
		return sink.Stored{}, err
	}
	return stored, nil
}

// others stores in all but the first sink, and adds where.
func (s *Sink) others(ctx context.Context, body *fetch.Recording, rec *fetch.Record, url string, stored *sink.Stored) error {
	for _, other := range s.sinks[1:] {
		again := *rec
		again.Body = io.NopCloser(io.NewSectionReader(body, 0, body.Size()))
		more, err := other.Put(ctx, &again, url)
		if err != nil {
			return err
		}
		stored.JSONL = more.JSONL
	}
	if s.archive != nil {
		more, err := s.archive.Keep(ctx, rec.Request.Capture, nil)
		if err != nil {
			return err
		}
		stored.WARC = more.WARC
	}
	return nil
}

// drop takes back what the first sink has stored, if it can: no record will name it.
func (s *Sink) drop(ctx context.Context, stored sink.Stored) {
	if first, ok := s.sinks[0].(sink.Dropper); ok {
		_ = first.Drop(context.WithoutCancel(ctx), stored) // the next start removes what stays
	}
}

// first stores in the first sink, and records the body if there are more to read it.
func (s *Sink) first(ctx context.Context, body *fetch.Recording, rec *fetch.Record, url string) (sink.Stored, error) {
	if len(s.sinks) == 1 {
		return s.sinks[0].Put(ctx, rec, url)
	}
	recorded := *rec
	recorded.Body = &recording{ReadCloser: rec.Body, to: body}
	return s.sinks[0].Put(ctx, &recorded, url)
}

// recording is a body that is recorded as it is read.
type recording struct {
	io.ReadCloser
	to *fetch.Recording
}

func (r *recording) Read(p []byte) (int, error) {
	n, err := r.ReadCloser.Read(p)
	if _, failed := r.to.Write(p[:n]); failed != nil {
		return n, &sink.Error{Path: spills, Err: failed, All: true}
	}
	return n, err
}
