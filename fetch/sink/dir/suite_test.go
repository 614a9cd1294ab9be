package dir_test

import (
	"context"
	"testing"

	"crawl/fetch/manifest"
	"crawl/fetch/sink"
	"crawl/fetch/sink/dir"
	"crawl/fetch/sink/firsts"
	"crawl/fetch/sink/sinktest"
	"crawl/files"
)

func read(t testing.TB, eng files.Engine, stored sink.Stored) string {
	t.Helper()
	body, err := eng.ReadFile(t.Context(), stored.Path)
	if err != nil {
		t.Error(err)
	}
	return string(body)
}

func TestSuite(t *testing.T) {
	sinktest.Run(t, sinktest.Kind{
		Read: read,
		Open: func(_ context.Context, eng files.Engine, _ map[string]sink.Extent, _ func(context.Context, string) (sink.Spans, error)) (sinktest.Sink, func(context.Context) error, error) {
			return dir.New(eng), func(context.Context) error { return nil }, nil
		},
	})
}

// What links equal bodies passes as well, also when it learns from the manifest what there
// is.
func TestSuiteLinked(t *testing.T) {
	sinktest.Run(t, sinktest.Kind{
		Read: read,
		Open: func(ctx context.Context, eng files.Engine, _ map[string]sink.Extent, _ func(context.Context, string) (sink.Spans, error)) (sinktest.Sink, func(context.Context) error, error) {
			s, table := dir.New(eng), firsts.New(eng)
			s.LinkEqual(table)
			for l, err := range manifest.Lines(ctx, eng) {
				if err == nil && l.Path != "" {
					err = table.Add(ctx, []byte(l.SHA256), l.Path, false)
				}
				if err != nil {
					return nil, nil, &sink.Error{Err: err}
				}
			}
			return s, func(context.Context) error { return table.Close() }, nil
		},
	})
}
