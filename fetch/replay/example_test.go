package replay_test

import (
	"context"
	"fmt"
	"os"
	"strings"

	"crawl/fetch"
	"crawl/fetch/replay"
	"crawl/files"
	"crawl/files/warc"
)

func Example() {
	dir, err := os.MkdirTemp("", "replay")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()

	// An archive, as a crawl with --format warc or wget makes one.
	ctx := context.Background()
	w, err := warc.OpenArchive(ctx, eng, ".", warc.ArchiveOptions{})
	if err != nil {
		panic(err)
	}
	at, err := w.Append(ctx, warc.Draft{
		Head:  warc.Head{Type: warc.Response, TargetURI: "https://example.com/", ContentType: warc.HTTPResponse},
		Block: strings.NewReader("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"),
	})
	if err != nil {
		panic(err)
	}
	if err := w.Close(); err != nil {
		panic(err)
	}

	archive, err := replay.Open(ctx, replay.Source{Engine: eng, Name: at[0].File})
	if err != nil {
		panic(err)
	}
	defer archive.Close()
	fetcher := fetch.Stack(archive, fetch.Redirect(0), fetch.Decode(0))
	for _, url := range []string{"https://example.com/", "https://example.com/other"} {
		rec, err := fetcher.Fetch(ctx, &fetch.Request{URL: url})
		if err != nil {
			fmt.Println(err)
			continue
		}
		body, err := rec.Text()
		fmt.Println(rec.Status, body, err)
	}
	// Output:
	// 200 hello <nil>
	// https://example.com/other: it is not in the archive
}
