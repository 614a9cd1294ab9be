package gate

import (
	"fmt"
	"runtime"
	"testing"

	"crawl/fetch"
)

// BenchmarkCheck is what a URL costs whose robots.txt is known, among 20,000 origins,
// and how much memory each of those takes.
func BenchmarkCheck(b *testing.B) {
	const origins = 20_000
	w := new(web)
	reqs := make([]*fetch.Request, origins)
	for i := range reqs {
		host := fmt.Sprintf("http://h%d.example", i)
		reqs[i] = &fetch.Request{URL: host + "/some/page.html?q=1"}
		w.put(host+"/robots.txt", text("User-agent: *\nDisallow: /private/\nDisallow: /*.pdf$\nSitemap: "+host+"/sitemap.xml\n"))
	}
	g := New(w, Options{})
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for _, req := range reqs {
		if err := g.Check(b.Context(), req); err != nil {
			b.Fatal(err)
		}
	}
	w.asked = nil
	runtime.GC()
	runtime.ReadMemStats(&after)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		if err := g.Check(b.Context(), reqs[i%origins]); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/origins, "B/origin")
	b.ReportMetric(float64(g.bytes)/origins, "B/origin-counted")
}
