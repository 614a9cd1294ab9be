package pipeline_test

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	. "crawl/pipeline"
)

func TestWorkersAreListed(t *testing.T) {
	run(t, func(t *testing.T, m Mode) {
		synctest.Test(t, func(t *testing.T) {
			var workers Workers
			began := time.Now()
			// Each state but those of the worker's ends lasts a second.
			pause := func() { time.Sleep(time.Second) }
			left := atomic.Int64{}
			left.Store(4)
			src := SourceFunc[string](func(context.Context) (string, error) {
				pause()
				if n := left.Add(-1); n >= 0 {
					return fmt.Sprint("item ", n), nil
				}
				return "", io.EOF
			})
			mk := func(context.Context, int) (Func[string, int], func() error, error) {
				pause()
				return func(context.Context, string) (int, error) { pause(); return 0, nil }, func() error { pause(); return nil }, nil
			}
			ended := make(chan error)
			go func() {
				ended <- Run(t.Context(), m, 2, src, mk, func(context.Context, Result[string, int]) error { pause(); return nil },
					Watch[string]{&workers, "clerk", func(item string) string { return "<" + item + ">" }})
			}()
			seen := map[WorkerState]int{}
			for going := true; going; {
				time.Sleep(500 * time.Millisecond)
				synctest.Wait()
				for _, w := range workers.List() {
					seen[w.State]++
					if hasItem := w.State == Working || w.State == Settling; strings.HasPrefix(w.Item, "<item ") != hasItem {
						t.Errorf("%s with item %q", w.State, w.Item)
					}
					age := time.Since(w.Since)
					if w.Name != "clerk" || w.ID < 0 || w.ID > 1 || w.Since.Before(began) || age > time.Second && w.State != Idle {
						t.Errorf("wrong: %+v", w)
					}
				}
				time.Sleep(500 * time.Millisecond)
				synctest.Wait()
				select {
				case err := <-ended:
					if err != nil {
						t.Error(err)
					}
					going = false
				default:
				}
			}
			for _, s := range []WorkerState{Starting, Taking, Working, Settling, Releasing} {
				if seen[s] == 0 {
					t.Errorf("nobody was seen %s", s)
				}
			}
			if m == Async && seen[Idle] == 0 {
				t.Error("nobody was seen idle")
			}
			if list := workers.List(); len(list) > 0 {
				t.Errorf("still there: %+v", list)
			}
		})
	})
}

func TestWriteWorkers(t *testing.T) {
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	list := []Worker{
		{"fetch", 0, Taking, "", now.Add(-time.Hour)},
		{"fetch", 1, Working, "http://a.example/", now.Add(-1500 * time.Millisecond)},
		{"fetch", 12, Settling, "http://b.example/", now.Add(-2 * time.Minute)},
	}
	var text strings.Builder
	if err := WriteWorkers(&text, list, now); err != nil {
		t.Fatal(err)
	}
	want := `3 workers: 1 working, 1 settling, 1 taking
  fetch 12   settling    120.0s  http://b.example/
  fetch 1    working       1.5s  http://a.example/
`
	if text.String() != want {
		t.Errorf("got\n%s want\n%s", &text, want)
	}

	text.Reset()
	many := make([]Worker, 60)
	for i := range many {
		many[i] = list[1]
	}
	if err := WriteWorkers(&text, many, now); err != nil || !strings.HasSuffix(text.String(), "  and 10 more\n") || strings.Count(text.String(), "\n") != 52 {
		t.Errorf("%v:\n%s", err, &text)
	}
	text.Reset()
	if err := WriteWorkers(&text, nil, now); err != nil || text.String() != "0 workers\n" {
		t.Errorf("%v: %q", err, &text)
	}
}

// What a Watch costs: the difference to BenchmarkRun/pool.
func BenchmarkRunWatched(b *testing.B) {
	var workers Workers
	left := atomic.Int64{}
	left.Store(int64(b.N))
	src := SourceFunc[int](func(context.Context) (int, error) {
		if left.Add(-1) < 0 {
			return 0, io.EOF
		}
		return 1, nil
	})
	settle := func(context.Context, Result[int, int]) error { return nil }
	watch := Watch[int]{Workers: &workers, Name: "bench", Item: func(int) string { return "one" }}
	if err := Run(b.Context(), Pool, width, src, Shared(noop), settle, watch); err != nil {
		b.Fatal(err)
	}
}
