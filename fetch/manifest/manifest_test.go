package manifest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"crawl/files"
)

func TestMain(m *testing.M) {
	// ants starts the goroutines of its default pool in an init and never ends them.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"))
}

func newEngine(t testing.TB) files.Engine {
	t.Helper()
	eng, err := files.NewDirect(t.TempDir(), files.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { eng.Close() })
	return eng
}

func open(t testing.TB, eng files.Engine, opt Options) *Manifest {
	t.Helper()
	m, err := Open(t.Context(), eng, opt)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// record appends lines, and what they have of a body before.
func record(t testing.TB, eng files.Engine, lines ...*Line) {
	t.Helper()
	m := open(t, eng, Options{})
	for _, l := range lines {
		if l.Path != "" && l.SHA256 == "" {
			body := []byte("body of " + l.URL)
			sum := sha256.Sum256(body)
			l.Bytes, l.SHA256 = int64(len(body)), hex.EncodeToString(sum[:])
			if err := eng.WriteFile(t.Context(), l.Path, body); err != nil {
				t.Fatal(err)
			}
		}
		if err := m.Append(t.Context(), l); err != nil {
			t.Fatal(err)
		}
	}
	if err := m.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func TestVerify(t *testing.T) {
	a := Line{URL: "https://h/a", Outcome: Fetched, Path: "bodies/h/a"}
	changed := Line{URL: "https://h/b", Outcome: Fetched, Path: "bodies/h/b", Bytes: 3, SHA256: "00"}
	bad := Line{URL: "::", Outcome: Failed, ErrorClass: "bad_url"}
	tests := []struct {
		name  string
		lines []Line
		want  []string
	}{
		{"nothing wrong", []Line{a}, nil},
		{"second record", []Line{a, {URL: a.URL, Outcome: Failed}}, []string{"repeated: line 2: https://h/a: has a record already"}},
		{"duplicate", []Line{a, {URL: a.URL, Outcome: Duplicate}}, nil},
		{"bad line listed twice", []Line{bad, bad}, nil},
		{"sum", []Line{changed}, []string{"sha256: line 1: bodies/h/b: other content than was stored"}},
		{"extra", []Line{{URL: a.URL, Outcome: Failed}}, []string{"extra: bodies/h/b: no record names it"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			eng := newEngine(t)
			if test.name == "sum" || test.name == "extra" {
				if err := eng.WriteFile(t.Context(), "bodies/h/b", []byte("old")); err != nil {
					t.Fatal(err)
				}
			}
			var lines []*Line
			for _, l := range test.lines {
				lines = append(lines, &l)
			}
			record(t, eng, lines...)
			var got []string
			sum, err := Verify(t.Context(), eng, 2, func(p Problem) { got = append(got, p.String()) })
			if err != nil || !slices.Equal(got, test.want) || sum.Records != int64(len(lines)) {
				t.Errorf("%+v, %q, %v; want %q", sum, got, err, test.want)
			}
		})
	}
}

func TestFreshRemovesBodies(t *testing.T) {
	eng := newEngine(t)
	record(t, eng, &Line{URL: "https://h/a", Outcome: Fetched, Path: "bodies/h/a"})
	if err := open(t, eng, Options{Fresh: true}).Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := eng.Stat(t.Context(), "bodies"); err == nil {
		t.Error("bodies are left")
	}
}

func TestOtherJournalsAreRefused(t *testing.T) {
	const other = `{"schema":1,"kind":"transform","input":"a","url":"https://h/a","steps":"gzip","outcome":"transformed"}` + "\n"
	for _, opt := range []Options{{}, {Fresh: true}, {Fresh: true, Keep: true}} {
		eng := newEngine(t)
		if err := eng.WriteFile(t.Context(), Name, []byte(other)); err != nil {
			t.Fatal(err)
		}
		_, err := Open(t.Context(), eng, opt)
		if kind, ok := errors.AsType[*KindError](err); !ok || kind.Kind != "transform" || kind.Want != "crawl" {
			t.Errorf("%+v: got %v, want a KindError", opt, err)
		}
		if text, err := eng.ReadFile(t.Context(), Name); err != nil || string(text) != other {
			t.Errorf("%+v: the journal was changed: %q, %v", opt, text, err)
		}
	}
}

func TestReadTellsRecords(t *testing.T) {
	var got []string
	for l, err := range Read(strings.NewReader(`{"url":"a","outcome":"gone"}` + "\n{}\n" + `{"url":"b"}` + "\n")) {
		if err != nil {
			got = append(got, err.Error())
		} else {
			got = append(got, l.URL)
		}
	}
	if want := []string{"a", "manifest.jsonl:2: no url or no outcome", "manifest.jsonl:3: no url or no outcome"}; !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func BenchmarkAppend(b *testing.B) {
	m := open(b, newEngine(b), Options{})
	l := fullLine()
	b.ReportAllocs()
	for b.Loop() {
		if err := m.Append(b.Context(), l); err != nil {
			b.Fatal(err)
		}
	}
	if err := m.Close(context.Background()); err != nil {
		b.Fatal(err)
	}
}
