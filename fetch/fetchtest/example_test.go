package fetchtest_test

import (
	"context"
	"fmt"
	"io"
	"net/http"

	"crawl/fetch/fetchtest"
)

func Example() {
	lab, err := fetchtest.Start(context.Background(), fetchtest.Options{Hosts: 2})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer lab.Close()

	for range 2 {
		resp, err := http.Get(lab.URL(0, "/flaky/1/example"))
		if err != nil {
			fmt.Println(err)
			return
		}
		body, _ := io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Printf("%d %s", resp.StatusCode, body)
	}
	fmt.Println(lab.Stats().Requests, "requests")
	http.DefaultClient.CloseIdleConnections()
	// Output:
	// 503 not yet
	// 200 at last
	// 2 requests
}

func ExampleStartHostile() {
	lab, err := fetchtest.StartHostile(context.Background(), fetchtest.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer lab.Close()

	for _, c := range fetchtest.Cases() {
		if c.Name != "cut-length" {
			continue
		}
		resp, err := http.Get(lab.URL(c))
		if err != nil {
			fmt.Println(err)
			return
		}
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
		fmt.Printf("%s: want %s, %s; got %v\n", c.Help, c.Outcome, c.Class, err)
		fmt.Println(lab.Measured(c).Requests, "request")
	}
	http.DefaultClient.CloseIdleConnections()
	// Output:
	// a byte less than Content-Length says: want failed, truncated; got unexpected EOF
	// 1 request
}
