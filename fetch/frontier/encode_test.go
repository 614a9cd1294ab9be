package frontier

import (
	"testing"
	"time"
)

func someEntries() []Entry {
	return []Entry{
		{},
		{URL: "http://a/1", Parent: "http://a/", Note: "{}", Input: -1, Line: 1 << 62, Attempts: 3, Spent: time.Hour},
		{URL: "http://a/é", Input: 1<<31 - 1, Line: -1, Spent: -1 << 63},
	}
}

func TestEntriesComeBack(t *testing.T) {
	var buf []byte
	for _, e := range someEntries() {
		buf = AppendEntry(buf, &e)
	}
	text := string(buf)
	for _, want := range someEntries() {
		e, rest, ok := CutEntry(text)
		if e != want || !ok {
			t.Errorf("got %+v, %v, want %+v", e, ok, want)
		}
		text = rest
	}
	if text != "" {
		t.Errorf("%q is left", text)
	}
}

func TestCutEntrySeesDamage(t *testing.T) {
	buf := AppendEntry(nil, &someEntries()[1])
	for cut := range buf {
		if e, _, ok := CutEntry(string(buf[:cut])); ok {
			t.Errorf("cut at %d: %+v", cut, e)
		}
	}
}

func FuzzCutEntry(f *testing.F) {
	for _, e := range someEntries() {
		f.Add(string(AppendEntry(nil, &e)))
	}
	f.Add("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02")
	f.Fuzz(func(t *testing.T, text string) {
		e, rest, ok := CutEntry(text)
		if !ok {
			return
		}
		if len(rest) >= len(text) {
			t.Errorf("%d bytes are left of %d", len(rest), len(text))
		}
		if back, _, ok := CutEntry(string(AppendEntry(nil, &e))); !ok || back != e {
			t.Errorf("%+v came back as %+v, %v", e, back, ok)
		}
	})
}
