package jsonl

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"crawl/fetch/sink"
	"crawl/fetch/sink/sinktest"
	"crawl/files"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

func suite(maxSize int64) sinktest.Kind {
	return sinktest.Kind{
		Verify: Verify,
		Open: func(ctx context.Context, eng files.Engine, known map[string]sink.Extent, spans func(context.Context, string) (sink.Spans, error)) (sinktest.Sink, func(context.Context) error, error) {
			s, err := Open(ctx, eng, Options{MaxSize: maxSize, Known: known, Spans: spans})
			if err != nil {
				return nil, nil, err
			}
			return s, s.Close, nil
		},
		Read: func(t testing.TB, eng files.Engine, stored sink.Stored) string {
			t.Helper()
			f, err := eng.Open(t.Context(), stored.JSONL.Path, os.O_RDONLY)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			var p Page
			if err := json.NewDecoder(io.NewSectionReader(f, stored.JSONL.Offset, stored.JSONL.Length)).Decode(&p); err != nil {
				t.Error(err)
			}
			return p.Text
		},
		Count: func(t testing.TB, eng files.Engine) map[string]int {
			t.Helper()
			found := map[string]int{}
			for _, p := range pages(t, eng) {
				found[p.URL]++
			}
			return found
		},
	}
}

// pages reads all files.
func pages(t testing.TB, eng files.Engine) (all []Page) {
	t.Helper()
	err := eachOfOurs(t.Context(), eng, func(_ int, name string) error {
		text, err := eng.ReadFile(t.Context(), name)
		if err != nil {
			return err
		}
		lines := bufio.NewScanner(strings.NewReader(string(text)))
		lines.Buffer(nil, 8<<20)
		for lines.Scan() {
			if strings.TrimSpace(lines.Text()) == "" {
				continue
			}
			var p Page
			if err := json.Unmarshal(lines.Bytes(), &p); err != nil {
				return err
			}
			all = append(all, p)
		}
		return lines.Err()
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSuite(t *testing.T) { sinktest.Run(t, suite(0)) }

func TestSuiteOfSmallFiles(t *testing.T) { sinktest.Run(t, suite(5000)) }
