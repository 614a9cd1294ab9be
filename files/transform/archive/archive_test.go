package archive

import (
	"archive/tar"
	"bytes"
	"compress/flate"
	"compress/zlib"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"crawl/files/transform"
	"crawl/files/transform/steptest"
)

// warcRecord is a record of a file.
func warcRecord(kind, url, fields, block string) string {
	return fmt.Sprintf("WARC/1.1\r\nWARC-Type: %s\r\nWARC-Record-ID: <urn:uuid:1>\r\nWARC-Date: 2026-11-26T12:00:00.5Z\r\nWARC-Target-URI: %s\r\n%sContent-Length: %d\r\n\r\n%s\r\n\r\n",
		kind, url, fields, len(block), block)
}

// page is a response of a file.
func page(url, head, body string) string {
	return warcRecord("response", url, "Content-Type: application/http;msgtype=response\r\n", "HTTP/1.1 200 OK\r\n"+head+"\r\n"+body)
}

// deflated is text in zlib's format, or raw.
func deflated(t testing.TB, text string, raw bool) string {
	t.Helper()
	var b bytes.Buffer
	var w io.WriteCloser = zlib.NewWriter(&b)
	if raw {
		var err error
		if w, err = flate.NewWriter(&b, 6); err != nil {
			t.Fatal(err)
		}
	}
	io.WriteString(w, text)
	w.Close()
	return b.String()
}

func inChunks(text string) string {
	half := len(text) / 2
	return fmt.Sprintf("%x\r\n%s\r\n%x;x=y\r\n%s\r\n0\r\n\r\n", half, text[:half], len(text)-half, text[half:])
}

// warcFile is one with captures of all sorts, and what a tar has of them.
func warcFile(t testing.TB) (file string, want map[string]string) {
	t.Helper()
	text := strings.Repeat("some text ", 10)
	large := strings.Repeat("0123456789abcdef", spooledInMemory/16+1)
	zipped, brotli, zstd := bench.Must(t, "gzip", text), bench.Must(t, "br", text), bench.Must(t, "zstd", text)
	file = warcRecord("warcinfo", "", "", "software: x\r\n") +
		warcRecord("request", "https://h/", "Content-Type: application/http;msgtype=request\r\n", "GET / HTTP/1.1\r\n\r\n") +
		page("https://h/", "", "<p>old") +
		page("https://h/", "Content-Type: text/html\r\n", "<p>new") +
		page("https://h/empty.txt", "", "") +
		page("https://h/chunked.txt", "Transfer-Encoding: chunked\r\n", inChunks(text)) +
		page("https://h/broken-chunks.txt", "Transfer-Encoding: chunked\r\n", inChunks(text)[:60]) +
		page("https://h/gzip.txt", "Content-Encoding: gzip\r\n", zipped) +
		page("https://h/both.txt", "Content-Encoding: GZIP\r\nTransfer-Encoding: chunked\r\n", inChunks(zipped)) +
		page("https://h/twice.txt", "Content-Encoding: br, gzip\r\n", bench.Must(t, "gzip", brotli)) +
		page("https://h/br.txt", "Content-Encoding: br\r\n", brotli) +
		page("https://h/zstd.txt", "Content-Encoding: zstd\r\n", zstd) +
		page("https://h/deflate.txt", "Content-Encoding: deflate\r\n", deflated(t, text, false)) +
		page("https://h/raw.txt", "Content-Encoding: deflate\r\n", deflated(t, text, true)) +
		page("https://h/large.txt", "Content-Encoding: gzip\r\n", bench.Must(t, "gzip", large)) +
		page("https://h/not-gzip.txt", "Content-Encoding: gzip\r\n", text) +
		page("https://h/unknown.txt", "Content-Encoding: rot13\r\n", text) +
		page("https://h/nothing.txt", "Content-Encoding: gzip\r\n", "") +
		strings.Replace(page("https://h/gone.txt", "", "gone"), "200 OK", "404 NO", 1) +
		warcRecord("response", "https://h/no-http", "Content-Type: application/http\r\n", "hello") +
		warcRecord("response", "dns:h", "Content-Type: text/dns\r\n", "h. 60 IN A 192.0.2.1") +
		warcRecord("resource", "file:/etc/motd.txt", "Content-Type: text/plain\r\n", "welcome") +
		warcRecord("revisit", "https://h/same.txt", "WARC-Refers-To-Target-URI: https://h/gzip.txt\r\n", "") +
		warcRecord("revisit", "https://h/br.txt", "WARC-Refers-To-Target-URI: https://h/br.txt\r\n", "") +
		warcRecord("revisit", "https://h/elsewhere.txt", "WARC-Refers-To-Target-URI: https://other/\r\n", "")
	want = map[string]string{
		"h/index~.html": "<p>new", "h/empty.txt": "", "h/chunked.txt": text, "h/broken-chunks.txt": "", // how much there is of it is the reader's business
		"h/gzip.txt": text,
		"h/both.txt": text, "h/twice.txt": text, "h/br.txt": text, "h/zstd.txt": text, "h/deflate.txt": text, "h/raw.txt": text, "h/large.txt": large,
		"h/not-gzip.txt": text, "h/unknown.txt": text, "h/nothing.txt": "", "h/same.txt": text,
	}
	return file, want
}

