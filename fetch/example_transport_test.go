package fetch_test

import (
	"context"
	"fmt"
	"net/netip"
	"net/url"
	"time"

	"crawl/fetch"
)

// A client for a crawl of many hosts on a machine with other work to do.
func ExampleOptions() {
	client := fetch.NewClient(fetch.Options{
		MaxConns:        200, // callers over it wait for their turn
		MaxConnsPerHost: 8,
		DNSCache:        5 * time.Minute,
		Network:         "tcp4",
		Proxy: func(target *url.URL) (*url.URL, error) {
			return url.Parse("socks5h://user:secret@proxy.example:1080")
		},
	})
	fmt.Println(client.Close(), client.Close())
	// Output: <nil> <nil>
}

// What a page or a redirect names may not lead into one's own network.
func ExampleOptions_guard() {
	client := fetch.NewClient(fetch.Options{
		Trusted: func(hostport string) bool { return hostport == "wiki.internal:80" },
	})
	defer client.Close()
	_, err := client.Fetch(context.Background(), &fetch.Request{URL: "http://2852039166/latest/meta-data", Discovered: true})
	fmt.Println(fetch.ClassOf(err))
	fmt.Println(err)
	// Output:
	// private_address
	// http://2852039166/latest/meta-data: 169.254.169.254 is a link-local address, and the user did not name it
}

func ExampleParseResolve() {
	hostport, addrs, err := fetch.ParseResolve("example.com:443:192.0.2.1,[2001:db8::1]")
	fmt.Println(hostport, addrs, err)
	client := fetch.NewClient(fetch.Options{Resolve: map[string][]netip.Addr{hostport: addrs}})
	client.Close()
	// Output: example.com:443 [192.0.2.1 2001:db8::1] <nil>
}

func ExampleParseFingerprint() {
	sum, err := fetch.ParseFingerprint("E3:B0:C4:42:98:FC:1C:14:9A:FB:F4:C8:99:6F:B9:24:27:AE:41:E4:64:9B:93:4C:A4:95:99:1B:78:52:B8:55")
	client := fetch.NewClient(fetch.Options{Fingerprints: [][32]byte{sum}})
	client.Close()
	fmt.Printf("%x %v", sum[:4], err)
	// Output: e3b0c442 <nil>
}

// A trace sees where the time of one fetch goes.
func ExampleWithTrace() {
	server := site()
	defer server.Close()
	client := fetch.NewClient(fetch.Options{})
	defer client.Close()

	ctx := fetch.WithTrace(context.Background(), &fetch.Trace{
		CreateEnd: func(_ context.Context, _ string, t fetch.Timing, err error) {
			fmt.Println("connected:", t.Connect > 0, err)
		},
		RequestEnd: func(_ context.Context, _ *fetch.Request, rec *fetch.Record) {
			fmt.Println("answered:", rec.Status)
		},
	})
	rec, err := client.Fetch(ctx, &fetch.Request{URL: server.URL + "/new"})
	if err != nil {
		fmt.Println(err)
		return
	}
	rec.Body.Close()
	// Output:
	// connected: true <nil>
	// answered: 200
}
