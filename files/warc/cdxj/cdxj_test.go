package cdxj

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"go.uber.org/goleak"

	"crawl/files"
	"crawl/files/errfs"
	"crawl/files/warc"
)

func TestMain(m *testing.M) {
	// ants starts the goroutines of its default pool in an init and never ends them.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"))
}

var noon = time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)

var sample = Line{
	Key: "org,example)/", Time: noon, URL: "http://example.org/?a=<&>", MIME: "text/html", Status: 200,
	Digest: "B2LTWWPUOYAH7UIPQ7ZUPQ4VMBSVC36A", Length: 1219, Offset: 771, Filename: "a.warc.gz",
}

func TestAppend(t *testing.T) {
	const want = `org,example)/ 20261126120000 {"url":"http://example.org/?a=<&>","mime":"text/html","status":"200",` +
		`"digest":"B2LTWWPUOYAH7UIPQ7ZUPQ4VMBSVC36A","length":"1219","offset":"771","filename":"a.warc.gz"}` + "\n"
	text := sample.Append([]byte("x"))
	if string(text) != "x"+want {
		t.Errorf("got %s", text)
	}
	if got, err := Parse(text[1:]); err != nil || got != sample {
		t.Errorf("got %+v, %v", got, err)
	}
}

func TestParse(t *testing.T) {
	for text, want := range map[string]Line{
		`a)/ 20261126120000 {"url": "http://a/", "status": 301, "length": 5, "offset": 0, "filename": "f", "more": {"x": [1]}}`: {
			Key: "a)/", Time: noon, URL: "http://a/", Status: 301, Length: 5, Filename: "f"},
		`a)/ 20261126120000 {"url": "http://a/", "status": "-", "length": null, "offset": "7"}` + "\r\n": {
			Key: "a)/", Time: noon, URL: "http://a/", Offset: 7},
	} {
		if got, err := Parse([]byte(text)); err != nil || got != want {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{
		"", "\n", "a", "a)/ 20261126120000", " 20261126120000 {}", "a)/ 2026112612000 {}", "a)/ 20261326120000 {}",
		"a)/ 20261126120000 {", `a)/ 20261126120000 {"status": "x"}`, `a)/ 20261126120000 {"status": "1000"}`,
		`a)/ 20261126120000 {"offset": -1}`, `a)/ 20261126120000 {"length": 1.5}`, `a)/ 20261126120000 []`,
		" CDX N b a m s k r M S V g",
	} {
		l, err := Parse([]byte(text))
		if _, ok := errors.AsType[*Error](err); !ok || l != (Line{}) {
			t.Errorf("%q: %+v, %v", text, l, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample.Append(nil))
	f.Add([]byte(`a)/ 20261126120000 {"url": "x", "status": 301, "offset": "7"}`))
	f.Fuzz(func(t *testing.T, text []byte) {
		l, err := Parse(text)
		if err != nil {
			return
		}
		again := l.Append(nil)
		if got, err := Parse(again); err != nil || got != l {
			t.Errorf("%q: %+v, then %+v, %v", text, l, got, err)
		}
	})
}

func engine(t *testing.T, rules ...errfs.Rule) (*errfs.Engine, string) {
	t.Helper()
	folder := t.TempDir()
	direct, err := files.NewDirect(folder, files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { direct.Close() })
	return errfs.New(direct, rules...), folder
}

// TestLines: the lines of what wget wrote lead to the records.
func TestLines(t *testing.T) {
	for _, name := range []string{"wget.warc", "wget.warc.gz"} {
		f, err := os.Open("../testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		statuses := map[int]int{}
		for l, err := range Lines(warc.NewReader(f, warc.ReaderOptions{}), name) {
			if err != nil {
				t.Fatal(err)
			}
			statuses[l.Status]++
			rec, err := warc.NewReaderAt(f, l.Offset, l.Length, warc.ReaderOptions{Verify: true}).Next()
			if err != nil {
				t.Fatal(err)
			}
			length, err := rec.Length()
			if err != nil || length != l.Length || rec.TargetURI != l.URL || l.Key != SURT(l.URL) || len(l.Digest) != 32 || l.Filename != name {
				t.Errorf("%+v leads to %+v of %d bytes, %v", l, rec.Head, length, err)
			}
		}
		if want := fmt.Sprint(map[int]int{0: 2, 200: 4, 302: 1, 404: 2}); fmt.Sprint(statuses) != want { // two are wget's own
			t.Errorf("statuses %v, want %s", statuses, want)
		}
	}
}

// TestLinesOfDamage: what stands behind damage has its line.
func TestLinesOfDamage(t *testing.T) {
	data, err := os.ReadFile("../testdata/wget.warc.gz")
	if err != nil {
		t.Fatal(err)
	}
	var whole []Line
	for l := range Lines(warc.NewReader(bytes.NewReader(data), warc.ReaderOptions{}), "") {
		whole = append(whole, l)
	}
	data[whole[2].Offset+60] ^= 0xff
	lines, damage := 0, 0
	for _, err := range Lines(warc.NewReader(bytes.NewReader(data), warc.ReaderOptions{}), "") {
		if err != nil {
			damage++
		} else {
			lines++
		}
	}
	if damage != 1 || lines != len(whole)-1 {
		t.Errorf("%d lines and %d errors, of %d lines", lines, damage, len(whole))
	}
}

func TestLinesEndWithTheDisk(t *testing.T) {
	n := 0
	for _, err := range Lines(warc.NewReader(io.MultiReader(strings.NewReader("WARC/1.0\r\n"), failing{}), warc.ReaderOptions{}), "") {
		if n++; err != syscall.EIO {
			t.Errorf("got %v", err)
		}
	}
	if n != 1 {
		t.Errorf("%d errors", n)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, syscall.EIO }

// index writes lines for so many URLs, each twice, and some in addition.
func index(t *testing.T, eng files.Engine, urls int, more ...Line) {
	t.Helper()
	x := NewIndexer()
	defer x.Close()
	for _, i := range rand.Perm(2 * urls) {
		url := fmt.Sprintf("https://example.org/%d", i/2)
		more = append(more, Line{Key: SURT(url), Time: noon.Add(time.Duration(i%2) * time.Hour), URL: url, Offset: int64(i), Filename: "a"})
	}
	for _, l := range append(more, more[len(more)-1]) { // the last twice
		if err := x.Add(l); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Write(t.Context(), eng, "index.cdxj"); err != nil {
		t.Fatal(err)
	}
}

func TestLookup(t *testing.T) {
	for _, urls := range []int{1, 10, 3000} {
		eng, folder := engine(t)
		long := "https://example.org/" + strings.Repeat("x", 3*blockSize)
		index(t, eng, urls, Line{Key: SURT(long), Time: noon, URL: long}, Line{Key: "a)/", Time: noon}, Line{Key: "z)/", Time: noon})
		f, err := os.Open(filepath.Join(folder, "index.cdxj"))
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		x := Open(f, info.Size())
		found := func(url string) (offsets []int64) {
			for l, err := range x.Lookup(t.Context(), url) {
				if err != nil {
					t.Fatal(err)
				}
				offsets = append(offsets, l.Offset)
			}
			return offsets
		}
		for i := 0; i < urls; i += 1 + urls/200 {
			if got := found(fmt.Sprintf("http://www.example.org/%d/", i)); len(got) != 2 || got[0] != int64(2*i) || got[1] != int64(2*i+1) {
				t.Errorf("of %d URLs number %d is at %v", urls, i, got)
			}
		}
		for url, want := range map[string]int{long: 1, "http://a/": 1, "http://z/": 1, "https://example.org/": 0, "https://example.org/x": 0, "https://0/": 0, "https://zz/": 0} {
			if got := found(url); len(got) != want {
				t.Errorf("%.40s is found %d times", url, len(got))
			}
		}
	}
}

func TestLookupErrors(t *testing.T) {
	eng, folder := engine(t)
	index(t, eng, 500)
	data, err := os.ReadFile(filepath.Join(folder, "index.cdxj"))
	if err != nil {
		t.Fatal(err)
	}
	x := Open(bytes.NewReader(data), int64(len(data)))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range x.Lookup(ctx, "https://example.org/7") {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
	}
	broken := strings.ReplaceAll(string(data), `{"url":"https://example.org/7"`, `{"url":7`)
	n := 0
	for _, err := range Open(strings.NewReader(broken), int64(len(broken))).Lookup(t.Context(), "https://example.org/7") {
		if _, ok := errors.AsType[*Error](err); ok {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d errors about two broken lines", n)
	}
	endless := strings.Repeat("x", maxLine+1)
	for _, err := range Open(strings.NewReader(endless), int64(len(endless))).Lookup(t.Context(), "https://example.org/7") {
		if _, ok := errors.AsType[*Error](err); !ok {
			t.Errorf("no line in %d bytes: %v", len(endless), err)
		}
	}
}

// TestIndexWholeOrNot: a disk that fills up leaves the index that was there.
func TestIndexWholeOrNot(t *testing.T) {
	eng, folder := engine(t, errfs.Rule{Op: errfs.DraftWrite, Budget: 1000})
	if err := os.WriteFile(filepath.Join(folder, "index.cdxj"), []byte("before"), 0o644); err != nil {
		t.Fatal(err)
	}
	x := NewIndexer()
	defer x.Close()
	for i := range 100 {
		if err := x.Add(Line{Key: fmt.Sprint(i), Time: noon}); err != nil {
			t.Fatal(err)
		}
	}
	if err := x.Write(t.Context(), eng, "index.cdxj"); !errors.Is(err, syscall.ENOSPC) {
		t.Errorf("got %v", err)
	}
	if data, err := os.ReadFile(filepath.Join(folder, "index.cdxj")); err != nil || string(data) != "before" {
		t.Errorf("there is %q, %v", data, err)
	}
}
