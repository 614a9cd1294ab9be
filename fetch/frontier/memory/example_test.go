package memory_test

import (
	"context"
	"fmt"
	"io"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/schedule"
)

func Example() {
	f := memory.New(memory.Options{Options: schedule.Options{PerHost: 1}})
	defer f.Close()

	ctx := context.Background()
	list := []frontier.Entry{
		{URL: "http://a/1", Host: "a"},
		{URL: "http://a/2", Host: "a"},
		{URL: "http://b/1", Host: "b"},
	}
	fed := make(chan error)
	go func() {
		fed <- f.Feed(ctx, func(context.Context) (frontier.Entry, error) {
			if len(list) == 0 {
				return frontier.Entry{}, io.EOF
			}
			e := list[0]
			list = list[1:]
			return e, nil
		})
	}()

	fetched := 0
	for {
		e, err := f.Next(ctx)
		if err != nil { // io.EOF: all done
			break
		}
		fetched++ // fetch and store e here
		f.Settle(ctx, e, frontier.Outcome{})
	}
	fmt.Println(fetched, "fetched, list:", <-fed)
	// Output: 3 fetched, list: <nil>
}