// untar is what tar leaves of an archive.
func untar(t testing.TB, archive string) map[string]string {
	t.Helper()
	left := map[string]string{}
	r := tar.NewReader(strings.NewReader(archive))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return left
		}
		if err != nil {
			t.Fatal(err)
		}
		if h.Mode != 0o644 || !h.ModTime.Equal(time.Date(2026, 11, 26, 12, 0, 0, 0, time.UTC)) {
			t.Errorf("%s has mode %o and time %v", h.Name, h.Mode, h.ModTime)
		}
		if h.Typeflag == tar.TypeLink {
			original, there := left[h.Linkname]
			if !there {
				t.Errorf("%s leads to %s, which is not there", h.Name, h.Linkname)
			}
			left[h.Name] = original
			continue
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		left[h.Name] = string(data)
	}
}

func TestWARCExtractTar(t *testing.T) {
	file, want := warcFile(t)
	for _, chain := range []string{"warc-extract", "gzip,warc-extract=tar", "zstd,warc-extract"} {
		got := untar(t, bench.Must(t, chain, file))
		for name := range maps.Keys(got) { // those of no host have a hash in theirs
			if !strings.HasPrefix(name, "h/") {
				if text := got[name]; text != "welcome" && text != "h. 60 IN A 192.0.2.1" {
					t.Errorf("%s: %s holds %q", chain, name, text)
				}
				delete(got, name)
			}
		}
		for name, text := range want {
			if name == "h/broken-chunks.txt" {
				text = got[name]
				if !strings.HasPrefix(want["h/gzip.txt"], text) || len(text) < 40 {
					t.Errorf("%s: of broken chunks there is %q", chain, text)
				}
			}
			if got[name] != text {
				t.Errorf("%s: %s holds %.50q, want %.50q", chain, name, got[name], text)
			}
		}
		if gotNames, wantNames := slices.Sorted(maps.Keys(got)), slices.Sorted(maps.Keys(want)); !slices.Equal(gotNames, wantNames) {
			t.Errorf("%s: there are\n%q, want\n%q", chain, gotNames, wantNames)
		}
	}
}

func TestWARCExtractLines(t *testing.T) {
	file, _ := warcFile(t)
	file += page("https://h/latin", "Content-Type: text/plain; charset=iso-8859-1\r\n", strings.Repeat("\xe4\"\\\n\t\x01", 20_000)) +
		page("https://h/broken", "Content-Type: text/plain; charset=utf-8\r\n", "a\xffb") +
		page("https://h/bad", "Content-Type: text/plain\r\nContent-Encoding: gzip\r\n", "no gzip") +
		page("https://h/picture", "Content-Type: image/png\r\n", "\x89PNG")
	type line struct {
		URL, Type, Date, IP, Digest, Truncated, Path, Text string
		SameAs                                             string `json:"same_as"`
		ContentType                                        string `json:"content_type"`
		Status, Bytes                                      int
	}
	lines := map[string]line{}
	n := 0
	for text := range strings.Lines(bench.Must(t, "gzip,warc-extract=jsonl", file)) {
		var l line
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatalf("%v in %.200s", err, text)
		}
		if l.Date != "2026-11-26T12:00:00.5Z" {
			t.Errorf("%s has the date %s", l.URL, l.Date)
		}
		l.Date = ""
		lines[l.URL] = l
		n++
	}
	if n != 26 {
		t.Errorf("%d lines", n)
	}
	for _, want := range []line{
		{URL: "https://h/", Type: "response", Status: 200, ContentType: "text/html", Path: "h/index~.html", Bytes: 6, Text: "<p>new"},
		{URL: "https://h/gone.txt", Type: "response", Status: 404, Path: "h/gone.txt", Bytes: 4},
		{URL: "https://h/same.txt", Type: "revisit", SameAs: "https://h/gzip.txt"},
		{URL: "https://h/latin", Type: "response", Status: 200, ContentType: "text/plain; charset=iso-8859-1", Path: "h/latin_", Bytes: 120_000, Text: strings.Repeat("\u00e4\"\\\n\t\x01", 20_000)},
		{URL: "https://h/broken", Type: "response", Status: 200, ContentType: "text/plain; charset=utf-8", Path: "h/broken_", Bytes: 3, Text: "a\ufffdb"},
		{URL: "https://h/bad", Type: "response", Status: 200, ContentType: "text/plain", Path: "h/bad_", Bytes: 7},
		{URL: "https://h/picture", Type: "response", Status: 200, ContentType: "image/png", Path: "h/picture_", Bytes: 4},
	} {
		if got := lines[want.URL]; got != want {
			t.Errorf("got  %.300q\nwant %.300q", fmt.Sprint(got), fmt.Sprint(want))
		}
	}
}

