package manifest_test

import (
	"context"
	"fmt"
	"os"

	"crawl/fetch/manifest"
	"crawl/files"
)

func Example() {
	dir, err := os.MkdirTemp("", "crawl")
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
	m, err := manifest.Open(ctx, eng, manifest.Options{})
	if err != nil {
		panic(err)
	}
	line := manifest.Line{URL: "https://example.com/", Outcome: manifest.Failed, ErrorClass: "dns", Reason: "no such host"}
	if err := m.Append(ctx, &line); err != nil {
		panic(err)
	}
	if err := m.Close(ctx); err != nil {
		panic(err)
	}

	for line, err := range manifest.Lines(ctx, eng) {
		if err != nil {
			panic(err)
		}
		fmt.Println(line.URL, line.Outcome, line.Reason)
	}
	// Output: https://example.com/ failed no such host
}
