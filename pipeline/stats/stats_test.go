package stats

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// pass lets d go by in a synctest bubble.
func pass(d time.Duration) { <-time.After(d) }

func TestAddFromManyGoroutines(t *testing.T) {
	s := New()
	var all sync.WaitGroup
	for g := range 10 {
		all.Go(func() {
			for i := range 1000 {
				it := Item{Outcome: "fetched", Host: "a.example", Example: "http://a.example/", Status: 200, Bytes: 10, Wire: 5, Took: time.Millisecond}
				switch i % 10 {
				case 0:
					it.Outcome, it.Class, it.Status = "failed", "http_4xx", 404
				case 1:
					it.Outcome, it.Class, it.Host, it.Status = "gone", "dns", fmt.Sprintf("h%d.example", g), 0
				case 2:
					it.Outcome = "robots_denied"
				case 3:
					it.Earlier = true
				}
				s.Add(it)
				if i%100 == 0 {
					s.Snapshot()
					s.Brief()
				}
			}
		})
	}
	all.Wait()

	snap := s.Snapshot()
	if snap.Total != 10_000 || snap.Earlier != 1000 || snap.Failed() != 2000 || snap.Succeeded() != 7000 {
		t.Errorf("totals: %+v, failed %d, succeeded %d", snap, snap.Failed(), snap.Succeeded())
	}
	if snap.Bytes != 90_000 || snap.WireBytes != 45_000 {
		t.Errorf("bytes: %d, %d", snap.Bytes, snap.WireBytes)
	}
	if snap.Statuses[200] != 8000 || snap.Statuses[404] != 1000 || len(snap.Statuses) != 2 {
		t.Errorf("statuses: %v", snap.Statuses)
	}
	if snap.Classes["dns"] != 1000 || snap.Classes["http_4xx"] != 1000 || snap.Outcomes["gone"] != 1000 {
		t.Errorf("classes: %v, outcomes: %v", snap.Classes, snap.Outcomes)
	}
	if len(snap.Groups) != 11 || snap.Groups[0] != (Group{"http_4xx", "a.example", 1000, "http://a.example/"}) || snap.Groups[1].Host != "h0.example" {
		t.Errorf("groups: %+v", snap.Groups)
	}
	if b := s.Brief(); b.Total != 10_000 || b.Failed != 2000 || b.Bytes != 90_000 {
		t.Errorf("brief: %+v", b)
	}
}

func TestMemoryIsBounded(t *testing.T) {
	s := New()
	long := strings.Repeat("x", 1<<20)
	for i := range 5000 {
		s.Add(Item{Outcome: fmt.Sprint("o", i), Class: []string{"dns", "reset"}[i%2], Host: fmt.Sprint("host", i), Example: long})
	}
	for i := range 500 {
		s.Add(Item{Outcome: "failed", Class: fmt.Sprint("c", i)})
	}
	snap := s.Snapshot()
	if len(snap.Outcomes) > maxNames+1 || len(snap.Classes) > maxNames+1 {
		t.Errorf("%d outcomes, %d classes", len(snap.Outcomes), len(snap.Classes))
	}
	if len(snap.Groups) > maxGroups+maxNames+1 {
		t.Errorf("%d groups", len(snap.Groups))
	}
	if g := snap.Groups[0]; g.Host != OtherHosts || g.Class != "dns" || g.Count != 2000 || len(g.Example) != maxExample {
		t.Errorf("largest group: %s at %s, %d, %d bytes", g.Class, g.Host, g.Count, len(g.Example))
	}
	var sum int64
	for _, g := range snap.Groups {
		sum += g.Count
	}
	if sum != 5500 || snap.Total != 5500 {
		t.Errorf("groups hold %d of %d", sum, snap.Total)
	}
}

func TestRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		if b := s.Brief(); b.Rate != 0 {
			t.Errorf("rate at the start: %v", b.Rate)
		}
		// 10 a second for ten seconds, then 100 a second for ten more.
		for tick := range 200 {
			pass(100 * time.Millisecond)
			n := 1
			if tick >= 100 {
				n = 10
			}
			for range n {
				s.Add(Item{Outcome: "fetched"})
			}
			s.Add(Item{Outcome: "fetched", Earlier: true})
			rate := s.Brief().Rate
			if tick < 100 && (rate < 9.9 || rate > 10.1) || tick >= 150 && (rate < 99 || rate > 101) {
				t.Errorf("rate at tick %d: %v", tick, rate)
			}
		}
		snap := s.Snapshot()
		if snap.Elapsed != 20 || snap.Rate != 55 {
			t.Errorf("elapsed %v, rate %v", snap.Elapsed, snap.Rate)
		}
		pass(time.Minute)
		if b := s.Brief(); b.Rate > 1 {
			t.Errorf("rate after a minute of nothing: %v", b.Rate)
		}
	})
}

func TestLatencies(t *testing.T) {
	s := New()
	for i := 1; i <= 100_000; i++ {
		s.Add(Item{Took: time.Duration(i) * 10 * time.Microsecond})
	}
	s.Add(Item{Outcome: "skipped"}) // took nothing, and says nothing of latencies
	l := s.Snapshot().Latency
	for _, c := range []struct{ got, want float64 }{{l.P50, 500}, {l.P90, 900}, {l.P99, 990}} {
		if c.got < 0.95*c.want || c.got > 1.05*c.want {
			t.Errorf("got %v, want %v within 5 %%", c.got, c.want)
		}
	}
	if l.Max != 1000 {
		t.Errorf("max: %v", l.Max)
	}
	if l := New().Snapshot().Latency; l != (Latency{}) {
		t.Errorf("of nothing: %+v", l)
	}
}

func TestHistogramError(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 100_000 {
		n := uint64(r.Int64()) >> r.IntN(63)
		bucket := bucketOf(n)
		if got := middleOf(bucket); got < 0.968*float64(n) || got > 1.032*float64(n) {
			t.Fatalf("%d is in bucket %d, which stands for %v", n, bucket, got)
		}
	}
}

func TestSnapshotJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := New()
		pass(2 * time.Second)
		s.Add(Item{Outcome: "failed", Class: "http_4xx", Host: "a.example", Example: "http://a.example/", Status: 404, Took: 15})
		got, err := json.Marshal(s.Snapshot())
		want := `{"total":1,"outcomes":{"failed":1},"error_classes":{"http_4xx":1},"statuses":{"404":1},` +
			`"bytes":0,"wire_bytes":0,"elapsed_s":2,"rate":0.5,"recent_rate":0.5,` +
			`"latency_ms":{"p50":0.000015,"p90":0.000015,"p99":0.000015,"max":0.000015},` +
			`"failures":[{"class":"http_4xx","host":"a.example","count":1,"example":"http://a.example/"}]}`
		if err != nil || string(got) != want {
			t.Errorf("got  %s, %v\nwant %s", got, err, want)
		}
	})
}

func TestAddAllocatesNothing(t *testing.T) {
	s := New()
	it := Item{Outcome: "failed", Class: "http_4xx", Host: "a.example", Example: "http://a.example/", Status: 404, Took: time.Second}
	if n := testing.AllocsPerRun(1000, func() { s.Add(it) }); n > 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAdd(b *testing.B) {
	s := New()
	b.ReportAllocs()
	b.RunParallel(func(p *testing.PB) {
		for p.Next() {
			s.Add(Item{Outcome: "fetched", Status: 200, Bytes: 16384, Wire: 16384, Took: 100 * time.Millisecond})
		}
	})
}

func BenchmarkSnapshot(b *testing.B) {
	s := New()
	for i := range 2 * maxGroups {
		s.Add(Item{Outcome: "failed", Class: "dns", Host: fmt.Sprint(i)})
	}
	b.ReportAllocs()
	for b.Loop() {
		s.Snapshot()
	}
}
