package fetch_test

import (
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"time"

	"crawl/fetch"
	"crawl/pipeline"
)

// site is what the examples fetch from.
func site() *httptest.Server {
	mux := http.NewServeMux()
	mux.Handle("/old", http.RedirectHandler("/new", http.StatusMovedPermanently))
	mux.HandleFunc("/new", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, "hello")
		z.Close()
	})
	mux.HandleFunc("/slow", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	return httptest.NewServer(mux)
}

func Example() {
	server := site()
	defer server.Close()

	client := fetch.NewClient(fetch.Options{UserAgent: "example/1.0"})
	defer client.Close()
	fetcher := fetch.Stack(client, fetch.Redirect(0), fetch.Decode(0))

	rec, err := fetcher.Fetch(context.Background(), &fetch.Request{URL: server.URL + "/old"})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rec.Body.Close()
	body, err := io.ReadAll(rec.Body)
	fmt.Println(rec.Status, len(rec.Redirects), string(body), err)
	// Output: 200 1 hello <nil>
}

// A failure has one class, and timeouts are also what the standard library calls so.
func ExampleClassOf() {
	server := site()
	defer server.Close()
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()

	req := &fetch.Request{URL: server.URL + "/slow", Deadline: time.Now().Add(20 * time.Millisecond)}
	_, err := client.Fetch(context.Background(), req)
	fmt.Println(fetch.ClassOf(err), errors.Is(err, context.DeadlineExceeded))

	_, err = client.Fetch(context.Background(), &fetch.Request{URL: "mailto:someone"})
	fmt.Println(fetch.ClassOf(err))
	// Output:
	// timeout_total true
	// bad_url
}

// A layer of one's own is a function around a Fetcher.
func ExampleLayer() {
	server := site()
	defer server.Close()
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()

	noted := func(next fetch.Fetcher) fetch.Fetcher {
		return fetch.FetcherFunc(func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			rec, err := next.Fetch(ctx, req)
			if err == nil {
				fmt.Println(rec.Status, req.URL[len(server.URL):])
			}
			return rec, err
		})
	}
	fetcher := fetch.Stack(client, fetch.Retry(pipeline.Retry{Max: 2}), fetch.Redirect(0), noted)
	rec, err := fetcher.Fetch(context.Background(), &fetch.Request{URL: server.URL + "/old"})
	if err != nil {
		fmt.Println(err)
		return
	}
	rec.Body.Close()
	// Output:
	// 301 /old
	// 200 /new
}
