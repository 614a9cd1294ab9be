package cookies

import (
	"fmt"
	"testing"

	"crawl/fetch"
)

// BenchmarkJar is what a URL costs beyond its fetch: a host without cookies, one
// that has two, and a crawl in which every host is new and sets one.
func BenchmarkJar(b *testing.B) {
	b.Run("none", func(b *testing.B) {
		j := New(Options{})
		set(j, "http://else.example/", "a=1")
		b.ReportAllocs()
		for b.Loop() {
			j.Cookies("http://www.example.com/some/page.html")
		}
	})
	b.Run("two", func(b *testing.B) {
		j := New(Options{})
		set(j, "http://www.example.com/", "a=1", "b=2; domain=example.com")
		b.ReportAllocs()
		for b.Loop() {
			j.Cookies("http://www.example.com/some/page.html")
		}
	})
	b.Run("every host sets one", func(b *testing.B) {
		j := New(Options{})
		hosts := make([]string, 20_000)
		for i := range hosts {
			hosts[i] = fmt.Sprintf("http://h%d.example/", i)
		}
		h := fetch.Header{{Name: "Set-Cookie", Value: "id=0123456789abcdef; Path=/; HttpOnly"}}
		b.ReportAllocs()
		for i := 0; b.Loop(); i++ {
			j.SetCookies(hosts[i%len(hosts)], h)
		}
	})
}
