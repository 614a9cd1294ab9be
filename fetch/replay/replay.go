package replay

import (
	"context"
	"errors"
	"hash/maphash"
	"slices"
	"strings"

	"crawl/fetch"
	"crawl/files"
	"crawl/files/warc"
)

// Archive is WARC files that are open for reading. It is safe for concurrent use.
type Archive struct {
	seed     maphash.Seed
	files    []files.File
	captures []capture // sorted
	damaged  int
}

var _ fetch.Fetcher = (*Archive)(nil)

// Open opens and indexes files.
func Open(ctx context.Context, sources ...Source) (*Archive, error) {
	a := &Archive{seed: maphash.MakeSeed()}
	for _, src := range sources {
		if err := a.add(ctx, src); err != nil {
			return nil, errors.Join(err, a.Close())
		}
	}
	slices.SortFunc(a.captures, preferred)
	return a, nil
}

// Len is how many captures there are, and damaged how many records could not be read
// when the files were indexed.
func (a *Archive) Len() (captures, damaged int) { return len(a.captures), a.damaged }

// Close closes the files. Bodies that are being read fail.
func (a *Archive) Close() (err error) {
	for _, f := range a.files {
		err = errors.Join(err, f.Close())
	}
	a.files = nil
	return err
}

// Fetch implements [fetch.Fetcher] for GET and HEAD.
func (a *Archive) Fetch(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	url, err := canonical(req.URL)
	if err != nil {
		return nil, &fetch.Error{Class: fetch.ClassBadURL, URL: req.URL, Reason: err.Error(), Err: err}
	}
	if e := fetch.Ended(ctx, req.Deadline); e != nil {
		e.URL = req.URL
		return nil, e
	}
	if req.Method != "" && req.Method != "GET" && req.Method != "HEAD" {
		return nil, missing(req, "archives answer GET and HEAD, and not "+req.Method)
	}
	for c := range a.of(url) {
		found, err := a.read(ctx, c)
		if err != nil {
			return nil, broken(req, err)
		}
		if found.is(url) {
			return a.answer(ctx, req, found)
		}
	}
	return nil, missing(req, "it is not in the archive")
}

func missing(req *fetch.Request, reason string) *fetch.Error {
	return &fetch.Error{Class: fetch.ClassNotArchived, URL: req.URL, Reason: reason}
}

// broken says that an archive is damaged.
func broken(req *fetch.Request, err error) error {
	if e, ok := errors.AsType[*fetch.Error](err); ok {
		return e
	}
	return &fetch.Error{Class: fetch.ClassProtocol, URL: req.URL, Reason: "the archive is damaged: " + err.Error(), Err: err}
}

// found is a record of an answer.
type found struct {
	*warc.Record
	capture
}

func (f *found) is(url string) bool {
	own, err := canonical(f.TargetURI)
	return err == nil && own == url
}

// read begins to read a record.
func (a *Archive) read(ctx context.Context, c capture) (*found, error) {
	in := withContext{ctx, a.files[c.file]}
	rec, err := warc.NewReaderAt(in, c.offset, c.length, warc.ReaderOptions{Verify: true}).Next()
	if err != nil {
		return nil, err
	}
	return &found{rec, c}, nil
}

// original finds the record that a revisit refers to: the capture of that URL and time
// or, where no time is told, the last one before.
func (a *Archive) original(ctx context.Context, revisit *found) (*found, error) {
	target := revisit.RefersToTargetURI
	if target == "" {
		target = revisit.TargetURI
	}
	url, err := canonical(target)
	if err != nil {
		return nil, nil
	}
	for c := range a.of(url) {
		if c.revisit || c.when > revisit.when || !revisit.RefersToDate.IsZero() && c.when != revisit.RefersToDate.Unix() {
			continue
		}
		f, err := a.read(ctx, c)
		if err != nil {
			return nil, err
		}
		if f.is(url) && f.Type == warc.Response && (revisit.Profile != warc.IdenticalPayload || strings.EqualFold(string(f.PayloadDigest), string(revisit.PayloadDigest))) {
			return f, nil
		}
	}
	return nil, nil
}

// withContext ends reading with its context.
type withContext struct {
	ctx context.Context
	files.File
}

func (c withContext) ReadAt(p []byte, off int64) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.File.ReadAt(p, off)
}
