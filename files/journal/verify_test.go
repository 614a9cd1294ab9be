package journal

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func (f *folder) verify() Summary {
	f.Helper()
	sum, err := Verify(f.Context(), f.eng, testFormat, 2, func(p Problem) { f.Log(p) })
	if err != nil {
		f.Fatal(err)
	}
	return sum
}

func TestVerify(t *testing.T) {
	record := func(f *folder, l *testLine) { f.write(Name, f.read(Name)+string(appendTestLine(nil, l, 0))) }
	tests := []struct {
		name   string
		damage func(f *folder)
		want   []string
	}{
		{"nothing wrong", func(*folder) {}, nil},
		{"missing", func(f *folder) { os.Remove(filepath.Join(f.dir, "bodies/h/a")) }, []string{"missing: line 1: bodies/h/a: no such file"}},
		{"folder for a file", func(f *folder) {
			os.Remove(filepath.Join(f.dir, "bodies/h/a"))
			os.Mkdir(filepath.Join(f.dir, "bodies/h/a"), 0o755)
		}, []string{"missing: line 1: bodies/h/a: not a file"}},
		{"size", func(f *folder) { f.write("bodies/h/a", "x") }, []string{"size: line 1: bodies/h/a: 1 bytes, not 9"}},
		{"sum", func(f *folder) { f.write("bodies/h/b", "BODY OF b") }, []string{"sha256: line 2: bodies/h/b: other content than was stored"}},
		{"extra", func(f *folder) { f.write("bodies/h/deep/x", "") }, []string{"extra: bodies/h/deep/x: no record names it"}},
		{"malformed", func(f *folder) { f.write(Name, f.read(Name)+"{\n") }, []string{"malformed: line 4: manifest.jsonl: unexpected end of JSON input"}},
		{"torn", func(f *folder) { f.write(Name, f.read(Name)+"{") }, nil},
		{"second record", func(f *folder) { record(f, f.store("a")); record(f, f.store("a")) }, []string{
			"repeated: line 4: https://h/a: has a record already", "repeated: line 5: https://h/a: has a record already"}},
		{"duplicate", func(f *folder) { record(f, &testLine{URL: "https://h/a", Outcome: duplicate}) }, nil},
		{"bad line listed twice", func(f *folder) {
			for range 2 {
				record(f, &testLine{URL: "::", Outcome: failed, ErrorClass: "bad_url"})
			}
		}, nil},
		{"outside", func(f *folder) { record(f, &testLine{URL: "https://h/x", Outcome: fetched, Path: "../x"}) },
			[]string{"outside: line 4: ../x: the path leads out of the folder"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := newFolder(t)
			m := f.open(Options{})
			f.run(m, "a", "b", "c")
			f.close(m)
			test.damage(f)
			before := f.read(Name)
			var got []string
			sum, err := Verify(t.Context(), f.eng, testFormat, 0, func(p Problem) { got = append(got, p.String()) })
			if err != nil {
				t.Fatal(err)
			}
			slices.Sort(got)
			if !slices.Equal(got, test.want) || sum.Problems != int64(len(test.want)) {
				t.Errorf("got %q and %d, want %q", got, sum.Problems, test.want)
			}
			if f.read(Name) != before {
				t.Error("verify changed the manifest")
			}
		})
	}
}

func TestVerifySums(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{})
	f.run(m, "a", "b")
	f.append(m, &testLine{URL: "https://h/none", Outcome: failed})
	f.close(m)
	want := Summary{Records: 3, Bodies: 2, Bytes: int64(2 * len("body of a"))}
	if got := f.verify(); got != want {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

func TestVerifyHearsItsContext(t *testing.T) {
	f := newFolder(t)
	m := f.open(Options{})
	f.run(m, strings.Split("a b c d e f g h", " ")...)
	f.close(m)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Verify(ctx, f.eng, testFormat, 2, func(p Problem) { t.Error(p) }); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestVerifyOfNoCrawl(t *testing.T) {
	f := newFolder(t)
	if _, err := Verify(t.Context(), f.eng, testFormat, 2, func(p Problem) { t.Error(p) }); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("got %v", err)
	}
}
