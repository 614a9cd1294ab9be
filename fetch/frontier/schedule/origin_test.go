package schedule_test

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"sync"
	"testing"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/schedule"
)

// counting is an origin that knows how many requests were under way at once. It answers
// one only when as many as there may be have come, or all that are left have, so that
// fewer would be noticed too.
type counting struct {
	mu             sync.Mutex // guards what follows
	now, most, all int
	full           *sync.Cond
}

func (c *counting) serve(limit, total int) http.Handler {
	c.full = sync.NewCond(&c.mu)
	return http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.now++
		c.all++
		c.most = max(c.most, c.now)
		c.full.Broadcast()
		for c.now < limit && c.all < total {
			c.full.Wait()
		}
		c.now--
		c.full.Broadcast()
	})
}

// TestAddressAtTheOrigin has two names of one address, over real sockets, and counts where
// the requests arrive.
func TestAddressAtTheOrigin(t *testing.T) {
	const limit, each = 3, 30
	var c counting
	server := httptest.NewServer(c.serve(limit, 2*each))
	defer server.Close()
	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	addr := netip.MustParseAddrPort(server.Listener.Addr().String())
	var d net.Dialer
	transport.DialContext = func(ctx context.Context, network, _ string) (net.Conn, error) {
		return d.DialContext(ctx, network, addr.String())
	}
	f := memory.New(memory.Options{Options: schedule.Options{PerHost: limit, PerAddress: limit}})
	defer f.Close()
	for _, host := range []string{"a.example", "b.example"} {
		for range each {
			if _, err := f.Add(t.Context(), frontier.Entry{URL: "http://" + host + "/", Host: host}); err != nil {
				t.Fatal(err)
			}
		}
	}
	fetch := func(e frontier.Entry) frontier.Outcome {
		if e.Meet && !f.Learn(e, frontier.About{Addrs: []netip.Addr{addr.Addr()}}) {
			return frontier.Outcome{Defer: true}
		}
		resp, err := (&http.Client{Transport: transport}).Get(e.URL)
		if err != nil {
			t.Error(err)
			return frontier.Outcome{}
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		return frontier.Outcome{}
	}
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			for {
				e, err := f.Next(t.Context())
				if err == io.EOF {
					return
				}
				if err != nil {
					t.Error(err)
					return
				}
				if err := f.Settle(t.Context(), e, fetch(e)); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if c.most != limit || c.all != 2*each {
		t.Errorf("%d requests, at most %d at once, want %d", c.all, c.most, limit)
	}
}
