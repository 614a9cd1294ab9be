package gate_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	"crawl/fetch"
	"crawl/fetch/robots"
	"crawl/fetch/robots/gate"
)

func Example() {
	mux := http.NewServeMux()
	mux.HandleFunc("/robots.txt", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, "User-agent: *\nDisallow: /private/\nCrawl-delay: 2\n")
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {})
	server := httptest.NewServer(mux)
	defer server.Close()

	const userAgent = "mybot/1.0 (+https://example.com/bot)"
	client := fetch.NewClient(fetch.Options{UserAgent: userAgent})
	defer client.Close()
	g := gate.New(client, gate.Options{
		Product: robots.Product(userAgent),
		Learned: func(p gate.Policy) { fmt.Println("a request every", p.CrawlDelay) },
	})
	fetcher := fetch.Stack(client, fetch.Redirect(0), gate.Layer(g), fetch.Decode(0))

	for _, path := range []string{"/public/", "/private/diary"} {
		rec, err := fetcher.Fetch(context.Background(), &fetch.Request{URL: server.URL + path})
		if denied, ok := errors.AsType[*gate.Denied](err); ok {
			fmt.Printf("%s: line %d, %s\n", path, denied.Line, denied.Rule)
			continue
		}
		if err != nil {
			fmt.Println(err)
			return
		}
		rec.Body.Close()
		fmt.Printf("%s: %d\n", path, rec.Status)
	}
	// Output:
	// a request every 2s
	// /public/: 200
	// /private/diary: line 2, Disallow: /private/
}
