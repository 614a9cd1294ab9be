package warc

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
)

// benchPage is a page of 20 KB such as people write.
func benchPage() string {
	var b strings.Builder
	for i := range 400 {
		fmt.Fprintf(&b, "<p class=\"x%d\">Some text, number %d of many.</p>\n", i%7, i*i)
	}
	return b.String()
}

// BenchmarkReader reads records of 20 KB and checks their digests.
func BenchmarkReader(b *testing.B) {
	record := text("WARC/1.1\nWARC-Type: response\nWARC-Record-ID: <urn:uuid:1>\nWARC-Date: 2026-11-26T12:00:00Z\nContent-Type: "+HTTPResponse, answer+benchPage())
	for name, member := range map[string]string{"plain": record, "gzip": gzipped(record), "zstd": framed(b, nil, record)} {
		for _, verify := range []bool{false, true} {
			b.Run(fmt.Sprintf("%s/verify=%t", name, verify), func(b *testing.B) {
				b.ReportAllocs()
				b.SetBytes(int64(len(record)))
				r := NewReader(&repeated{text: member}, ReaderOptions{Verify: verify})
				for b.Loop() {
					rec, err := r.Next()
					if err != nil {
						b.Fatal(err)
					}
					if _, err := rec.Length(); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// repeated is a text without end.
type repeated struct {
	text string
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	n := copy(p, r.text[r.at:])
	r.at = (r.at + n) % len(r.text)
	return n, nil
}

// BenchmarkAppend writes captures of 20 KB.
func BenchmarkAppend(b *testing.B) {
	for _, opt := range []ArchiveOptions{{Plain: true}, {Level: 1}, {Level: 6}} {
		b.Run(fmt.Sprintf("plain=%t,level=%d", opt.Plain, opt.Level), func(b *testing.B) {
			b.ReportAllocs()
			eng, _ := engine(b)
			a := open(b, eng, opt)
			body := benchPage()
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				appended(b, a, fetched("https://example.com/", body))
			}
		})
	}
}

// BenchmarkAt reads a record by its place, as replay does.
func BenchmarkAt(b *testing.B) {
	file := bytes.NewReader([]byte(gzipped(resource("a:1", benchPage()))))
	b.ReportAllocs()
	for b.Loop() {
		rec, err := NewReaderAt(file, 0, file.Size(), ReaderOptions{}).Next()
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, rec.Block); err != nil {
			b.Fatal(err)
		}
	}
}
