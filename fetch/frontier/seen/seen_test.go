package seen

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

func url(i int) string { return "https://host.example/some/path/page-" + strconv.Itoa(i) + ".html" }

func TestVisit(t *testing.T) {
	for _, test := range []struct {
		name    string
		records string // r: a record, d: a duplicate's
		want    string // of the visits, by first letter
	}{
		{"new list", "", "FDDD"},
		{"recorded once", "r", "dDDD"},
		{"recorded thrice", "rdd", "dddD"},
		{"several calls count up", "rrr", "dddD"},
		{"killed between duplicate and original", "d", "FdDD"},
		{"two duplicates before the original", "dd", "FddD"},
		{"duplicate recorded first", "dr", "ddDD"},
	} {
		t.Run(test.name, func(t *testing.T) {
			table := New(1)
			for _, r := range test.records {
				if r == 'r' {
					table.Recorded("u")
				} else {
					table.RecordedDuplicate("u")
				}
			}
			var got strings.Builder
			for range test.want {
				got.WriteByte(map[Verdict]byte{Fresh: 'F', Duplicate: 'D', Done: 'd'}[table.Visit("u")])
			}
			if got.String() != test.want {
				t.Errorf("got %s, want %s", &got, test.want)
			}
		})
	}
}

// model is what Table does, written with plain maps.
type model struct {
	claimed map[string]bool
	records map[string]int
}

func (m model) visit(url string) Verdict {
	switch {
	case !m.claimed[url]:
		m.claimed[url] = true
		return Fresh
	case m.records[url] == 0:
		return Duplicate
	}
	m.records[url]--
	return Done
}

func TestAgainstMap(t *testing.T) {
	for seed := range uint64(20) {
		r := rand.New(rand.NewPCG(seed, 2))
		table, want := New(seed), model{map[string]bool{}, map[string]int{}}
		urls := 1 + r.IntN(3000)
		for range r.IntN(20 * urls) {
			u := url(int(float64(urls) * r.Float64() * r.Float64() * r.Float64())) // some very often
			want.records[u]++
			if r.IntN(2) == 0 {
				want.claimed[u] = true
				table.Recorded(u)
			} else {
				table.RecordedDuplicate(u)
			}
		}
		for range 10 * urls {
			u := url(int(float64(urls) * r.Float64() * r.Float64()))
			if got, want := table.Visit(u), want.visit(u); got != want {
				t.Fatalf("seed %d: visit %s: got %v, want %v", seed, u, got, want)
			}
		}
	}
}

func TestManyRecordsOfOneURL(t *testing.T) {
	for _, n := range []int{125, 126, 127, 128, 1000} {
		table := New(0)
		for range n {
			table.Recorded("u")
		}
		for i := range n {
			if v := table.Visit("u"); v != Done {
				t.Fatalf("%d records, visit %d: %v", n, i+1, v)
			}
		}
		if v := table.Visit("u"); v != Duplicate {
			t.Fatalf("%d records, visit %d: %v", n, n+1, v)
		}
		if len(table.overflow) != 0 {
			t.Errorf("%d records: overflow keeps %v", n, table.overflow)
		}
	}
}

// TestRerun stops a run over a list with duplicates at a random point, with records
// written in random order, and checks that the next ends with one record a line and
// each URL fetched once.
func TestRerun(t *testing.T) {
	for seed := range uint64(200) {
		r := rand.New(rand.NewPCG(seed, 3))
		list := make([]string, 100)
		for i := range list {
			list[i] = url(r.IntN(30))
		}
		fetches, records := map[string]int{}, 0
		var manifest []func(*Table)
		note := func(u string, v Verdict) {
			records++
			if v == Fresh {
				fetches[u]++
				manifest = append(manifest, func(t *Table) { t.Recorded(u) })
			} else {
				manifest = append(manifest, func(t *Table) { t.RecordedDuplicate(u) })
			}
		}
		for run := range 4 {
			table := New(seed)
			for _, record := range manifest {
				record(table)
			}
			if seed%2 == 1 {
				r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
			}
			for _, u := range list {
				// In all runs but the last most of what is begun is lost.
				if v := table.Visit(u); v != Done && (run == 3 || r.IntN(4) == 0) {
					note(u, v)
				}
			}
		}
		if records != len(list) {
			t.Errorf("seed %d: %d records of %d lines", seed, records, len(list))
		}
		for _, u := range list {
			if fetches[u] != 1 {
				t.Errorf("seed %d: %s fetched %d times", seed, u, fetches[u])
			}
		}
	}
}

