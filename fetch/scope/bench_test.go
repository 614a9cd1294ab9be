package scope

import (
	"fmt"
	"runtime"
	"testing"
)

func BenchmarkCheck(b *testing.B) {
	for _, within := range []Within{Host, Domain, Prefix, Any} {
		b.Run(string(within), func(b *testing.B) {
			s := scopeOf(b, Rules{Within: within, MaxDepth: 1}, "https://www.example.com/news/")
			l := Link{URL: parse(b, "https://www.example.com/news/2026/11/26/a-story.html?ref=list&page=2&sort=date"), Depth: 1}
			b.ReportAllocs()
			for b.Loop() {
				if why, ok := s.Check(l); !ok {
					b.Fatal(why)
				}
			}
		})
	}
}

// BenchmarkHosts tells what a host costs, as a seed and in a budget.
func BenchmarkHosts(b *testing.B) {
	const hosts = 1_000_000
	for b.Loop() {
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		s := scopeOf(b, Rules{MaxPagesPerHost: 1})
		for i := range hosts {
			u := parse(b, fmt.Sprintf("https://host-%d.example/", i))
			s.Add(u)
			s.Take(u)
		}
		runtime.GC()
		runtime.ReadMemStats(&after)
		b.ReportMetric(float64(after.HeapAlloc-before.HeapAlloc)/hosts, "B/host")
		runtime.KeepAlive(s)
	}
}
