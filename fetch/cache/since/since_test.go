package since_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"crawl/fetch"
	"crawl/fetch/cache/since"
	"crawl/fetch/manifest"
	"crawl/files"
)

const day = "Sat, 01 Jan 2000 00:00:00 GMT"

// earlier makes the folder of a crawl that stored these lines; a body is the last
// element of its path.
func earlier(t *testing.T, lines ...manifest.Line) (dir string, run *since.Run) {
	t.Helper()
	dir = t.TempDir()
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eng.Close() })
	m, err := manifest.Open(t.Context(), eng, manifest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range lines {
		if l.Path != "" {
			body := filepath.Base(l.Path)
			l.Bytes, l.SHA256 = int64(len(body)), fmt.Sprintf("%x", sha256.Sum256([]byte(body)))
			if err := eng.PutFile(t.Context(), l.Path, []byte(body)); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Append(t.Context(), &l); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if run, err = since.Open(t.Context(), eng, ""); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { run.Close() })
	return dir, run
}

// server confirms every condition, and answers "new" to what has none.
type server struct {
	asked  []fetch.Header
	header fetch.Header // of its 304
}

func (s *server) Fetch(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
	s.asked = append(s.asked, req.Header)
	rec := &fetch.Record{URL: req.URL, Status: 200, Body: io.NopCloser(strings.NewReader("new")), Wire: &fetch.Wire{Bytes: 3}}
	if req.Header.Has("If-None-Match") || req.Header.Has("If-Modified-Since") {
		rec.Status, rec.Header, rec.Body, rec.Wire = 304, s.header, io.NopCloser(strings.NewReader("")), &fetch.Wire{}
	}
	return rec, nil
}

func fetchAll(t *testing.T, f fetch.Fetcher, req *fetch.Request) (*fetch.Record, string) {
	t.Helper()
	rec, err := f.Fetch(t.Context(), req)
	if err != nil {
		t.Fatal(err)
	}
	defer rec.Body.Close()
	body, err := io.ReadAll(rec.Body)
	if err != nil {
		t.Fatal(err)
	}
	return rec, string(body)
}

func TestLayer(t *testing.T) {
	lines := []manifest.Line{
		{URL: "http://a.test/tag", Outcome: manifest.Fetched, Path: "bodies/old", ETag: `"1"`, ContentType: "text/plain"},
		{URL: "http://a.test/date", Outcome: manifest.NotModified, Path: "bodies/older", LastModified: day},
		{URL: "http://a.test/none", Outcome: manifest.Fetched, Path: "bodies/none"},
		{URL: "http://a.test/failed", Outcome: manifest.Failed, ETag: `"1"`},
		{URL: "http://a.test/from", FinalURL: "http://a.test/to", Outcome: manifest.Fetched, Path: "bodies/target", ETag: `"2"`},
	}
	cases := []struct {
		url       string
		header    fetch.Header
		sent      string // validators
		body      string
		unchanged bool
	}{
		{url: "http://a.test/tag", sent: `"1"`, body: "old", unchanged: true},
		{url: "http://a.test/date", sent: day, body: "older", unchanged: true},
		{url: "http://a.test/none", body: "new"},
		{url: "http://a.test/failed", body: "new"},
		{url: "http://a.test/from", body: "new"}, // as it redirected then
		{url: "http://a.test/to", sent: `"2"`, body: "target", unchanged: true},
		{url: "http://a.test/unknown", body: "new"},
		{url: "http://a.test/tag", header: fetch.Header{{Name: "If-None-Match", Value: `"9"`}}, sent: `"9"`, body: ""},
	}
	_, run := earlier(t, lines...)
	if run.Len() != 3 {
		t.Errorf("%d bodies can be asked about", run.Len())
	}
	for _, c := range cases {
		s := &server{}
		rec, body := fetchAll(t, run.Layer()(s), &fetch.Request{URL: c.url, Header: c.header})
		if sent := s.asked[0].Get("If-None-Match") + s.asked[0].Get("If-Modified-Since"); sent != c.sent || len(s.asked) != 1 {
			t.Errorf("%s: sent %q in %d requests", c.url, sent, len(s.asked))
		}
		if body != c.body || rec.Cached != c.unchanged || rec.Cached && rec.Status != 304 {
			t.Errorf("%s: got %d %q, cached %v", c.url, rec.Status, body, rec.Cached)
		}
	}
	if rec, _ := fetchAll(t, run.Layer()(&server{}), &fetch.Request{URL: "http://a.test/tag"}); rec.Header.Get("ETag") != `"1"` || rec.Header.Get("Content-Type") != "text/plain" {
		t.Errorf("the stored fields are missing: %v", rec.Header)
	}
	if rec, body := fetchAll(t, run.Layer()(&server{}), &fetch.Request{Method: "POST", URL: "http://a.test/tag"}); rec.Cached || body != "new" {
		t.Errorf("POST: %q", body)
	}
}

// What the server confirms is worth nothing when the body is not what it was:
// then it is fetched (wget2 issue 269).
func TestDamagedBodies(t *testing.T) {
	line := manifest.Line{URL: "http://a.test/x", Outcome: manifest.Fetched, Path: "bodies/old", ETag: `"1"`}
	cases := map[string]func(t *testing.T, dir string) error{
		"cut": func(t *testing.T, dir string) error { return os.Truncate(filepath.Join(dir, line.Path), 2) },
		"changed": func(t *testing.T, dir string) error {
			return os.WriteFile(filepath.Join(dir, line.Path), []byte("odd"), 0o600)
		},
		"missing":         func(t *testing.T, dir string) error { return os.Remove(filepath.Join(dir, line.Path)) },
		"manifest is cut": func(t *testing.T, dir string) error { return os.Truncate(filepath.Join(dir, manifest.Name), 9) },
	}
	for name, damage := range cases {
		t.Run(name, func(t *testing.T) {
			dir, run := earlier(t, line)
			if err := damage(t, dir); err != nil {
				t.Fatal(err)
			}
			s := &server{}
			rec, body := fetchAll(t, run.Layer()(s), &fetch.Request{URL: line.URL})
			if body != "new" || rec.Cached || s.asked[len(s.asked)-1].Has("If-None-Match") {
				t.Errorf("got %q, cached %v, after %d requests", body, rec.Cached, len(s.asked))
			}
		})
	}
	_, run := earlier(t, line)
	if rec, body := fetchAll(t, run.Layer()(&server{header: fetch.Header{{Name: "ETag", Value: `"2"`}}}), &fetch.Request{URL: line.URL}); body != "new" || rec.Cached {
		t.Errorf("confirmed another version: %q", body)
	}
}

func TestErrorsPass(t *testing.T) {
	_, run := earlier(t, manifest.Line{URL: "http://a.test/x", Outcome: manifest.Fetched, Path: "bodies/old", ETag: `"1"`})
	refused := &fetch.Error{Class: fetch.ClassRefused}
	f := run.Layer()(fetch.FetcherFunc(func(context.Context, *fetch.Request) (*fetch.Record, error) { return nil, refused }))
	if _, err := f.Fetch(t.Context(), &fetch.Request{URL: "http://a.test/x"}); !errors.Is(err, refused) {
		t.Errorf("got %v", err)
	}
}

func TestOpenWhatIsNoCrawl(t *testing.T) {
	eng, err := files.NewDirect(t.TempDir(), files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	if _, err := since.Open(t.Context(), eng, ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