func TestBytes(t *testing.T) {
	const atMost = 24
	table := New(7)
	worst, worstAt := 0.0, 0
	most := 2_000_000
	if testing.Short() {
		most = 300_000
	}
	for n := 1; n <= most; n++ {
		table.Visit(strconv.Itoa(n))
		if n < 100_000 || n%64 != 0 { // growing is met within 64 URLs
			continue
		}
		if each := float64(table.Bytes()) / float64(n); each > worst {
			worst, worstAt = each, n
		}
	}
	if table.Len() != most {
		t.Errorf("%d URLs in the table", table.Len())
	}
	if worst > atMost {
		t.Errorf("%.1f bytes a URL at %d", worst, worstAt)
	}
	t.Logf("at most %.2f bytes a URL, at %d", worst, worstAt)
}

// TestBytesOnHeap checks Bytes against what the runtime says.
func TestBytesOnHeap(t *testing.T) {
	heap := func() int64 {
		var m runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc)
	}
	for _, n := range []int{100_000, 333_333, 1_000_000} {
		if testing.Short() && n > 100_000 {
			break
		}
		before := heap()
		table := New(7)
		for i := range n {
			table.Visit(url(i))
		}
		took := heap() - before
		if took > 24*int64(n) {
			t.Errorf("%d URLs take %d bytes of heap, %.1f each", n, took, float64(took)/float64(n))
		}
		t.Logf("%d URLs: %.2f bytes each on the heap, %.2f by Bytes", n, float64(took)/float64(n), float64(table.Bytes())/float64(n))
		runtime.KeepAlive(table)
	}
}

func BenchmarkVisitKnown(b *testing.B) { benchmarkVisit(b, true) }
func BenchmarkVisitFresh(b *testing.B) { benchmarkVisit(b, false) }

// benchmarkVisit reports the cost of a visit in a table of 1 to 1.5 million URLs.
func benchmarkVisit(b *testing.B, known bool) {
	const n, extra = 1_000_000, 500_000
	urls := make([]string, n+extra)
	for i := range urls {
		urls[i] = url(i)
	}
	fill := func() *Table {
		t := New(1)
		for _, u := range urls[:n] {
			t.Visit(u)
		}
		return t
	}
	table := fill()
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if known {
			table.Visit(urls[i%n])
			i++
			continue
		}
		if i == extra {
			b.StopTimer()
			table, i = fill(), 0
			b.StartTimer()
		}
		table.Visit(urls[n+i])
		i++
	}
}

func Example() {
	table := New(42)                            // a random seed in real use
	table.Recorded("https://example.com/a")     // what an earlier run has done
	for _, u := range []string{"a", "b", "b"} { // the list
		fmt.Println(u, table.Visit("https://example.com/"+u))
	}
	// Output:
	// a done
	// b fresh
	// b duplicate
}

func TestHas(t *testing.T) {
	table := New(1)
	if table.Has("a") {
		t.Error("an empty table has a URL")
	}
	table.Visit("a")
	table.RecordedDuplicate("b")
	for url, want := range map[string]bool{"a": true, "b": true, "c": false} {
		if got := table.Has(url); got != want {
			t.Errorf("Has(%q) = %v", url, got)
		}
	}
	if table.Len() != 2 {
		t.Errorf("Has changed the table: %d URLs", table.Len())
	}
}
