package fetch_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"

	"crawl/fetch"
)

// api tells what it was asked.
func api() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/v1/missing" {
			http.NotFound(w, r)
			return
		}
		if r.Header.Get("Content-Encoding") != "" || strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
			r.ParseMultipartForm(1 << 20)
			fmt.Fprintf(w, "%q %q %d bytes announced", r.Header.Get("Content-Encoding"), r.FormValue("title"), r.ContentLength)
			return
		}
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s %s %q", r.Method, r.URL, r.Header.Get("X-Token"), body)
	}))
}

// show prints an answer's body.
func show(rec *fetch.Record, err error) {
	if err != nil {
		fmt.Println(err)
		return
	}
	text, err := rec.Text()
	fmt.Println(text, err)
}

func ExampleSession() {
	server := api()
	defer server.Close()
	session, err := fetch.NewSession(fetch.SessionOptions{
		BaseURL: server.URL + "/v1/",
		Header:  fetch.Header{{Name: "X-Token", Value: "t"}},
		Check:   (*fetch.Record).Err, // a status from 400 up is an error
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	ctx := context.Background()

	show(session.Get(ctx, "items"))
	show(session.Get(ctx, fetch.Query{{Name: "q", Value: "a b"}, {Name: "q", Value: "c"}}.AppendTo("items")))
	show(session.Post(ctx, "items", fetch.JSON(map[string]int{"n": 1})))
	show(session.Put(ctx, "items/1", fetch.Form(fetch.Field{Name: "n", Value: "1 2"})))
	show(session.Delete(ctx, "/other"))

	_, err = session.Get(ctx, "missing")
	fmt.Println(errors.Is(err, fetch.ClassHTTP4xx))
	// Output:
	// GET /v1/items t "" <nil>
	// GET /v1/items?q=a+b&q=c t "" <nil>
	// POST /v1/items t "{\"n\":1}" <nil>
	// PUT /v1/items/1 t "n=1+2" <nil>
	// DELETE /other t "" <nil>
	// true
}

// A field for one request stands in for the session's; an empty one keeps an
// automatic field from being sent.
func ExampleSession_Do() {
	server := api()
	defer server.Close()
	session, _ := fetch.NewSession(fetch.SessionOptions{Header: fetch.Header{{Name: "X-Token", Value: "t"}}})
	defer session.Close()
	show(session.Do(context.Background(), &fetch.Request{
		Method: "report",
		URL:    server.URL + "/",
		Header: fetch.Header{{Name: "X-Token", Value: "other"}, {Name: "User-Agent", Value: ""}},
	}))
	// Output: REPORT / other "" <nil>
}

func ExampleMultipart() {
	server := api()
	defer server.Close()
	session, _ := fetch.NewSession(fetch.SessionOptions{})
	defer session.Close()
	show(session.Post(context.Background(), server.URL, fetch.Multipart(
		fetch.Part{Name: "title", Body: fetch.Text("A day out")},
		fetch.Part{Name: "photo", FileName: "sea.jpg", Body: fetch.Reader(bytes.NewReader(make([]byte, 1000)), 1000)},
	)))
	// Output: "" "A day out" 1261 bytes announced <nil>
}

// A body of unknown size goes in chunks, as does one that is compressed on the way.
func ExampleCompressed() {
	server := api()
	defer server.Close()
	session, _ := fetch.NewSession(fetch.SessionOptions{})
	defer session.Close()
	show(session.Post(context.Background(), server.URL, fetch.Compressed(fetch.Text("hello"), "gzip")))
	// Output: "gzip" "" -1 bytes announced <nil>
}

// The server says whether it wants the body before any of it is sent.
func ExampleRequest_expect() {
	server := api()
	defer server.Close()
	session, _ := fetch.NewSession(fetch.SessionOptions{})
	defer session.Close()
	show(session.Do(context.Background(), &fetch.Request{
		Method: "PUT", URL: server.URL, Expect: true,
		Body: fetch.Reader(strings.NewReader("streamed"), -1),
	}))
	// Output: PUT /  "streamed" <nil>
}

func ExampleMeter() {
	server := api()
	defer server.Close()
	meter := fetch.NewMeter()
	session, _ := fetch.NewSession(fetch.SessionOptions{Outer: []fetch.Layer{meter.Layer}})
	defer session.Close()
	for _, path := range []string{"/a", "/b", "/v1/missing"} {
		if rec, err := session.Get(context.Background(), server.URL+path); err == nil {
			rec.Bytes()
		}
	}
	s := meter.Snapshot()
	fmt.Println(s.Total, s.Outcomes["fetched"], s.Classes["http_4xx"], meter.InFlight())
	// Output: 3 2 1 0
}
