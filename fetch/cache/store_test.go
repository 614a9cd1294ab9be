package cache

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"crawl/fetch"
	"crawl/files"
)

// put stores a body of n bytes, which differ from those of other URLs.
func put(t *testing.T, s Store, url string, n int) {
	t.Helper()
	body := strings.Repeat(url+" ", n/len(url)+1)[:n]
	if _, got := get(t, Layer(s, strict(t))(always(200, fresh, body)), &fetch.Request{URL: url}); got != body {
		t.Errorf("%s: got %d bytes", url, len(got))
	}
}

func page(i int) string { return fmt.Sprintf("http://a.test/%02d", i) }

// kept are the numbers of the pages that are stored.
func kept(t *testing.T, s Store) []int {
	t.Helper()
	var all []int
	for i := range 40 {
		answers, err := s.Load(t.Context(), page(i))
		if err != nil {
			t.Fatal(err)
		}
		if len(answers) > 0 {
			all = append(all, i)
		}
	}
	return all
}

func TestLeastRecentlyUsedGoesFirst(t *testing.T) {
	limited := map[string]Store{"memory": NewMemory(100_000), "disk": openDisk(t, newEngine(t), 100_000)}
	for kind, s := range limited {
		t.Run(kind, func(t *testing.T) {
			for i := range 9 {
				put(t, s, page(i), 10_000)
			}
			if _, ok := stored(t, s, page(0)); !ok { // so it is used
				t.Fatal("the first is not stored")
			}
			for i := range 3 {
				put(t, s, page(20+i), 10_000)
			}
			got := kept(t, s)
			if !slices.Contains(got, 0) || slices.Contains(got, 1) || !slices.Contains(got, 22) || len(got) < 8 {
				t.Errorf("kept %v", got)
			}
		})
	}
	if m := limited["memory"].(*Memory); len(m.content) != len(m.answers) || m.books.total > 100_000 {
		t.Errorf("%d bodies of %d pages, %d bytes", len(m.content), len(m.answers), m.books.total)
	}
	d := limited["disk"].(*Disk)
	if bodies, entries := countFiles(t, d.eng, bodiesFolder), countFiles(t, d.eng, entriesFolder); bodies != entries || entries != d.books.order.Len() {
		t.Errorf("%d bodies and %d entries, but %d in the books", bodies, entries, d.books.order.Len())
	}
	if err := d.Close(t.Context()); err != nil {
		t.Error(err)
	}
}

