package cookies_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"

	"crawl/fetch"
	"crawl/fetch/cookies"
)

func Example() {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if _, err := r.Cookie("session"); err != nil {
			w.Header().Set("Set-Cookie", "session=42")
			http.Redirect(w, r, "/inside", http.StatusFound)
			return
		}
		io.WriteString(w, "welcome")
	}))
	defer server.Close()

	client := fetch.NewClient(fetch.Options{})
	defer client.Close()
	jar := cookies.New(cookies.Options{Unsafe: true}) // the server has an address for its name
	fetcher := fetch.Stack(client, fetch.Redirect(0), cookies.Layer(jar), fetch.Decode(0))

	rec, err := fetcher.Fetch(context.Background(), &fetch.Request{URL: server.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer rec.Body.Close()
	body, err := io.ReadAll(rec.Body)
	fmt.Println(string(body), err)
	fmt.Println(jar.Cookies(server.URL))
	// Output:
	// welcome <nil>
	// session=42
}

// A jar outlives the run in a file, which need not be there the first time.
func ExampleJar_Save() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "cookies.txt") // or cookies.json

	for range 2 {
		jar := cookies.New(cookies.Options{})
		if _, err := jar.Load(ctx, file); err != nil && !errors.Is(err, fs.ErrNotExist) {
			fmt.Println(err)
			return
		}
		fmt.Println(jar.Len(), "cookies")
		jar.SetCookies("https://example.com/", fetch.Header{{Name: "Set-Cookie", Value: "lang=en; Domain=example.com"}})
		if err := jar.Save(ctx, file); err != nil {
			fmt.Println(err)
			return
		}
	}
	data, err := os.ReadFile(file)
	fmt.Printf("%q %v\n", data, err)
	// Output:
	// 0 cookies
	// 1 cookies
	// "# Netscape HTTP Cookie File\n.example.com\tTRUE\t/\tFALSE\t0\tlang\ten\n" <nil>
}

func ExampleJar_Clear() {
	jar := cookies.New(cookies.Options{})
	err := jar.Add(
		cookies.Cookie{Name: "lang", Value: "en", Domain: "example.com"},
		cookies.Cookie{Name: "_ga", Value: "1", Domain: "example.com"},
		cookies.Cookie{Name: "id", Value: "7", Domain: "shop.example.com"},
	)
	if err != nil {
		fmt.Println(err)
		return
	}
	jar.Clear(func(c cookies.Cookie) bool { return c.Name == "_ga" })
	fmt.Println(jar.Cookies("https://shop.example.com/"))
	jar.ClearDomain("shop.example.com")
	for c := range jar.All() {
		fmt.Println(c.Domain, c.Name)
	}
	// Output:
	// lang=en; id=7
	// example.com lang
}

func ExampleParse() {
	c, err := cookies.Parse("id=7; Path=/shop; HttpOnly")
	fmt.Println(c.Name, c.Value, c.Path, c.HTTPOnly, err)
	// Output: id 7 /shop true <nil>
}
