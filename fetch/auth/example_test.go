package auth_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"crawl/fetch"
	"crawl/fetch/auth"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if user, password, _ := r.BasicAuth(); user != "me" || password != "secret" {
			w.Header().Set("WWW-Authenticate", `Basic realm="example", charset="UTF-8"`)
			w.WriteHeader(http.StatusUnauthorized)
		}
	}))
	defer server.Close()
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()

	c, err := auth.Login("me", "secret")
	if err != nil {
		fmt.Println(err)
		return
	}
	mine, err := auth.Static(server.URL, c)
	if err != nil {
		fmt.Println(err)
		return
	}
	fetcher := fetch.Stack(client, fetch.Redirect(0), auth.Layer(mine))
	rec, err := fetcher.Fetch(context.Background(), &fetch.Request{URL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	rec.Body.Close()
	fmt.Println(rec.Status)
	// Output: 200
}

// A netrc is a Lookup as well, and the first Lookup that knows the URL counts.
func ExampleParseNetrc() {
	netrc, err := auth.ParseNetrc(strings.NewReader("machine example.com login me password secret"))
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(netrc.Lookup("example.com"))

	show := fetch.FetcherFunc(func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		fmt.Println(req.Header.Get("Authorization"))
		return &fetch.Record{Status: 200}, nil
	})
	fetcher := fetch.Stack(show, auth.Layer(netrc.Credentials))
	rec, err := fetcher.Fetch(context.Background(), &fetch.Request{URL: "https://example.com/"})
	fmt.Println(rec.Status, err)
	// Output:
	// me secret true
	// Basic bWU6c2VjcmV0
	// 200 <nil>
}

func ExampleEncodeBasic() {
	fmt.Println(auth.EncodeBasic("Aladdin", "open sesame"))
	// Output: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ== <nil>
}
