package warc_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"

	"crawl/fetch"
	"crawl/fetch/sink/warc"
	"crawl/files"
)

func Example() {
	dir, err := os.MkdirTemp("", "archive")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	eng, err := files.NewDirect(dir, files.Options{})
	if err != nil {
		panic(err)
	}
	defer eng.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "hello") }))
	defer server.Close()
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()

	ctx := context.Background()
	archive, err := warc.Open(ctx, eng, warc.Options{})
	if err != nil {
		panic(err)
	}
	captured := archive.Capture()
	defer captured.Close()
	rec, err := client.Fetch(ctx, &fetch.Request{URL: server.URL, Capture: captured})
	if err != nil {
		panic(err)
	}
	stored, err := archive.Put(ctx, rec, server.URL)
	if err != nil {
		panic(err)
	}
	rec.Body.Close()
	if err := archive.Close(ctx); err != nil {
		panic(err)
	}
	fmt.Println(stored.Bytes, stored.WARC.Digest)
	// Output: 5 sha1:VL2MMHO4YXUKFWV63YHTWSBM3GXKSQ2N
}
