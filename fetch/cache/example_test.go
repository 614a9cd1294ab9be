package cache_test

import (
	"context"
	"fmt"
	"io"
	"os"

	"crawl/fetch"
	"crawl/fetch/cache"
	"crawl/fetch/fetchtest"
	"crawl/files"
)

func Example() {
	ctx := context.Background()
	lab, err := fetchtest.Start(ctx, fetchtest.Options{})
	if err != nil {
		panic(err)
	}
	defer lab.Close()
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()
	fetcher := fetch.Stack(client, fetch.Redirect(0), cache.Layer(cache.NewMemory(0), cache.Options{}), fetch.Decode(0))

	for range 2 { // the second time the server only confirms
		rec, err := fetcher.Fetch(ctx, &fetch.Request{URL: lab.URL(0, "/etag/v1")})
		if err != nil {
			panic(err)
		}
		body, err := io.ReadAll(rec.Body)
		rec.Body.Close()
		fmt.Printf("%d %s cached: %v, %d bytes over the wire, %v\n", rec.Status, body[:len(body)-1], rec.Cached, rec.Wire.Bytes, err)
	}
	// Output:
	// 200 this is "v1" cached: false, 13 bytes over the wire, <nil>
	// 200 this is "v1" cached: true, 0 bytes over the wire, <nil>
}

func ExampleOpenDisk() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "cache")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()

	store, err := cache.OpenDisk(ctx, eng, 100<<20)
	if err != nil {
		panic(err)
	}
	_ = cache.Layer(store, cache.Options{Failed: func(url string, err error) { fmt.Println(url, err) }})
	fmt.Println(store.Close(ctx))
	// Output: <nil>
}

func ExampleConditional() {
	ctx := context.Background()
	lab, err := fetchtest.Start(ctx, fetchtest.Options{})
	if err != nil {
		panic(err)
	}
	defer lab.Close()
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()

	known := func(url string) (etag, lastModified string, ok bool) { return `"v1"`, "", true }
	fetcher := fetch.Stack(client, fetch.Redirect(0), cache.Conditional(known), fetch.Decode(0))
	for _, tag := range []string{"v1", "v2"} {
		rec, err := fetcher.Fetch(ctx, &fetch.Request{URL: lab.URL(0, "/etag/"+tag)})
		if err != nil {
			panic(err)
		}
		rec.Body.Close()
		fmt.Println(tag, rec.Status)
	}
	// Output:
	// v1 304
	// v2 200
}

func ExampleParseETag() {
	tag, ok := cache.ParseETag(`W/"v1"`)
	fmt.Println(tag.Weak, tag.Value, ok)
	// Output: true v1 true
}
