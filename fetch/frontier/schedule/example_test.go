package schedule_test

import (
	"context"
	"fmt"
	"net/netip"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/schedule"
)

// Two hosts share an address, which may have one lease at a time.
func Example() {
	f := memory.New(memory.Options{Options: schedule.Options{PerHost: 2, PerAddress: 1}})
	defer f.Close()
	ctx := context.Background()
	f.Add(ctx, frontier.Entry{URL: "http://a/", Host: "a"}, frontier.Entry{URL: "http://b/", Host: "b"})
	about := frontier.About{Addrs: []netip.Addr{netip.MustParseAddr("192.0.2.1")}}

	a, _ := f.Next(ctx)
	b, _ := f.Next(ctx)
	fmt.Println(a.URL, a.Meet, f.Learn(a, about))
	fmt.Println(b.URL, b.Meet, f.Learn(b, about))
	f.Settle(ctx, b, frontier.Outcome{Defer: true}) // it has to wait, and the worker need not
	f.Settle(ctx, a, frontier.Outcome{})
	again, _ := f.Next(ctx)
	fmt.Println(again.URL, again.Meet)
	// Output:
	// http://a/ true true
	// http://b/ true false
	// http://b/ false
}
