package transformed_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/iotest"

	"crawl/fetch"
	"crawl/fetch/sink"
	"crawl/fetch/sink/transformed"
	"crawl/files/transform"
	"crawl/files/transform/steps"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m, goleak.IgnoreCurrent()) }

// kept keeps bodies in memory.
type kept struct {
	mu     sync.Mutex // guards bodies
	bodies map[string]string
	err    error
}

func (k *kept) Put(_ context.Context, rec *fetch.Record, url string) (sink.Stored, error) {
	if k.err != nil {
		return sink.Stored{}, k.err
	}
	text, err := io.ReadAll(rec.Body)
	if err != nil {
		return sink.Stored{}, err
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.bodies == nil {
		k.bodies = map[string]string{}
	}
	k.bodies[url] = string(text)
	return sink.Stored{Path: url, Bytes: int64(len(text))}, nil
}

func record(body io.Reader) *fetch.Record {
	return &fetch.Record{Status: http.StatusOK, Body: io.NopCloser(body)}
}

func parse(t *testing.T, text string) transform.Chain {
	t.Helper()
	chain, err := steps.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return chain
}

func name(url string) string { return url }

func TestPut(t *testing.T) {
	k := &kept{}
	s := transformed.New(k, parse(t, `replace=/a/b/`), name, 0)
	large := strings.Repeat("a line of text\n", 1<<17) // 1.9 MiB
	exact := strings.Repeat("a", 1<<20-1) + "\n"
	for url, body := range map[string]string{"small": "abc\n", "empty": "", "large": large, "exact": exact} {
		stored, err := s.Put(t.Context(), record(iotest.HalfReader(strings.NewReader(body))), url)
		if want := strings.ReplaceAll(body, "a", "b"); err != nil || k.bodies[url] != want || stored.Bytes != int64(len(want)) {
			t.Errorf("%s: %v, %d bytes", url, err, stored.Bytes)
		}
	}
}

func TestPutErrors(t *testing.T) {
	boom := errors.New("boom")
	large := bytes.Repeat([]byte("x"), 2<<20)
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.NoCompression)
	_, _ = w.Write(large)
	packed := b.Bytes() // the beginning of a file
	for name, test := range map[string]struct {
		inner *kept
		body  io.Reader
		want  string
	}{
		"of the body":          {&kept{}, iotest.ErrReader(boom), "boom"},
		"of a large body":      {&kept{}, io.MultiReader(bytes.NewReader(packed), iotest.ErrReader(boom)), "boom"},
		"of the inner sink":    {&kept{err: boom}, strings.NewReader("text"), "boom"},
		"of a step":            {&kept{}, strings.NewReader("no gzip"), "gunzip: "},
		"of a step, streaming": {&kept{}, bytes.NewReader(large), "gunzip: "},
	} {
		s := transformed.New(test.inner, parse(t, "gunzip"), func(url string) string { return url }, 0)
		_, err := s.Put(t.Context(), record(test.body), "url")
		if err == nil || !strings.HasPrefix(err.Error(), test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestConfirmedBodiesPass(t *testing.T) {
	k := &kept{}
	s := transformed.New(k, parse(t, "gzip"), name, 0)
	rec := record(strings.NewReader("as it was stored"))
	rec.Status, rec.Cached = http.StatusNotModified, true
	if _, err := s.Put(t.Context(), rec, "url"); err != nil || k.bodies["url"] != "as it was stored" {
		t.Errorf("%q, %v", k.bodies["url"], err)
	}
}

// Many bodies at once, of servers that are slow, end with few cores to compute on.
func TestManyAtOnce(t *testing.T) {
	k := &kept{}
	s := transformed.New(k, parse(t, "gzip,gunzip"), name, 0)
	var all sync.WaitGroup
	for i := range 200 {
		all.Go(func() {
			body := strings.Repeat(fmt.Sprintln("line", i), 1+i*i)
			if _, err := s.Put(t.Context(), record(iotest.OneByteReader(strings.NewReader(body[:min(len(body), 500)]))), fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if len(k.bodies) != 200 {
		t.Error(len(k.bodies))
	}
}

// Large bodies of slow servers do not keep each other waiting, where steps need little.
func TestLargeBodiesTogether(t *testing.T) {
	s := transformed.New(&kept{}, parse(t, "copy"), name, 0)
	const many = 100
	var begun, all sync.WaitGroup
	begun.Add(many)
	for i := range many {
		all.Go(func() {
			body := io.MultiReader(strings.NewReader(strings.Repeat("a", 1<<20)), &lastReader{func() { begun.Done(); begun.Wait() }})
			if _, err := s.Put(t.Context(), record(body), fmt.Sprint(i)); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// lastReader is empty, once it has waited.
type lastReader struct{ wait func() }

func (r *lastReader) Read([]byte) (int, error) {
	r.wait()
	r.wait = func() {}
	return 0, io.EOF
}

func TestSuffix(t *testing.T) {
	for text, want := range map[string]string{
		"gzip": ".gz", "gunzip": "", "html-to-markdown": ".md", "html-to-markdown,gzip": ".md.gz", "replace=/a/b/": "",
	} {
		if got := transformed.Suffix(parse(t, text)); got != want {
			t.Errorf("%s: %q, want %q", text, got, want)
		}
	}
}

func Example() {
	chain, err := steps.Parse("replace=/one/two/")
	if err != nil {
		fmt.Println(err)
		return
	}
	disk := &kept{} // such as a dir.Sink
	s := transformed.New(disk, chain, name, 1<<20)
	_, err = s.Put(context.Background(), record(strings.NewReader("one text")), "https://example.com/")
	fmt.Println(disk.bodies, err)
	// Output: map[https://example.com/:two text] <nil>
}
