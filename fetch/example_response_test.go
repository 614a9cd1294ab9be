package fetch_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"crawl/fetch"
)

// library answers with a thing of each kind.
func library() *httptest.Server {
	mux := http.NewServeMux()
	mux.HandleFunc("/json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"title":"A day out"}`)
	})
	mux.HandleFunc("/latin", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=iso-8859-1")
		io.WriteString(w, "gr\xfcn\nbl\xe4u\n")
	})
	mux.HandleFunc("/file", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Disposition", `attachment; filename="../notes.txt"`)
		w.Header().Set("Link", `<?page=2>; rel="next"`)
		w.Header().Set("Set-Cookie", "seen=1; Path=/")
		w.Header().Set("Trailer", "X-Sum")
		io.WriteString(w, "hello world")
		w.Header().Set("X-Sum", "42")
	})
	return httptest.NewServer(mux)
}

func ExampleRecord_JSON() {
	server := library()
	defer server.Close()
	session, _ := fetch.NewSession(fetch.SessionOptions{})
	defer session.Close()
	ctx := context.Background()

	rec, _ := session.Get(ctx, server.URL+"/json")
	var book struct{ Title string }
	fmt.Println(rec.JSON(&book), book.Title)

	rec, _ = session.Get(ctx, server.URL+"/latin")
	fmt.Println(errors.Is(rec.JSON(&book), fetch.ClassEncoding))
	// Output:
	// <nil> A day out
	// true
}

func ExampleRecord_Text() {
	server := library()
	defer server.Close()
	session, _ := fetch.NewSession(fetch.SessionOptions{})
	defer session.Close()
	rec, _ := session.Get(context.Background(), server.URL+"/latin")
	text, err := rec.Text()
	fmt.Printf("%q %v %s %s\n", text, err, rec.ContentType(), rec.Charset())
	// Output: "grün\nbläu\n" <nil> text/plain iso-8859-1
}

func ExampleRecord_Lines() {
	server := library()
	defer server.Close()
	session, _ := fetch.NewSession(fetch.SessionOptions{})
	defer session.Close()
	rec, _ := session.Get(context.Background(), server.URL+"/latin")
	for line, err := range rec.Lines() {
		fmt.Printf("%q %v\n", line, err)
	}
	// Output:
	// "gr\xfcn" <nil>
	// "bl\xe4u" <nil>
}

func ExampleRecord_Chunks() {
	server := library()
	defer server.Close()
	session, _ := fetch.NewSession(fetch.SessionOptions{})
	defer session.Close()
	rec, _ := session.Get(context.Background(), server.URL+"/file")
	for chunk, err := range rec.Chunks(4) {
		fmt.Printf("%q %v\n", chunk, err)
	}
	// Output:
	// "hell" <nil>
	// "o wo" <nil>
	// "rld" <nil>
}

// The body is an [io.Reader], so everything that reads one reads a body.
func ExampleRecord_body() {
	server := library()
	defer server.Close()
	session, _ := fetch.NewSession(fetch.SessionOptions{})
	defer session.Close()
	rec, err := session.Get(context.Background(), server.URL+"/file")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rec.Body.Close()
	five := make([]byte, 5)
	_, err = io.ReadFull(rec.Body, five)
	fmt.Printf("%s %v\n", five, err)
	n, err := io.Copy(io.Discard, rec.Body)
	fmt.Println(n, err, rec.Wire.Bytes, rec.Trailer.Get("X-Sum"))
	// Output:
	// hello <nil>
	// 6 <nil> 11 42
}

func ExampleRecord_Save() {
	server := library()
	defer server.Close()
	session, _ := fetch.NewSession(fetch.SessionOptions{})
	defer session.Close()
	rec, err := session.Get(context.Background(), server.URL+"/file")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(rec.Status, rec.Reason, rec.Proto, len(rec.Redirects), rec.Request.URL == rec.URL)
	_, name, _ := rec.ContentDisposition()
	fmt.Println(name, rec.Links()[0].Target == server.URL+"/file?page=2", rec.Cookies()[0].Name)

	dir, _ := os.MkdirTemp("", "example")
	defer os.RemoveAll(dir)
	fmt.Println(rec.Save(filepath.Join(dir, name)))
	// Output:
	// 200 OK HTTP/1.1 0 true
	// notes.txt true seen
	// 11 <nil>
}
