package disk

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"crawl/fetch/frontier"
	"crawl/fetch/frontier/schedule"
)

// entry is a URL of a host, as a list has it when line is not 0.
func entry(host, path string, line int64) frontier.Entry {
	return frontier.Entry{URL: "http://" + host + "/" + path, Host: host, Line: line}
}

func add(t *testing.T, f *Frontier, list ...frontier.Entry) []frontier.Verdict {
	t.Helper()
	verdicts, err := f.Add(t.Context(), list...)
	if err != nil {
		t.Fatal(err)
	}
	return verdicts
}

func next(t *testing.T, f *Frontier) frontier.Entry {
	t.Helper()
	e, err := f.Next(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func settle(t *testing.T, f *Frontier, e frontier.Entry) {
	t.Helper()
	if err := f.Settle(t.Context(), e, frontier.Outcome{}); err != nil {
		t.Fatal(err)
	}
}

func closing(t *testing.T, f *Frontier) {
	t.Helper()
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestVerdicts(t *testing.T) {
	f := open(t, Options{Options: schedule.Options{PerHost: 100}})
	defer closing(t, f)
	other := entry("a", "listed", 3)
	other.Input = 1
	expect := func(when string, e frontier.Entry, want frontier.Verdict) {
		t.Helper()
		if got := add(t, f, e)[0]; got != want {
			t.Errorf("%s: %s, line %d is %v, want %v", when, e.URL, e.Line, got, want)
		}
	}
	expect("at first", entry("a", "listed", 3), frontier.Fresh)
	expect("at first", entry("a", "found", 0), frontier.Fresh)
	for _, when := range []string{"queued", "leased"} {
		expect(when, entry("a", "listed", 3), frontier.Again)
		expect(when, entry("a", "listed", 4), frontier.Known)
		expect(when, other, frontier.Known)
		expect(when, entry("a", "listed", 0), frontier.Known)
		expect(when, entry("a", "found", 0), frontier.Known)
		expect(when, entry("a", "found", 5), frontier.Known)
		if when == "queued" {
			next(t, f)
			next(t, f)
		}
	}
	expect("of the same name at another host", entry("b", "listed", 3), frontier.Fresh)
	settle(t, f, next(t, f))
	expect("settled", entry("b", "listed", 3), frontier.Done)
	if err := f.Durable(t.Context(), 0); err != nil {
		t.Fatal(err)
	}
	expect("settled and off the disk", entry("b", "listed", 3), frontier.Done)
	expect("settled and off the disk", entry("b", "listed", 9), frontier.Done)
}

func TestOneCallMayNameAURLTwice(t *testing.T) {
	f := open(t, Options{})
	defer closing(t, f)
	got := add(t, f, entry("a", "1", 0), entry("a", "2", 0), entry("a", "1", 0), entry("a", "1", 7))
	if want := fmt.Sprint([]frontier.Verdict{frontier.Fresh, frontier.Fresh, frontier.Known, frontier.Known}); fmt.Sprint(got) != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if n := f.Stats().Queued; n != 2 {
		t.Errorf("%d queued", n)
	}
}

// A password is not a part of the name, when Key says so.
func TestKey(t *testing.T) {
	f := open(t, Options{Key: func(url string) string {
		scheme, rest, _ := strings.Cut(url, "//")
		if _, after, ok := strings.Cut(rest, "@"); ok {
			rest = after
		}
		return scheme + "//" + rest
	}})
	defer closing(t, f)
	secret := frontier.Entry{URL: "http://me:secret@a/1", Host: "a"}
	if got := add(t, f, secret, entry("a", "1", 0)); got[0] != frontier.Fresh || got[1] != frontier.Known {
		t.Errorf("got %v", got)
	}
	if e := next(t, f); e.URL != secret.URL {
		t.Errorf("leased %s", e.URL)
	}
}

func TestEntriesWithoutAHost(t *testing.T) {
	f := open(t, Options{})
	defer closing(t, f)
	for _, host := range []string{"", "a\x00b"} {
		if _, err := f.Add(t.Context(), entry("a", "1", 0), frontier.Entry{URL: "http://x/", Host: host}); err == nil {
			t.Errorf("host %q was taken", host)
		}
	}
	if s := f.Stats(); s.Queued != 0 {
		t.Errorf("%+v", s)
	}
	if got := add(t, f, entry("a", "1", 0)); got[0] != frontier.Fresh {
		t.Errorf("what was refused is %v", got[0])
	}
}

// Many calls at once name the same URLs: each is fresh once, and queued once.
func TestAddsAtOnce(t *testing.T) {
	const rounds, callers = 100, 8
	f := open(t, Options{Window: 20})
	defer closing(t, f)
	var fresh atomic.Int64
	for round := range rounds {
		start := make(chan struct{})
		var all sync.WaitGroup
		for range callers {
			all.Go(func() {
				list := []frontier.Entry{entry("a", fmt.Sprint(round), 0), entry("b", fmt.Sprint(round/2), 0)}
				<-start
				for _, v := range add(t, f, list...) {
					if v == frontier.Fresh {
						fresh.Add(1)
					}
				}
			})
		}
		close(start)
		all.Wait()
	}
	const urls = rounds + rounds/2
	seen := map[string]int{}
	for range urls {
		e := next(t, f)
		seen[e.URL]++
		settle(t, f, e)
	}
	if s := f.Stats(); fresh.Load() != urls || len(seen) != urls || s.Queued != 0 {
		t.Errorf("%d were fresh, %d leased, of %d; %+v", fresh.Load(), len(seen), urls, s)
	}
}

func TestClosed(t *testing.T) {
	f := open(t, Options{})
	add(t, f, entry("a", "1", 0), entry("a", "2", 0))
	e := next(t, f)
	closing(t, f)
	closing(t, f)
	settle(t, f, e)
	_, err := f.Add(t.Context(), entry("a", "3", 0))
	for call, err := range map[string]error{"add": err, "durable": f.Durable(t.Context(), 1), "flush": f.Flush(t.Context())} {
		if !errors.Is(err, frontier.ErrClosed) {
			t.Errorf("%s: %v", call, err)
		}
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := f.Flush(ctx); err != context.Canceled {
		t.Errorf("flush: %v", err)
	}
}

func FuzzKeys(f *testing.F) {
	f.Add([]byte(nil))
	f.Add(appendQueueKey(nil, "a:80", spot{3, 1 << 40}))
	f.Add(appendMark(nil, mark{spot{3, 1 << 40}, -1, 7, "a:80"}))
	f.Fuzz(func(t *testing.T, b []byte) {
		if host, at, ok := cutQueueKey(b); ok && b[0] == queuePrefix {
			if back := appendQueueKey(nil, string(host), at); string(back) != string(b) {
				t.Errorf("%q came back as %q", b, back)
			}
		}
		if m, known, ok := cutMark(b); ok && known {
			if again, known, ok := cutMark(appendMark(nil, m)); !known || !ok || again != m {
				t.Errorf("%+v came back as %+v", m, again)
			}
		}
	})
}
