package archive_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"crawl/files/transform"
	"crawl/files/transform/archive"
)

// What was captured, a line each.
func Example() {
	const file = "WARC/1.1\r\nWARC-Type: resource\r\nWARC-Record-ID: <urn:uuid:1>\r\n" +
		"WARC-Date: 2026-11-26T12:00:00Z\r\nWARC-Target-URI: https://example.org/note.txt\r\n" +
		"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Length: 4\r\n\r\ncaf\xe9\r\n\r\n"
	chain, err := archive.Specs().Parse("warc-extract=jsonl")
	if err != nil {
		fmt.Println(err)
		return
	}
	if _, err := chain.Run(context.Background(), transform.File{}, strings.NewReader(file), os.Stdout, transform.Options{}); err != nil {
		fmt.Println(err)
	}
	// Output: {"url":"https://example.org/note.txt","type":"resource","date":"2026-11-26T12:00:00Z","content_type":"text/plain; charset=iso-8859-1","path":"example.org/note.txt","bytes":4,"text":"café"}
}
