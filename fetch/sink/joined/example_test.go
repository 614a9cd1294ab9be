package joined_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"crawl/fetch"
	"crawl/fetch/sink/dir"
	"crawl/fetch/sink/joined"
	"crawl/fetch/sink/jsonl"
	"crawl/files"
)

func Example() {
	folder, err := os.MkdirTemp("", "joined")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	eng, err := files.NewDirect(folder, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()

	ctx := context.Background()
	pages, err := jsonl.Open(ctx, eng, jsonl.Options{})
	if err != nil {
		panic(err)
	}
	both := joined.New(eng, nil, dir.New(eng), pages)
	rec := &fetch.Record{URL: "https://example.com/a", Body: io.NopCloser(strings.NewReader("hello"))}
	stored, err := both.Put(ctx, rec, rec.URL)
	if err != nil {
		panic(err)
	}
	if err := pages.Close(ctx); err != nil {
		panic(err)
	}
	fmt.Println(stored.Path, stored.JSONL.Path)
	// Output: bodies/example.com/a_ jsonl/pages-00001.jsonl
}
