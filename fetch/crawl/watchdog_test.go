package crawl

import (
	"context"
	"io"
	"slices"
	"testing"
	"testing/synctest"

	"crawl/fetch"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/scope"
)

// A fetch that hears nothing but its context is cut off, and the crawl ends.
func TestWatchdog(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, j := newFollowing(t, "http://a.test/\n", scope.Rules{MaxDepth: 1}, func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			if req.URL == "http://a.test/" {
				return page(req, "/stuck", "/1"), nil
			}
			if req.URL == "http://a.test/stuck" {
				<-ctx.Done()
				return nil, &fetch.Error{Class: fetch.ClassCancelled, URL: req.URL, Err: ctx.Err()}
			}
			return page(req), nil
		}, schedule.Options{})
		if err := c.Run(t.Context(), nil); err != nil {
			t.Fatal(err)
		}
		got := j.outcomes()
		if want := []string{"http://a.test/ fetched", "http://a.test/1 fetched", "http://a.test/stuck failed timeout_total"}; !slices.Equal(got, want) {
			t.Errorf("recorded %v", got)
		}
		c.Frontier.(io.Closer).Close()
	})
}
