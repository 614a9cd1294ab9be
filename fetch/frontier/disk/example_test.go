package disk_test

import (
	"context"
	"fmt"
	"io"
	"os"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/disk"
)

func Example() {
	dir, err := os.MkdirTemp("", "frontier")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	f, err := disk.Open(ctx, dir, disk.Options{})
	if err != nil {
		panic(err)
	}
	links := map[string][]string{
		"http://a/": {"http://a/1", "http://a/2", "http://a/"},
		// Whoever is linked twice is fetched once.
		"http://a/1": {"http://a/2", "http://a/3"},
	}
	list := []frontier.Entry{{URL: "http://a/", Host: "a", Line: 1}}
	fed := make(chan error)
	go func() {
		fed <- f.Feed(ctx, func(context.Context) (frontier.Entry, error) {
			if len(list) == 0 {
				return frontier.Entry{}, io.EOF
			}
			e := list[0]
			list = nil
			return e, nil
		})
	}()
	for {
		e, err := f.Next(ctx)
		if err != nil { // io.EOF: all done
			break
		}
		fmt.Println(e.Depth, e.URL) // fetch and store e here
		var found []frontier.Entry
		for _, url := range links[e.URL] {
			found = append(found, frontier.Entry{URL: url, Host: e.Host, Depth: e.Depth + 1, Parent: e.URL})
		}
		if _, err := f.Add(ctx, found...); err != nil {
			panic(err)
		}
		// and record it here
		f.Settle(ctx, e, frontier.Outcome{})
	}
	fmt.Println(<-fed, f.Close())
	// Output:
	// 0 http://a/
	// 1 http://a/1
	// 1 http://a/2
	// 2 http://a/3
	// <nil> <nil>
}
