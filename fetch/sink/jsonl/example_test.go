package jsonl_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"crawl/fetch"
	"crawl/fetch/sink/jsonl"
	"crawl/files"
)

func Example() {
	dir, err := os.MkdirTemp("", "pages")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()

	ctx := context.Background()
	pages, err := jsonl.Open(ctx, eng, jsonl.Options{})
	if err != nil {
		panic(err)
	}
	rec := &fetch.Record{
		URL: "https://example.com/", Status: 200,
		Header: fetch.Header{{Name: "Content-Type", Value: "text/plain"}},
		Body:   io.NopCloser(strings.NewReader("Hello.")),
	}
	stored, err := pages.Put(ctx, rec, rec.URL)
	if err != nil {
		panic(err)
	}
	if err := pages.Close(ctx); err != nil {
		panic(err)
	}
	line, err := os.ReadFile(dir + "/" + stored.JSONL.Path)
	fmt.Print(string(line), err)
	// Output:
	// {"schema":1,"url":"https://example.com/","status":200,"content_type":"text/plain","charset":"utf-8","text":"Hello.","bytes":6,"sha256":"2d8bd7d9bb5f85ba643f0110d50cb506a1fe439e769a22503193ea6046bb87f7"}
	// <nil>
}
