package disk

import (
	"fmt"
	"testing"

	"crawl/fetch/frontier"
)

// A filter has what was added, and little else.
func TestFilter(t *testing.T) {
	f := newFilter(smallFilter / 16)
	f.whole.Store(true)
	const n = fewNames / 16
	name := func(i int) []byte { return fmt.Appendf(nil, "https://example.com/%d", i) }
	for i := range n {
		f.add(name(i))
	}
	wrong := 0
	for i := range n {
		if !f.mayHave(name(i)) {
			t.Fatalf("it lost %s", name(i))
		}
		if f.mayHave(name(n + i)) {
			wrong++
		}
	}
	if wrong > n/40 {
		t.Errorf("of %d names it never had, it has %d", n, wrong)
	}
}

// An unfinished filter excludes nothing.
func TestFilterUnfinished(t *testing.T) {
	if f := newFilter(smallFilter); !f.mayHave([]byte("x")) {
		t.Error("it says that nobody knows what it was not told")
	}
}

// What is known stays known while filters come and go: over a restart, and when a small
// one is outgrown, with names added while the next one is filled.
func TestFilterAnew(t *testing.T) {
	dir := t.TempDir()
	const n = 5_000
	entry := func(i int) frontier.Entry {
		return frontier.Entry{URL: fmt.Sprintf("https://example.com/%d", i), Host: "example.com:443", Depth: 1}
	}
	open := func() *Frontier {
		f, err := Open(t.Context(), dir, Options{few: n / 2})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	add := func(f *Frontier, i int, want frontier.Verdict) {
		verdicts, err := f.Add(t.Context(), entry(i))
		if err != nil || verdicts[0] != want {
			t.Fatalf("%d: %v, %v, want %v", i, verdicts, err, want)
		}
	}
	f := open()
	for i := range n {
		add(f, i, frontier.Fresh)
		add(f, i/2, frontier.Known)
	}
	if got := len(f.filter.Load().words) * 8; got != largeFilter {
		t.Errorf("the filter has %d bytes", got)
	}
	for restart := range 2 {
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		f = open()
		f.recent = newRecent() // which is only a short cut
		if restart > 0 {
			f.filling.Wait()
			if !f.filter.Load().whole.Load() {
				t.Error("the filter is not whole")
			}
		}
		for i := range n {
			add(f, i, frontier.Known)
		}
		add(f, n+restart, frontier.Fresh)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}
