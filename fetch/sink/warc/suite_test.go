package warc

import (
	"context"
	"io"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"crawl/fetch/sink"
	"crawl/fetch/sink/sinktest"
	"crawl/files"
	"crawl/files/warc"
	"crawl/files/warc/cdxj"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

func suite(opt Options) sinktest.Kind {
	return sinktest.Kind{
		Repeats: true,
		Verify:  Verify,
		Open: func(ctx context.Context, eng files.Engine, known map[string]sink.Extent, spans func(context.Context, string) (sink.Spans, error)) (sinktest.Sink, func(context.Context) error, error) {
			opt := opt
			opt.Known, opt.Spans = known, spans
			s, err := Open(ctx, eng, opt)
			if err != nil {
				return nil, nil, err
			}
			return s, s.Close, nil
		},
		Read: func(t testing.TB, eng files.Engine, stored sink.Stored) string {
			t.Helper()
			f, err := eng.Open(t.Context(), stored.WARC.Path, os.O_RDONLY)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			rec, err := warc.NewReaderAt(f, stored.WARC.Offset, stored.WARC.Length, warc.ReaderOptions{Verify: true}).Next()
			if err != nil {
				t.Fatal(err)
			}
			m, err := rec.HTTP()
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(m.Payload)
			if err != nil {
				t.Error(err)
			}
			return string(body)
		},
		Count: func(t testing.TB, eng files.Engine) map[string]int {
			t.Helper()
			found := map[string]int{}
			for _, l := range index(t, eng) {
				found[l.URL]++
			}
			return found
		},
	}
}

// index reads all indexes. Every archive must have one.
func index(t testing.TB, eng files.Engine) (all []cdxj.Line) {
	t.Helper()
	names, err := ours(t.Context(), eng)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, indexExtension) {
			continue
		}
		for text, err := range files.Lines(t.Context(), eng, indexName(name)) {
			var l cdxj.Line
			if err == nil {
				l, err = cdxj.Parse(text)
			}
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, l)
		}
	}
	return all
}

func TestSuite(t *testing.T) { sinktest.Run(t, suite(Options{})) }

func TestSuiteOfSmallFiles(t *testing.T) { sinktest.Run(t, suite(Options{MaxSize: 4000})) }
