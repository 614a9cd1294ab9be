package joined_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"crawl/fetch"
	"crawl/fetch/sink"
	"crawl/fetch/sink/dir"
	"crawl/fetch/sink/joined"
	"crawl/fetch/sink/jsonl"
	"crawl/fetch/sink/sinktest"
	"crawl/fetch/sink/warc"
	"crawl/files"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

func open(ctx context.Context, eng files.Engine, known map[string]sink.Extent, spans func(context.Context, string) (sink.Spans, error)) (*joined.Sink, func(context.Context) error, error) {
	pages, err := jsonl.Open(ctx, eng, jsonl.Options{Known: known, Spans: spans})
	if err != nil {
		return nil, nil, err
	}
	archive, err := warc.Open(ctx, eng, warc.Options{Known: known})
	if err != nil {
		return nil, nil, errors.Join(err, pages.Close(ctx))
	}
	end := func(ctx context.Context) error {
		if err := pages.Close(ctx); err != nil {
			return errors.Join(err, archive.Close(ctx))
		}
		return archive.Close(ctx)
	}
	return joined.New(eng, archive, dir.New(eng), pages), end, nil
}

func TestSuite(t *testing.T) {
	sinktest.Run(t, sinktest.Kind{
		Repeats: true,
		Open: func(ctx context.Context, eng files.Engine, known map[string]sink.Extent, spans func(context.Context, string) (sink.Spans, error)) (sinktest.Sink, func(context.Context) error, error) {
			return open(ctx, eng, known, spans)
		},
		Read: func(t testing.TB, eng files.Engine, stored sink.Stored) string {
			t.Helper()
			body, err := eng.ReadFile(t.Context(), stored.Path)
			if err != nil || stored.JSONL.Length == 0 || stored.WARC.Length == 0 {
				t.Errorf("%+v: %v", stored, err)
			}
			return string(body)
		},
		Verify: func(ctx context.Context, eng files.Engine, known map[string]sink.Spans, report func(file, problem string)) error {
			return errors.Join(warc.Verify(ctx, eng, known, report), jsonl.Verify(ctx, eng, known, report))
		},
	})
}

// reader is a sink that reads bodies.
type reader struct {
	got string
	err error
}

func (r *reader) Put(_ context.Context, rec *fetch.Record, url string) (sink.Stored, error) {
	body, err := io.ReadAll(rec.Body)
	r.got = string(body)
	return sink.Stored{Path: fmt.Sprint("of ", r.err), Bytes: int64(len(body))}, errors.Join(err, r.err)
}

func TestEachReadsTheBody(t *testing.T) {
	eng, err := files.NewDirect(t.TempDir(), files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	for _, size := range []int{0, 10, 3 << 20} {
		a, b, c := &reader{}, &reader{}, &reader{}
		body := strings.Repeat("x", size)
		rec := &fetch.Record{Body: io.NopCloser(strings.NewReader(body))}
		stored, err := joined.New(eng, nil, a, b, c).Put(t.Context(), rec, "https://h/")
		if err != nil || stored.Bytes != int64(size) || a.got != body || b.got != body || c.got != body {
			t.Errorf("%d bytes: %+v, %v; read %d, %d, %d", size, stored, err, len(a.got), len(b.got), len(c.got))
		}
	}
}

// Where the first fails the others are not asked.
func TestFirstFailure(t *testing.T) {
	eng, err := files.NewDirect(t.TempDir(), files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	boom := errors.New("boom")
	for i := range 2 {
		sinks := []*reader{{}, {}, {got: "not asked"}}
		sinks[i].err = boom
		rec := &fetch.Record{Body: io.NopCloser(strings.NewReader("text"))}
		s := joined.New(eng, nil, sinks[0], sinks[1], sinks[2])
		if _, err := s.Put(t.Context(), rec, "https://h/"); !errors.Is(err, boom) || sinks[2].got != "not asked" {
			t.Errorf("%v, %q", err, sinks[2].got)
		}
		if s.Capture() != nil {
			t.Error("captures without an archive")
		}
	}
}
