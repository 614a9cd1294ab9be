//go:build unix

package disk

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// BenchmarkScale crawls b.N URLs as a crawl does, but for the fetching: 64 workers lease a
// page, add its ten links, of which two are new, settle it, and say each second that the
// journal is durable. It prints a point of the curve after each eightieth. Run it for as
// many URLs as there are to be:
//
//	go test -run '^$' -bench Scale/many -benchtime 20000000x -timeout 3h ./fetch/frontier/disk
func BenchmarkScale(b *testing.B) {
	b.Run("many-hosts", func(b *testing.B) { benchmarkScale(b, 200_000, func(i int) int { return i % 200_000 }) })
	b.Run("three-large-hosts-and-many-of-one-page", func(b *testing.B) {
		benchmarkScale(b, 3, func(i int) int {
			if i%3 > 0 {
				return i % 7 % 3
			}
			return i
		})
	})
}

// benchmarkScale crawls pages 0 to b.N-1: page p links to 2p+1 and 2p+2, so that each is
// found, and half of them wait at one time; to what it was found on, the page found with
// it, four pages that its whole host has in common, and two at random, wherever they are.
func benchmarkScale(b *testing.B, hosts int, hostOf func(page int) int) {
	const workers, points = 64, 80
	n := b.N
	dir := b.TempDir()
	curve := newCurve(b, dir, n, points)
	f, err := Open(b.Context(), dir, Options{Options: schedule.Options{PerHost: 64}, Position: curve.done.Load})
	if err != nil {
		b.Fatal(err)
	}
	entry := func(page int, depth int32, parent string) frontier.Entry {
		host := "www.host-" + strconv.Itoa(hostOf(page)) + ".example:443"
		h := uint64(page) * 0x9e3779b97f4a7c15
		url := fmt.Sprintf("https://%s/%s/%x/article-%d.html?id=%x", host[:len(host)-4], sections[h>>61], h>>40&0xfff, page, h&0xffffff)
		return frontier.Entry{URL: url, Host: host, Depth: depth, Parent: parent}
	}
	if _, err := f.Add(b.Context(), entry(0, 0, "")); err != nil {
		b.Fatal(err)
	}
	b.ResetTimer()
	synced := every(time.Second, func() { // as the journal's group sync does
		if err := f.Durable(b.Context(), curve.done.Load()); err != nil {
			b.Error(err)
		}
	})
	var all sync.WaitGroup
	for range workers {
		all.Go(func() {
			links := make([]frontier.Entry, 0, 10)
			for {
				e, err := f.Next(b.Context())
				if err == io.EOF {
					return
				}
				if err != nil {
					b.Error(err)
					return
				}
				page := pageOf(e.URL)
				h := uint64(page) * 0x9e3779b97f4a7c15
				links = links[:0]
				for _, to := range [...]int{2*page + 1, 2*page + 2, (page - 1) / 2, page ^ 1,
					hostOf(page), hostOf(page) + hosts, hostOf(page) + 2*hosts, hostOf(page) + 3*hosts,
					int(h>>33) % (page + 1), int(h>>13) % (page + 1)} {
					if to < n && to <= 2*page+2 {
						links = append(links, entry(to, e.Depth+1, e.URL))
					}
				}
				if _, err := f.Add(b.Context(), links...); err != nil {
					b.Error(err)
				}
				if err := f.Settle(b.Context(), e, frontier.Outcome{}); err != nil {
					b.Error(err)
				}
				curve.count(f)
			}
		})
	}
	all.Wait()
	synced()
	b.StopTimer()
	curve.judge(f)
	if err := f.Close(); err != nil {
		b.Error(err)
	}
}

var sections = [8]string{"news", "sports", "culture", "archive/2019", "archive/2020", "shop/items", "people", "docs/reference"}

func pageOf(url string) int {
	_, after, _ := strings.Cut(url, "article-")
	digits, _, _ := strings.Cut(after, ".")
	page, _ := strconv.Atoi(digits)
	return page
}

// every has do called at that pace until stop is.
func every(pace time.Duration, do func()) (stop func()) {
	quit := make(chan struct{})
	var done sync.WaitGroup
	done.Go(func() {
		ticker := time.NewTicker(pace)
		defer ticker.Stop()
		for {
			select {
			case <-ticker.C:
				do()
			case <-quit:
				return
			}
		}
	})
	return func() {
		close(quit)
		done.Wait()
	}
}

// curve is what a run looks like at points of it.
type curve struct {
	b      *testing.B
	dir    string
	n      int
	every  int64
	done   atomic.Int64
	mu     sync.Mutex // guards what follows
	last   point
	points []point
}

// point is the state at one point.
type point struct {
	at        time.Time
	cpu       time.Duration
	done      int64
	rate      float64       // URLs a second since the last one
	cost      time.Duration // of the processor, for each URL since then
	rss, size int64
}

func newCurve(b *testing.B, dir string, n, points int) *curve {
	return &curve{b: b, dir: dir, n: n, every: int64(max(n/points, 1)), last: point{at: time.Now(), cpu: processorTime(b)}}
}

// count counts a page, and notes a point when it is time.
func (c *curve) count(f *Frontier) {
	done := c.done.Add(1)
	if done%c.every != 0 {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	p := point{at: time.Now(), cpu: processorTime(c.b), done: done, rss: resident(c.b), size: bytesIn(c.b, c.dir)}
	n := p.done - c.last.done
	if n <= 0 {
		return
	}
	p.rate = float64(n) / p.at.Sub(c.last.at).Seconds()
	p.cost = (p.cpu - c.last.cpu) / time.Duration(n)
	c.last, c.points = p, append(c.points, p)
	s := f.Stats()
	fmt.Printf("%9d URLs: %7.0f a second, %v CPU each, RSS %4d MiB, disk %5d MiB, %d queued, %d hosts\n", p.done, p.rate, p.cost, p.rss>>20, p.size>>20, s.Queued, s.Hosts)
}

// judge checks that each page came once, and reports the whole.
func (c *curve) judge(f *Frontier) {
	if done := c.done.Load(); done != int64(c.n) {
		c.b.Errorf("%d pages of %d", done, c.n)
	}
	if len(c.points) == 0 {
		return
	}
	most := int64(0)
	for _, p := range c.points {
		most = max(most, p.rss)
	}
	c.b.ReportMetric(float64(most>>20), "MiB-RSS")
	c.b.ReportMetric(float64(c.last.size)/float64(c.n), "disk-bytes/URL")
	if most > 1<<30 {
		c.b.Errorf("RSS %d MiB", most>>20)
	}
}

// resident is how much memory the process has.
func resident(b *testing.B) int64 {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0 // not Linux
	}
	fields := strings.Fields(string(text))
	pages, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		b.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}

// bytesIn is how much the folder takes.
func bytesIn(b *testing.B, dir string) (n int64) {
	err := filepath.WalkDir(dir, func(_ string, e os.DirEntry, err error) error {
		if err != nil {
			return nil // the store removes files all the time
		}
		if info, err := e.Info(); err == nil && !e.IsDir() {
			n += info.Size()
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	return n
}

// processorTime is what the process has used of the processor.
func processorTime(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
