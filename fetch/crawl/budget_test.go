package crawl

import (
	"context"
	"strings"
	"testing"

	"crawl/fetch"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/manifest"
	"crawl/fetch/scope"
)

func TestMaxPages(t *testing.T) {
	endless := func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		if strings.HasSuffix(req.URL, "3") {
			return answer(req, 404, ""), nil
		}
		return page(req, req.URL+"1", req.URL+"2", req.URL+"3"), nil
	}
	for _, most := range []int64{1, 2, 5, 40} {
		c, j := newFollowing(t, "http://a.test/\n", scope.Rules{MaxDepth: 9}, endless, schedule.Options{})
		c.MaxPages = most
		if err := c.Run(t.Context(), nil); err != ErrFull {
			t.Errorf("Run: %v", err)
		}
		n := int64(0)
		for _, l := range j.lines {
			if IsPage(&l) {
				n++
			}
		}
		if n != most {
			t.Errorf("%d pages of %d", n, most)
		}
	}
	c, j := newFollowing(t, "http://a.test/3\n", scope.Rules{MaxDepth: 9}, endless, schedule.Options{})
	c.MaxPages = 1
	if err := c.Run(t.Context(), nil); err != nil || len(j.lines) != 1 {
		t.Errorf("Run: %v", err)
	}
}

// In a list, too, nothing waits for the lines that are not read.
func TestMaxPagesOfAList(t *testing.T) {
	c, j := newCrawl(strings.Repeat("http://a.test/1\nhttp://a.test/2\nhttp://a.test/3\n", 1000), site, memory.Options{})
	c.MaxPages = 2
	if err := c.Run(t.Context(), nil); err != ErrFull {
		t.Errorf("Run: %v", err)
	}
	n := 0
	for _, l := range j.lines {
		if l.Outcome == manifest.Fetched {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d pages", n)
	}
}
