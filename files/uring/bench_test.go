//go:build linux

package uring_test

import (
	"context"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
	"unsafe"

	"crawl/files"
	"crawl/files/uring"
)

// Where the benchmarks read: a folder of many small files, and one big file on a
// disk that knows O_DIRECT. They report the process's CPU time per operation and
// the most threads and resident memory seen.
const (
	smallEnv = "URING_SMALL"
	bigEnv   = "URING_BIG"
)

func env(b *testing.B, name string) string {
	value := os.Getenv(name)
	if value == "" {
		b.Skip("set " + name)
	}
	return value
}

// engines opens the pool and the ring's engine below root, each as wide as told.
func engines(b *testing.B, root string, pool, ring int, run func(b *testing.B, e files.Engine, callers int)) {
	b.Run(fmt.Sprintf("pool-%d", pool), func(b *testing.B) {
		e, err := files.NewPool(root, files.Options{Width: pool})
		if err != nil {
			b.Fatal(err)
		}
		defer e.Close()
		run(b, e, pool)
	})
	b.Run(fmt.Sprintf("uring-%d", ring), func(b *testing.B) {
		e, err := uring.New(root, uring.Options{Width: ring})
		if err != nil {
			b.Fatal(err)
		}
		defer e.Close()
		run(b, e, ring)
	})
}

// BenchmarkSmall reads each file below $URING_SMALL once an iteration; Cold drops
// the page cache before, as root.
func BenchmarkSmall(b *testing.B) {
	root := env(b, smallEnv)
	var names []string
	err := fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			names = append(names, name)
		}
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, kind := range []string{"warm", "cold"} {
		b.Run(kind, func(b *testing.B) {
			for _, width := range []int{16, 64, 256} {
				engines(b, root, width, width, func(b *testing.B, e files.Engine, callers int) {
					small(b, e, callers, names, kind == "cold")
				})
			}
		})
	}
}

func small(b *testing.B, e files.Engine, callers int, names []string, cold bool) {
	m := start(b)
	for b.Loop() {
		if cold {
			m.pause(b, dropCaches)
		}
		var next atomic.Int64
		spread(callers, func(int) {
			buf := make([]byte, 512<<10)
			for {
				i := next.Add(1) - 1
				if i >= int64(len(names)) {
					return
				}
				if start, err := e.ReadStart(b.Context(), names[i], buf); err != nil || start.Rest != nil {
					b.Error(names[i], err)
				}
			}
		})
	}
	m.report(b, len(names), "files/s")
}

func dropCaches(b *testing.B) {
	syscall.Sync()
	if err := os.WriteFile("/proc/sys/vm/drop_caches", []byte("3"), 0); err != nil {
		b.Skip("cold files take root: ", err)
	}
}

// BenchmarkDirect reads 4 KiB at random places of $URING_BIG, past the page cache.
func BenchmarkDirect(b *testing.B) {
	for _, depth := range []int{16, 64, 256} {
		direct(b, depth, depth, 20000)
	}
}

// BenchmarkSlow has 5,000 such reads in flight at once, each once. The pool holds 64.
func BenchmarkSlow(b *testing.B) { direct(b, 64, 5000, 5000) }

func direct(b *testing.B, pool, ring, reads int) {
	root, name := filepath.Split(env(b, bigEnv))
	engines(b, root, pool, ring, func(b *testing.B, e files.Engine, callers int) {
		f, err := e.Open(b.Context(), name, os.O_RDONLY|syscall.O_DIRECT)
		if err != nil {
			b.Fatal(err)
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			b.Fatal(err)
		}
		if _, ok := e.(*files.Pool); ok && ring > pool {
			callers = ring // as many want to read; the pool's width is what limits them
		}
		bufs := make([][]byte, callers)
		for i := range bufs {
			bufs[i] = aligned(4096)
		}
		m := start(b)
		for b.Loop() {
			var next atomic.Int64
			spread(callers, func(c int) {
				for next.Add(1) <= int64(reads) {
					at := rand.Int64N(info.Size()/4096) * 4096
					if _, err := f.ReadAt(bufs[c], at); err != nil {
						b.Error(err)
						return
					}
				}
			})
		}
		m.report(b, reads, "reads/s")
	})
}

func aligned(size int) []byte {
	buf := make([]byte, 2*size)
	skip := size - int(uintptr(unsafe.Pointer(&buf[0]))%uintptr(size))
	return buf[skip:][:size]
}

func spread(callers int, do func(caller int)) {
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() { do(c) })
	}
	all.Wait()
}

// meter watches the process.
type meter struct {
	cpu, paused  time.Duration // CPU time at the start, and used in pauses since
	stop         context.CancelFunc
	done         chan struct{}
	threads, rss int // the most seen
}

func start(b *testing.B) *meter {
	ctx, stop := context.WithCancel(b.Context())
	m := &meter{cpu: cpu(), stop: stop, done: make(chan struct{})}
	go func() {
		defer close(m.done)
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			text, _ := os.ReadFile("/proc/self/status")
			m.threads, m.rss = max(m.threads, number(text, "Threads:")), max(m.rss, number(text, "VmRSS:"))
			select {
			case <-tick.C:
			case <-ctx.Done():
				return
			}
		}
	}()
	return m
}

func (m *meter) pause(b *testing.B, do func(*testing.B)) {
	b.StopTimer()
	before := cpu()
	do(b)
	m.paused += cpu() - before
	b.StartTimer()
}

func (m *meter) report(b *testing.B, perLoop int, unit string) {
	used := cpu() - m.cpu - m.paused
	m.stop()
	<-m.done
	n := float64(perLoop * b.N)
	b.ReportMetric(n/b.Elapsed().Seconds(), unit)
	b.ReportMetric(float64(used.Nanoseconds())/n/1e3, "cpu-µs/op")
	b.ReportMetric(float64(m.threads), "threads")
	b.ReportMetric(float64(m.rss)/1024, "MiB")
	b.ReportMetric(0, "ns/op")
}

func cpu() time.Duration {
	var u syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func number(status []byte, key string) int {
	_, after, _ := strings.Cut(string(status), key)
	n, _ := strconv.Atoi(strings.Fields(after)[0])
	return n
}
