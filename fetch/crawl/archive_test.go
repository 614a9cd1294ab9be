package crawl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"

	"crawl/fetch"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/manifest"
	"crawl/fetch/sink"
	"crawl/pipeline"
)

// archiver is an Archive that notes what it is given.
type archiver struct {
	recorder fetch.Recorder
	err      error // of Keep

	mu   sync.Mutex // guards kept
	kept []string
}

func (a *archiver) Capture() *fetch.Capture { return a.recorder.Capture() }

func (a *archiver) Put(_ context.Context, rec *fetch.Record, url string) (sink.Stored, error) {
	if _, err := io.ReadAll(rec.Body); err != nil {
		return sink.Stored{}, err
	}
	a.note("put", url, rec.Request.Capture, nil)
	return sink.Stored{WARC: sink.Section{Path: "put"}}, nil
}

func (a *archiver) Keep(_ context.Context, got *fetch.Capture, err error) (sink.Stored, error) {
	a.note("keep", "", got, err)
	return sink.Stored{WARC: sink.Section{Path: "kept", Length: 1}}, a.err
}

func (a *archiver) note(what, url string, got *fetch.Capture, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, x := range got.Exchanges() {
		url += fmt.Sprint(" ", x.URL, " ", x.Status, " ", x.Answer.Size())
	}
	a.kept = append(a.kept, strings.TrimSpace(what+" "+url+" "+string(fetch.ClassOf(err))))
}

// captured is site whose answers are captured as a client's are: their bodies when they
// are read.
func captured(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	rec, err := site(ctx, req)
	if err != nil {
		return nil, err
	}
	x := req.Capture.Begin(req)
	rec.Request = req
	x.Answered(rec, 0, 0)
	rec.Body = &capturedBody{rec.Body, x}
	return rec, nil
}

type capturedBody struct {
	io.ReadCloser
	exchange *fetch.Exchange
}

func (b *capturedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	b.exchange.Received(p[:n])
	if err != nil {
		b.exchange.End(err, 0)
	}
	return n, err
}

// TestArchive: a body is put, and all else is kept; of what is tried again the last.
func TestArchive(t *testing.T) {
	c, j := newCrawl("http://a.test/1\nhttp://a.test/404\nhttp://a.test/500\nhttp://a.test/refused\n", captured, memory.Options{})
	a := &archiver{}
	c.Sink, c.Workers = a, 1
	c.Retry = pipeline.Retry{Max: 1, Base: 1}
	if err := c.Run(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	slices.Sort(a.kept)
	if len(a.kept) != 4 {
		t.Fatalf("%q", a.kept)
	}
	for i, want := range []string{"keep http://a.test/404 404 ", "keep http://a.test/500 500 ", "keep refused", "put http://a.test/1 http://a.test/1 200 "} {
		if !strings.HasPrefix(strings.Join(strings.Fields(a.kept[i]), " ")+" ", want) {
			t.Errorf("%q, want %q", a.kept[i], want)
		}
	}
	for _, l := range j.lines {
		if want := map[bool]string{true: "put", false: "kept"}[l.Outcome == manifest.Fetched]; l.WARC.Path != want {
			t.Errorf("%s: %+v, want %s", l.URL, l.WARC, want)
		}
	}
}

// A refusal that can't be kept ends the run, and has no record.
func TestArchiveFault(t *testing.T) {
	c, j := newCrawl("http://a.test/404\n", captured, memory.Options{})
	c.Sink = &archiver{err: &sink.Error{Path: "warc", Err: syscall.ENOSPC, All: true}}
	if err := c.Run(t.Context(), nil); !errors.Is(err, syscall.ENOSPC) || len(j.lines) != 0 {
		t.Errorf("%v, %d records", err, len(j.lines))
	}
}

// What is stopped while the body of a refusal is read has no record either.
func TestArchiveStopped(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	c, j := newCrawl("http://a.test/404\n", func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		rec := answer(req, 404, "")
		rec.Body = io.NopCloser(&stopping{cancel})
		return rec, nil
	}, memory.Options{})
	a := &archiver{}
	c.Sink = a
	if err := c.Run(ctx, nil); !errors.Is(err, context.Canceled) || len(j.lines) != 0 || len(a.kept) != 0 {
		t.Errorf("%v, %d records, %q", err, len(j.lines), a.kept)
	}
}

// stopping is a body at which somebody stops the crawl.
type stopping struct{ stop func() }

func (s *stopping) Read([]byte) (int, error) {
	s.stop()
	return 0, io.ErrUnexpectedEOF
}