// TestWARCExtractOfWget takes out what wget recorded.
func TestWARCExtractOfWget(t *testing.T) {
	for _, name := range []string{"wget.warc", "wget.warc.gz"} {
		data, err := os.ReadFile("../../warc/testdata/" + name)
		if err != nil {
			t.Fatal(err)
		}
		texts := slices.Collect(maps.Values(untarAny(t, bench.Must(t, "warc-extract", string(data)))))
		for _, want := range []string{"part 0\npart 1\npart 2\n", strings.Repeat("packed ", 100)} {
			if !slices.Contains(texts, want) {
				t.Errorf("%s: %q is not among %.100q", name, want, texts)
			}
		}
	}
}

// untarAny is untar for files of any time.
func untarAny(t testing.TB, archive string) map[string]string {
	t.Helper()
	left := map[string]string{}
	r := tar.NewReader(strings.NewReader(archive))
	for {
		h, err := r.Next()
		if err == io.EOF {
			return left
		}
		if err != nil {
			t.Fatal(err)
		}
		data, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		left[h.Name] = string(data)
	}
}

func TestWARCExtractDamage(t *testing.T) {
	one := page("https://h/a.txt", "", "one")
	packed := bench.Must(t, "gzip", one)
	for name, test := range map[string]struct {
		file string
		want transform.Kind
	}{
		"no WARC":   {"hello", transform.Corrupt},
		"torn":      {one + one[:len(one)-10], transform.Truncated},
		"torn gzip": {packed + packed[:len(packed)-10], transform.Truncated},
		"torn head": {one + one[:30], transform.Truncated},
		"flipped":   {packed[:40] + "\xff\xff" + packed[42:], transform.Corrupt},
		"ARC":       {"filedesc://x.arc", transform.Unsupported},
		"empty":     {"", ""},
	} {
		for _, chain := range []string{"warc-extract", "warc-extract=jsonl"} {
			if _, err := bench.Run(t, chain, test.file); steptest.KindOf(err) != test.want {
				t.Errorf("%s: %s: %v", chain, name, err)
			}
		}
	}
}

func TestWARCExtractNames(t *testing.T) {
	for chain, names := range map[string]map[string]string{
		"warc-extract":              {"a.warc.gz": "a.tar", "b/A.WARC": "b/A.tar", "a.warc.zst": "a.tar", "a.gz": "a.gz.tar", ".warc": ".warc.tar"},
		"warc-extract=jsonl":        {"a.warc.gz": "a.jsonl"},
		"gunzip,warc-extract:jsonl": {"a.warc.gz": "a.jsonl"},
	} {
		for name, want := range names {
			if got := bench.Chain(t, chain).Output(transform.File{Name: name}).Name; got != want {
				t.Errorf("%s: %s becomes %s, want %s", chain, name, got, want)
			}
		}
	}
	if _, err := bench.Set.Parse("warc-extract=zip"); err == nil {
		t.Error("zip is taken")
	}
}

// TestWARCExtractLimit: what a page becomes is bounded as the output of a step is.
func TestWARCExtractLimit(t *testing.T) {
	file := page("https://h/a.txt", "Content-Encoding: gzip\r\n", bench.Must(t, "gzip", strings.Repeat("x", 1<<20)))
	_, err := bench.Chain(t, "warc-extract").Run(t.Context(), transform.File{}, strings.NewReader(file), io.Discard, transform.Options{MaxSize: 1000})
	if steptest.KindOf(err) != transform.TooLarge {
		t.Errorf("got %v", err)
	}
}

func FuzzWARCExtract(f *testing.F) {
	f.Add([]byte(page("https://h/a.txt", "Content-Encoding: gzip\r\nContent-Type: text/html\r\n", bench.Must(f, "gzip", "text")) + page("https://h/", "Transfer-Encoding: chunked\r\n", inChunks("text"))))
	f.Add([]byte(bench.Must(f, "gzip", warcRecord("resource", "file:/a", "Content-Type: text/plain\r\n", "\xe4\xff"))))
	f.Fuzz(func(t *testing.T, file []byte) {
		if out, err := bench.Run(t, "warc-extract", string(file)); err == nil {
			untarAny(t, out)
		} else if steptest.KindOf(err) == "other" {
			t.Errorf("got %v", err)
		}
		out, err := bench.Run(t, "warc-extract=jsonl", string(file))
		if steptest.KindOf(err) == "other" {
			t.Errorf("got %v", err)
		}
		for line := range strings.Lines(out) {
			if err == nil && !json.Valid([]byte(line)) {
				t.Errorf("no JSON: %q", line)
			}
		}
	})
}
