package standard_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"

	"crawl/fetch"
	"crawl/fetch/standard"
)

// site speaks HTTP/2 and nothing else.
func site() (*httptest.Server, fetch.Options) {
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, "hello over "+r.Proto)
	}))
	server.EnableHTTP2 = true
	server.TLS = &tls.Config{GetConfigForClient: refuseHTTP1}
	server.StartTLS()
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return server, fetch.Options{RootCAs: roots}
}

// refuseHTTP1 is for crypto/tls, which would let HTTP/1.1 pass.
func refuseHTTP1(hello *tls.ClientHelloInfo) (*tls.Config, error) {
	if !slices.Contains(hello.SupportedProtos, "h2") {
		return &tls.Config{NextProtos: []string{"h3"}}, nil
	}
	return nil, nil
}

func Example() {
	server, opt := site()
	defer server.Close()
	client := standard.New(opt)
	defer client.Close()
	fetcher := fetch.Stack(client, fetch.Redirect(0), fetch.Decode(0))

	rec, err := fetcher.Fetch(context.Background(), &fetch.Request{URL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rec.Body.Close()
	body, err := io.ReadAll(rec.Body)
	fmt.Println(rec.Proto, rec.Status, string(body), err)
	// Output: HTTP/2.0 200 hello over HTTP/2.0 <nil>
}

// HTTP/1.1 for all, and HTTP/2 for those who want nothing else.
func ExampleFallback() {
	server, opt := site()
	defer server.Close()
	h1, h2 := fetch.NewClient(opt), standard.New(opt)
	defer h1.Close()
	defer h2.Close()

	_, err := h1.Fetch(context.Background(), &fetch.Request{URL: server.URL})
	fmt.Println(fetch.ClassOf(err), fetch.RefusesHTTP11(err))

	rec, err := standard.Fallback(h1, h2).Fetch(context.Background(), &fetch.Request{URL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rec.Body.Close()
	fmt.Println(rec.Proto, rec.Status)
	// Output:
	// tls true
	// HTTP/2.0 200
}
