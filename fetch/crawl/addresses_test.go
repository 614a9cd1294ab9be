package crawl

import (
	"context"
	"fmt"
	"io"
	"net/netip"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"crawl/fetch"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/scope"
	"crawl/fetch/urls"
)

// Two hosts of one address, and one of two, are never asked more than the cap.
func TestAddresses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		addrs := map[string][]netip.Addr{
			"a.test": {netip.MustParseAddr("192.0.2.1")},
			"b.test": {netip.MustParseAddr("192.0.2.1"), netip.MustParseAddr("192.0.2.2")},
			"c.test": {netip.MustParseAddr("192.0.2.2")},
		}
		var mu sync.Mutex
		open, most := map[netip.Addr]int{}, 0
		list := ""
		for host := range addrs {
			list += "http://" + host + "/\n"
		}
		c, j := newFollowing(t, list, scope.Rules{MaxDepth: 1}, func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
			u, _ := urls.Parse(req.URL)
			count := func(n int) {
				mu.Lock()
				defer mu.Unlock()
				for _, a := range addrs[u.Hostname()] {
					open[a] += n
					most = max(most, open[a])
				}
			}
			count(1)
			<-time.After(time.Second)
			count(-1)
			if u.Path() != "/" {
				return page(req), nil
			}
			var to []string
			for i := range 20 {
				to = append(to, fmt.Sprint("/", i))
			}
			return page(req, to...), nil
		}, schedule.Options{PerHost: 4, PerAddress: 4})
		c.Workers = 32
		c.Lookup = func(_ context.Context, url string) ([]netip.Addr, error) {
			<-time.After(100 * time.Millisecond)
			u, err := urls.Parse(url)
			return addrs[u.Hostname()], err
		}
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		if len(j.lines) != 63 || most != 4 {
			t.Errorf("%d records, %d at once at an address", len(j.lines), most)
		}
		c.Frontier.(io.Closer).Close()
	})
}
