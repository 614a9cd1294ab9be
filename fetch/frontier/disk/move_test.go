package disk

import (
	"iter"
	"slices"
	"testing"

	"github.com/cockroachdb/pebble/v2/vfs"

	"crawl/fetch/frontier"
)

// journaled are options of a journal that has these records.
func journaled(disk vfs.FS, names ...string) Options {
	return Options{
		disk:     disk,
		Position: func() int64 { return int64(len(names)) },
		Recorded: func(from int64) iter.Seq2[string, error] {
			return func(yield func(string, error) bool) {
				for _, name := range names[min(from, int64(len(names))):] {
					if !yield(name, nil) {
						return
					}
				}
			}
		},
	}
}

func addURLs(t *testing.T, f *Frontier, urls ...string) []frontier.Verdict {
	t.Helper()
	var entries []frontier.Entry
	for _, url := range urls {
		entries = append(entries, frontier.Entry{URL: url, Host: "h:80", Note: "of " + url})
	}
	verdicts, err := f.Add(t.Context(), entries...)
	if err != nil {
		t.Fatal(err)
	}
	return verdicts
}

// waits are the URLs that a frontier leases until there are none.
func waits(t *testing.T, f *Frontier) (urls []string) {
	t.Helper()
	for {
		if s := f.Stats(); s.Queued == 0 {
			break
		}
		e, err := f.Next(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if e.Note != "of "+e.URL {
			t.Errorf("%s came with the note %q", e.URL, e.Note)
		}
		urls = append(urls, e.URL)
	}
	slices.Sort(urls)
	return urls
}

// A moved entry waits under its new URL and no more under the old one, also when the
// process dies at any moment after it.
func TestMove(t *testing.T) {
	for _, test := range []struct {
		name    string
		settled bool
		durable bool
	}{{"killed before it was settled", false, false}, {"after it", true, false}, {"after the journal was synced", true, true}} {
		t.Run(test.name, func(t *testing.T) {
			disk := vfs.NewMem()
			f := open(t, journaled(disk))
			addURLs(t, f, "a")
			e, err := f.Next(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			to := frontier.Entry{URL: "b", Host: "other:80", Note: "of b"}
			if v, err := f.Move(t.Context(), e, to); v != frontier.Fresh || err != nil {
				t.Fatalf("%v, %v", v, err)
			}
			if test.settled {
				if err := f.Settle(t.Context(), e, frontier.Outcome{Moved: true}); err != nil {
					t.Fatal(err)
				}
			}
			if test.durable {
				if err := f.Durable(t.Context(), 1); err != nil {
					t.Fatal(err)
				}
			}
			if err := f.Close(); err != nil {
				t.Fatal(err)
			}
			again := open(t, journaled(disk))
			defer again.Close()
			if got := waits(t, again); !slices.Equal(got, []string{"b"}) {
				t.Errorf("%v wait", got)
			}
			if v := addURLs(t, again, "a", "b", "c"); !slices.Equal(v, []frontier.Verdict{frontier.Known, frontier.Known, frontier.Fresh}) {
				t.Errorf("verdicts %v", v)
			}
		})
	}
}

// Where the other URL is known nothing moves.
func TestMoveToWhatIsKnown(t *testing.T) {
	disk := vfs.NewMem()
	f := open(t, journaled(disk))
	addURLs(t, f, "a", "b")
	e, err := f.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if v, err := f.Move(t.Context(), e, frontier.Entry{URL: "b", Host: "h:80"}); v != frontier.Known || err != nil {
		t.Fatalf("%v, %v", v, err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	again := open(t, journaled(disk, "a"))
	defer again.Close()
	if got := waits(t, again); !slices.Equal(got, []string{"b"}) {
		t.Errorf("%v wait", got)
	}
}

func TestGlance(t *testing.T) {
	disk := vfs.NewMem()
	f := open(t, journaled(disk))
	addURLs(t, f, "a", "b", "c")
	e, err := f.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Settle(t.Context(), e, frontier.Outcome{}); err != nil {
		t.Fatal(err)
	}
	if err := f.Durable(t.Context(), 1); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for range 2 { // it changes nothing
		g, err := look("frontier", disk)
		if err != nil {
			t.Fatal(err)
		}
		for url, want := range map[string]frontier.Verdict{"a": frontier.Done, "b": frontier.Known, "d": frontier.Fresh} {
			found, v, err := g.Find(url)
			if v != want || err != nil || v == frontier.Known && (found.URL != url || found.Host != "h:80" || found.Note != "of b") {
				t.Errorf("%s: %v, %+v, %v", url, v, found, err)
			}
		}
		var all []string
		for e, err := range g.All(t.Context()) {
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, e.URL)
		}
		if !slices.Equal(all, []string{"b", "c"}) {
			t.Errorf("%v wait", all)
		}
		if err := g.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := look("nowhere", disk); err == nil {
		t.Error("a glance at nothing")
	}
}
