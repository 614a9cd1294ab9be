package disk

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"crawl/fetch/frontier"
	"crawl/pipeline"
)

// victimDir names the folder in which this process is to crawl until it is killed.
const victimDir = "CRAWL_TEST_FRONTIER"

const killedPages = 4_000

// TestKilledProcess kills a process that crawls, over and over. In the end each page has one
// record, though many were leased when the process died.
func TestKilledProcess(t *testing.T) {
	if dir := os.Getenv(victimDir); dir != "" {
		if err := crawlAsVictim(t.Context(), dir); err != nil {
			t.Fatal(err)
		}
		return
	}
	dir := t.TempDir()
	kills := 0
	for !killAfter(t, dir, 50+rand.IntN(killedPages/8)) {
		if kills++; kills > 200 {
			t.Fatal("it comes to no end")
		}
	}
	if kills < 4 {
		t.Errorf("it was killed %d times only", kills)
	}
	records := map[string]int{}
	for name := range journalNames(filepath.Join(dir, "journal"), 0) {
		records[name]++
	}
	for i := range killedPages {
		if url := killedURL(i); records[url] != 1 {
			t.Errorf("%s has %d records after %d kills", url, records[url], kills)
		}
	}
	if len(records) != killedPages {
		t.Errorf("%d pages, want %d", len(records), killedPages)
	}
}

// killAfter starts the victim and kills it when it has settled so many pages. It reports
// whether the victim came to an end before.
func killAfter(t *testing.T, dir string, pages int) (ended bool) {
	t.Helper()
	victim := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestKilledProcess$", "-test.timeout=1m")
	victim.Env = append(os.Environ(), victimDir+"="+dir)
	told, err := victim.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := victim.Start(); err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(told)
	var last string
	for n := 0; n < pages && lines.Scan(); n++ {
		last = lines.Text()
	}
	if last == "PASS" || strings.HasPrefix(last, "coverage") {
		if err := victim.Wait(); err != nil {
			t.Fatal(err)
		}
		return true
	}
	if !strings.HasPrefix(last, "settled") {
		t.Fatalf("the victim says %q", last)
	}
	_ = victim.Process.Kill()
	_, _ = io.Copy(io.Discard, told)
	_ = victim.Wait() // it was killed
	return false
}

func killedURL(i int) string { return fmt.Sprintf("https://host-%d.example/%d", i%17, i) }

// crawlAsVictim crawls pages that link to each other, with a journal, and says of each
// that it was settled.
func crawlAsVictim(ctx context.Context, dir string) error {
	path := filepath.Join(dir, "journal")
	journal, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer journal.Close()
	info, err := journal.Stat()
	if err != nil {
		return err
	}
	var position atomic.Int64
	position.Store(info.Size())
	f, err := Open(ctx, filepath.Join(dir, "frontier"), Options{
		Window:   300,
		Position: position.Load,
		Recorded: func(from int64) iter.Seq2[string, error] {
			return func(yield func(string, error) bool) {
				for name := range journalNames(path, from) {
					if !yield(name, nil) {
						return
					}
				}
			}
		},
	})
	if err != nil {
		return err
	}
	entry := func(i int, depth int32) frontier.Entry {
		return frontier.Entry{URL: killedURL(i), Host: fmt.Sprintf("host-%d.example:443", i%17), Depth: depth}
	}
	var mu sync.Mutex // guards the journal, and failed
	var failed error
	fail := func(err error) {
		mu.Lock()
		failed = err
		mu.Unlock()
		_ = f.Close() // so that the others end, too
	}
	var all sync.WaitGroup
	all.Go(func() {
		list := pipeline.Slice([]frontier.Entry{entry(0, 0)})
		if err := f.Feed(ctx, list.Next); err != nil {
			fail(err)
		}
	})
	for range 16 {
		all.Go(func() {
			for {
				e, err := f.Next(ctx)
				if err == io.EOF {
					return
				}
				var i int
				if err == nil {
					_, err = fmt.Sscanf(e.URL[strings.LastIndexByte(e.URL, '/'):], "/%d", &i)
				}
				var links []frontier.Entry
				for _, to := range []int{2*i + 1, 2*i + 2, i / 2, i ^ 1} {
					if to < killedPages {
						links = append(links, entry(to, e.Depth+1))
					}
				}
				if err == nil {
					_, err = f.Add(ctx, links...)
				}
				mu.Lock()
				if err == nil {
					_, err = fmt.Fprintln(journal, e.URL)
					position.Add(int64(len(e.URL) + 1))
				}
				if err == nil && i%64 == 0 {
					err = f.Durable(ctx, position.Load())
				}
				mu.Unlock()
				if err == nil {
					err = f.Settle(ctx, e, frontier.Outcome{})
				}
				if err != nil {
					fail(err)
					return
				}
				fmt.Println("settled", e.URL)
			}
		})
	}
	all.Wait()
	if failed != nil {
		return failed
	}
	return f.Close()
}

// journalNames are the whole lines of a journal from a position on.
func journalNames(path string, from int64) iter.Seq[string] {
	return func(yield func(string) bool) {
		text, err := os.ReadFile(path)
		if err != nil {
			panic(err)
		}
		for line := range strings.Lines(string(text[from:])) {
			if name, whole := strings.CutSuffix(line, "\n"); whole && !yield(name) {
				return
			}
		}
	}
}