func countFiles(t *testing.T, eng files.Engine, folder string) (n int) {
	t.Helper()
	err := eachFile(t.Context(), eng, folder, func(string) error { n++; return nil })
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestLargeBodiesAreNotStored(t *testing.T) {
	for kind, s := range map[string]Store{"memory": NewMemory(80_000), "disk": openDisk(t, newEngine(t), 80_000)} {
		t.Run(kind, func(t *testing.T) {
			put(t, s, page(0), 10_000)
			put(t, s, page(1), 10_001)
			if got := kept(t, s); !slices.Equal(got, []int{0}) {
				t.Errorf("kept %v", got)
			}
		})
	}
}

func TestEqualBodiesAreStoredOnce(t *testing.T) {
	stores(t, func(t *testing.T, s Store) {
		f := Layer(s, strict(t))(always(200, fresh, "same"))
		for i := range 3 {
			get(t, f, &fetch.Request{URL: page(i)})
		}
		get(t, f, &fetch.Request{Method: "DELETE", URL: page(0)})
		if got := kept(t, s); !slices.Equal(got, []int{1, 2}) {
			t.Errorf("kept %v", got)
		}
		if body, ok := stored(t, s, page(1)); !ok || body != "same" {
			t.Errorf("got %q, %v", body, ok)
		}
		get(t, f, &fetch.Request{Method: "DELETE", URL: page(1)})
		get(t, f, &fetch.Request{Method: "DELETE", URL: page(2)})
		switch s := s.(type) {
		case *Memory:
			if len(s.content) != 0 || len(s.answers) != 0 || s.books.total != 0 {
				t.Errorf("left: %v", s)
			}
		case *Disk:
			if n := countFiles(t, s.eng, bodiesFolder) + countFiles(t, s.eng, entriesFolder); n != 0 || s.books.total != 0 {
				t.Errorf("%d files left", n)
			}
		}
	})
}

func TestDiskOutlivesItsProcess(t *testing.T) {
	eng := newEngine(t)
	d := openDisk(t, eng, 0)
	for i := range 5 {
		put(t, d, page(i), 100_000)
	}
	if _, err := OpenDisk(t.Context(), eng, 0); !isLocked(err) {
		t.Errorf("a second one: %v", err)
	}
	stored(t, d, page(0))
	if err := d.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	d = openDisk(t, eng, 0)
	if got := kept(t, d); !slices.Equal(got, []int{0, 1, 2, 3, 4}) {
		t.Errorf("kept %v", got)
	}
	stored(t, d, page(0)) // after kept, which uses all in order
	if err := d.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	d = openDisk(t, eng, 250_000) // a smaller one now
	defer d.Close(t.Context())
	if got := kept(t, d); !slices.Equal(got, []int{0, 4}) {
		t.Errorf("kept %v of the most recently used", got)
	}
	if n := countFiles(t, eng, bodiesFolder); n != 2 {
		t.Errorf("%d bodies", n)
	}
}

func isLocked(err error) bool {
	var locked *files.LockedError
	return errors.As(err, &locked)
}

// What a crash, or somebody, left behind is no reason for wrong answers.
func TestDiskAfterACrash(t *testing.T) {
	entry, body := entryPath(page(0)), ""
	cases := map[string]func(t *testing.T, eng files.Engine){
		"torn entry":  func(t *testing.T, eng files.Engine) { truncate(t, eng, entry, 50) },
		"empty entry": func(t *testing.T, eng files.Engine) { truncate(t, eng, entry, 0) },
		"entry of zeros": func(t *testing.T, eng files.Engine) {
			rewrite(t, eng, entry, string(make([]byte, 300)))
		},
		"entry of another URL": func(t *testing.T, eng files.Engine) {
			data, err := eng.ReadFile(t.Context(), entryPath(page(1)))
			if err != nil {
				t.Fatal(err)
			}
			rewrite(t, eng, entry, string(data))
		},
		"endless entry": func(t *testing.T, eng files.Engine) { truncate(t, eng, entry, 1<<30) },
		"torn body":     func(t *testing.T, eng files.Engine) { truncate(t, eng, body, 9_000) },
		"missing body":  func(t *testing.T, eng files.Engine) { remove(t, eng, body) },
		"a folder for a body": func(t *testing.T, eng files.Engine) {
			remove(t, eng, body)
			rewrite(t, eng, body+"/x", "")
		},
		"missing entry": func(t *testing.T, eng files.Engine) { remove(t, eng, entry) },
	}
	for name, damage := range cases {
		for _, when := range []string{"while open", "while closed"} {
			t.Run(name+" "+when, func(t *testing.T) {
				eng := newEngine(t)
				d := openDisk(t, eng, 0)
				put(t, d, page(0), 10_000)
				put(t, d, page(1), 10_000)
				answers, err := d.Load(t.Context(), page(0))
				if err != nil {
					t.Fatal(err)
				}
				body = bodyPath(answers[0].SHA256)
				rewrite(t, eng, tempFolder+"/7", "half a body")
				if when == "while closed" {
					if err := d.unlock(); err != nil { // as a crash does
						t.Fatal(err)
					}
				}
				damage(t, eng)
				if when == "while closed" {
					d = openDisk(t, eng, 0)
					if n := countFiles(t, eng, tempFolder) + countFiles(t, eng, entriesFolder) + countFiles(t, eng, bodiesFolder); n != 2 {
						t.Errorf("%d files left, want one entry and its body", n)
					}
				}
				defer d.Close(t.Context())
				f := Layer(d, Options{})(always(200, fresh, "anew"))
				if rec, got := get(t, f, &fetch.Request{URL: page(0)}); got != "anew" || rec.Cached {
					t.Errorf("got %.20q, cached %v", got, rec.Cached)
				}
				if rec, _ := get(t, f, &fetch.Request{URL: page(1)}); !rec.Cached {
					t.Error("the other URL suffered")
				}
				if name == "a folder for a body" {
					return // in the way of nothing but that body
				}
				if rec, got := get(t, f, &fetch.Request{URL: page(0)}); got != "anew" || !rec.Cached {
					t.Errorf("afterwards got %.20q, cached %v", got, rec.Cached)
				}
			})
		}
	}
}

// A body of the right size but of other bytes is fetched again.
func TestDamagedBodyIsNotServed(t *testing.T) {
	for _, size := range []int{10_000, 100_000} { // read at once, and streamed
		eng := newEngine(t)
		d := openDisk(t, eng, 0)
		defer d.Close(t.Context())
		put(t, d, page(0), size)
		answers, err := d.Load(t.Context(), page(0))
		if err != nil {
			t.Fatal(err)
		}
		rewrite(t, eng, bodyPath(answers[0].SHA256), strings.Repeat("x", size))
		if rec, got := get(t, Layer(d, Options{})(always(200, fresh, "anew")), &fetch.Request{URL: page(0)}); got != "anew" || rec.Cached {
			t.Errorf("got %.20q, cached %v", got, rec.Cached)
		}
	}
}

func truncate(t *testing.T, eng files.Engine, path string, size int64) {
	t.Helper()
	f, err := eng.Open(t.Context(), path, os.O_RDWR)
	if err == nil {
		err = errors.Join(f.Truncate(size), f.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
}

func rewrite(t *testing.T, eng files.Engine, path, data string) {
	t.Helper()
	if err := eng.PutFile(t.Context(), path, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, eng files.Engine, path string) {
	t.Helper()
	if err := eng.Remove(t.Context(), path); err != nil {
		t.Fatal(err)
	}
}
