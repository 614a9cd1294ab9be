package dir_test

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"

	"crawl/fetch"
	"crawl/fetch/sink/dir"
	"crawl/files"
)

func Example() {
	folder, err := os.MkdirTemp("", "crawl")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	eng, err := files.NewDirect(folder, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()

	sink := dir.New(eng)
	answer := &fetch.Record{Status: 200, Body: io.NopCloser(strings.NewReader("<h1>Hello</h1>"))}
	stored, err := sink.Put(context.Background(), answer, "https://example.com/docs")
	fmt.Println(stored.Path, stored.Bytes, err)
	// Output: bodies/example.com/docs_ 14 <nil>
}
