package since_test

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"

	"crawl/fetch"
	"crawl/fetch/cache/since"
	"crawl/fetch/fetchtest"
	"crawl/fetch/manifest"
	"crawl/files"
)

func Example() {
	ctx := context.Background()
	lab, err := fetchtest.Start(ctx, fetchtest.Options{})
	if err != nil {
		panic(err)
	}
	defer lab.Close()
	dir, err := os.MkdirTemp("", "since")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()
	storeByHand(ctx, eng, lab.URL(0, "/etag/v1"))

	earlier, err := since.Open(ctx, eng, "")
	if err != nil {
		panic(err)
	}
	defer earlier.Close()
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()
	fetcher := fetch.Stack(client, fetch.Redirect(0), earlier.Layer(), fetch.Decode(0))
	rec, err := fetcher.Fetch(ctx, &fetch.Request{URL: lab.URL(0, "/etag/v1")})
	if err != nil {
		panic(err)
	}
	defer rec.Body.Close()
	fmt.Println(rec.Status, "with the stored body:", rec.Cached)
	// Output: 304 with the stored body: true
}

// storeByHand stands for an earlier crawl.
func storeByHand(ctx context.Context, eng files.Engine, url string) {
	m, err := manifest.Open(ctx, eng, manifest.Options{})
	if err != nil {
		panic(err)
	}
	if err := eng.PutFile(ctx, "bodies/v1", []byte("old")); err != nil {
		panic(err)
	}
	line := manifest.Line{
		URL: url, Outcome: manifest.Fetched, Path: "bodies/v1", ETag: `"v1"`,
		Bytes: 3, SHA256: fmt.Sprintf("%x", sha256.Sum256([]byte("old"))),
	}
	if err := m.Append(ctx, &line); err != nil {
		panic(err)
	}
	if err := m.Close(ctx); err != nil {
		panic(err)
	}
}
