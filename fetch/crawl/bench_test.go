package crawl

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"crawl/fetch"
	"crawl/fetch/frontier/memory"
)

// A URL of a list, but for its fetch.
func BenchmarkList(b *testing.B) {
	var text strings.Builder
	for i := range b.N {
		fmt.Fprintf(&text, "http://h%d.test/%d\n", i%100, i)
	}
	c, _ := newCrawl(text.String(), func(_ context.Context, req *fetch.Request) (*fetch.Record, error) {
		return answer(req, 200, "hello", fetch.Field{Name: "Content-Type", Value: "text/html"}), nil
	}, memory.Options{})
	b.ReportAllocs()
	b.ResetTimer()
	if err := c.Run(b.Context(), nil); err != nil {
		b.Fatal(err)
	}
}
