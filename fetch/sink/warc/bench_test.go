package warc

import (
	"fmt"
	"strings"
	"testing"
)

// BenchmarkPut archives an exchange with a page of 4 KiB: response and request.
func BenchmarkPut(b *testing.B) {
	page := strings.Repeat("<p>The quick brown fox jumps over the lazy dog.</p>\n", 80)
	answer := fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: %d\r\n\r\n%s", len(page), page)
	for _, dedupe := range []bool{false, true} {
		b.Run(fmt.Sprintf("dedupe=%t", dedupe), func(b *testing.B) {
			s, _ := newSink(b, Options{Dedupe: dedupe})
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				s.put(b, fmt.Sprintf("http://h/%d", i), answer)
			}
			s.mustClose(b)
		})
	}
}
