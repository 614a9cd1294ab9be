package journal

import (
	"errors"
	"fmt"
	"hash/maphash"
	"io/fs"
	"strings"
	"sync"
	"testing"
)

func newIndex(t *testing.T, text string, key func(*testLine) string) *Index[testLine] {
	t.Helper()
	eng := openEngine(t, t.TempDir())
	if err := eng.WriteFile(t.Context(), Name, []byte(text)); err != nil {
		t.Fatal(err)
	}
	x, err := OpenIndex(t.Context(), eng, testFormat, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func TestIndex(t *testing.T) {
	var text strings.Builder
	write := func(l *testLine) { text.Write(appendTestLine(nil, l, 0)) }
	for i := range 500 {
		write(&testLine{URL: fmt.Sprintf("http://h/%d", i), Outcome: fetched, Line: int64(i + 1)})
		if i%100 == 7 {
			text.WriteString("no record\n")
		}
	}
	write(&testLine{URL: "http://h/long", Outcome: failed, Reason: strings.Repeat("long ", 50_000)})
	write(&testLine{URL: "http://h/left/out", Outcome: duplicate})
	write(&testLine{URL: "http://h/3", Outcome: gone})
	text.WriteString(`{"url":"http://h/torn","outcome":"fetched"}`)
	x := newIndex(t, text.String(), func(l *testLine) string {
		if l.Outcome == duplicate {
			return ""
		}
		return l.URL
	})

	if x.Len() != 502 {
		t.Errorf("%d records", x.Len())
	}
	var group sync.WaitGroup
	for i := range 500 {
		group.Go(func() {
			url := fmt.Sprintf("http://h/%d", i)
			l, err := x.Find(url)
			switch {
			case err != nil || l == nil || l.URL != url:
				t.Errorf("%s: %+v, %v", url, l, err)
			case i == 3 && l.Outcome != gone:
				t.Errorf("%s is not the last one: %+v", url, l)
			case i != 3 && l.Line != int64(i+1):
				t.Errorf("%s: %+v", url, l)
			}
		})
	}
	group.Wait()
	if l, err := x.Find("http://h/long"); err != nil || l == nil || len(l.Reason) != 250_000 {
		t.Errorf("the long line: %v", err)
	}
	for _, url := range []string{"http://h/left/out", "http://h/torn", "http://h/500", "", "no record"} {
		if l, err := x.Find(url); l != nil || err != nil {
			t.Errorf("%q: %+v, %v", url, l, err)
		}
	}
}

func TestIndexTellsEqualHashesApart(t *testing.T) {
	x := newIndex(t, `{"url":"a","outcome":"fetched"}`+"\n"+`{"url":"b","outcome":"fetched"}`+"\n", func(l *testLine) string { return l.URL })
	for i := range x.all {
		x.all[i].hash = maphash.String(x.seed, "a")
	}
	if l, err := x.Find("a"); err != nil || l == nil || l.URL != "a" {
		t.Errorf("found %+v, %v", l, err)
	}
}

func TestIndexOfNothing(t *testing.T) {
	eng := openEngine(t, t.TempDir())
	if _, err := OpenIndex(t.Context(), eng, testFormat, func(l *testLine) string { return l.URL }); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no manifest: %v", err)
	}
	x := newIndex(t, "", func(l *testLine) string { return l.URL })
	if l, err := x.Find("a"); l != nil || err != nil || x.Len() != 0 {
		t.Errorf("found %+v, %v", l, err)
	}
}
