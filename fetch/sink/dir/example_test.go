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

func ExampleName() {
	for _, url := range []string{
		"https://example.com/",
		"https://example.com/docs/a.html",
		"https://example.com/docs/A.html",
		"https://example.com/s.php?q=1",
		"http://example.com:8080/v1.2/notes",
	} {
		fmt.Println(dir.Name(url))
	}
	// Output:
	// example.com/index~.html
	// example.com/docs/a.html
	// example.com/docs/a~shcicg7svgq6.html
	// example.com/s-q=1~o65ryvez3sd2.php
	// example.com+8080/v1.2_/notes_
}
