package plaintext

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/iotest"

	"crawl/files/transform"
	"crawl/files/transform/steptest"
)

func TestLines(t *testing.T) {
	for _, test := range []struct{ chain, in, want string }{
		{"lines=grep:^a", "", ""},
		{"lines=grep:^a", "ab\nb\na\n", "ab\na\n"},
		{"lines=grep:^a", "ab\nb\na", "ab\na"},
		{"lines=grep:^a", "ab\nb", "ab"}, // whether the last is ended stays as it was
		{"lines=grep:^a$", "a\r\nb\r\na\r\n", "a\r\na\r\n"},
		{"lines=grep:^$", "\n\nx\n\r\n", "\n\n\r\n"},
		{"lines=grep:^$", "\n", "\n"},
		{"lines=grep:x", "a\n", ""},
		{"lines=grep:^a.$", "a\xff\nb\n", "a\xff\n"},
		{`lines=grep:a{1\,2}b`, "ab\nb\n", "ab\n"},
		{"lines=drop:^#", "#x\na\n# y\nb", "a\nb"},
		{"lines=dedupe", "b\na\nb\nc\na\nb", "b\na\nc"},
		{"lines=dedupe", "\n\n\n", "\n"},
		{"lines=dedupe", "a\na", "a"},
		{"lines=sort", "b\na\n\nb", "\na\nb\nb"},
		{"lines=sort", "b\na\n", "a\nb\n"},
		{"lines=sort", "b\xff\nb\x00\nb\n", "b\nb\x00\nb\xff\n"},
		{"lines=sort", "", ""},
		{"lines=sort", "\n", "\n"},
		{"lines=unique", "b\na\n\nb\n\na", "\na\nb"},
	} {
		if got, err := bench.Run(t, test.chain, test.in); got != test.want || err != nil {
			t.Errorf("%s of %q: %q, %v; want %q", test.chain, test.in, got, err, test.want)
		}
	}
}

func TestLinesMayBeLong(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	for _, chain := range []string{"lines=grep:x", "lines=drop:y", "lines=dedupe", "lines=sort", "lines=unique", "replace=/y/z/"} {
		in := "a x\n" + long + "\n" + long + "a\n"
		got := bench.Must(t, chain, in)
		if got != in {
			t.Errorf("%s: %d bytes of %d", chain, len(got), len(in))
		}
	}
	endless := io.LimitReader(repeating('x'), maxLine+2)
	_, err := bench.Chain(t, "lines=grep:x").Run(t.Context(), transform.File{}, io.MultiReader(strings.NewReader("one\n"), endless), io.Discard, transform.Options{})
	if steptest.KindOf(err) != transform.Unsupported || err.Error() != "lines=grep:x: line 2 is longer than 64 MiB" {
		t.Error(err)
	}
}

type repeating byte

func (r repeating) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = byte(r)
	}
	return len(p), nil
}

// What dedupe cannot know by heart comes out the same.
func TestDedupeWithinBounds(t *testing.T) {
	var in strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&in, "line %d\n", (i*i)%701)
	}
	want := bench.Must(t, "lines=dedupe", in.String())
	if n := strings.Count(want, "\n"); n < 300 || n > 701 {
		t.Fatal(n)
	}
	for _, most := range []int{0, 1, 10, 300, 1000} {
		var out bytes.Buffer
		r, w := newLineReader(strings.NewReader(in.String())), newLineWriter(&out)
		if err := dedupe(most)(t.Context(), r, w); err != nil {
			t.Fatal(err)
		}
		if err := w.end(r.ended); err != nil || out.String() != want {
			t.Errorf("knowing %d: %d lines, %v", most, strings.Count(out.String(), "\n"), err)
		}
	}
}

func TestLinesAgreeWithPrograms(t *testing.T) {
	t.Setenv("LC_ALL", "C")
	in := steptest.Text(50_000) + "\nlast\n"
	for chain, args := range map[string][]string{
		"lines=grep:[aeiou]x":  {"grep", "[aeiou]x"},
		"lines=drop:[aeiou]":   {"grep", "-v", "[aeiou]"},
		"lines=sort":           {"sort"},
		"lines=unique":         {"sort", "-u"},
		"lines=dedupe":         {"awk", "!seen[$0]++"},
		"replace=/a([bc])/$1/": {"sed", "-E", `s/a([bc])/\1/g`},
	} {
		in := in + in
		if want, ok, err := steptest.Program(t, in, args[0], args[1:]...); ok && err == nil {
			if got := bench.Must(t, chain, in); got != want {
				t.Errorf("%s: %d bytes, %s writes %d", chain, len(got), args[0], len(want))
			}
		}
	}
}

func TestLinesFail(t *testing.T) {
	boom := errors.New("boom")
	for _, text := range []string{"lines=grep:.", "lines=dedupe", "lines=sort", "lines=unique", "replace=/x/y/"} {
		chain := bench.Chain(t, text)
		in := io.MultiReader(strings.NewReader("a\nb\n"), iotest.ErrReader(boom))
		if _, err := chain.Run(t.Context(), transform.File{}, in, io.Discard, transform.Options{}); err != boom {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := chain.Run(t.Context(), transform.File{}, strings.NewReader(steptest.Noise(200_000)), steptest.Failing(boom), transform.Options{}); err != boom {
			t.Errorf("%s: %v", text, err)
		}
	}
}

// A disk that is none is no fault of the file.
func TestLinesWithoutDisk(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()+"/none")
	t.Setenv("TMP", t.TempDir()+"\\none")
	long := strings.Repeat("x", 40<<20)
	in := io.MultiReader(strings.NewReader(long), strings.NewReader("\n"), strings.NewReader(long))
	if _, err := bench.Chain(t, "lines=sort").Run(t.Context(), transform.File{}, in, io.Discard, transform.Options{}); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestSortHearsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	stop := errors.New("enough")
	cancel(stop)
	if _, err := bench.Chain(t, "lines=sort").Run(ctx, transform.File{}, strings.NewReader("a\nb\n"), io.Discard, transform.Options{}); err != stop {
		t.Error(err)
	}
	if _, err := bench.Chain(t, "replace=/a/b/").Run(ctx, transform.File{}, strings.NewReader("a\nb\n"), io.Discard, transform.Options{}); err != stop {
		t.Error(err)
	}
}

func FuzzLines(f *testing.F) {
	f.Add("b\na\nb\n\n")
	f.Add("b\r\na")
	f.Fuzz(func(t *testing.T, in string) {
		ended := strings.HasSuffix(in, "\n")
		lines := strings.Split(strings.TrimSuffix(in, "\n"), "\n")
		if in == "" {
			lines = nil
		}
		end := func(lines []string) string {
			if len(lines) == 0 {
				return ""
			}
			if ended {
				return strings.Join(lines, "\n") + "\n"
			}
			return strings.Join(lines, "\n")
		}
		seen := map[string]bool{}
		firsts := slices.DeleteFunc(slices.Clone(lines), func(l string) bool {
			again := seen[l]
			seen[l] = true
			return again
		})
		sorted := slices.Sorted(slices.Values(lines))
		for chain, want := range map[string]string{
			"lines=grep:(?s)^":   in,
			"lines=drop:.*":      "",
			"lines=dedupe":       end(firsts),
			"lines=sort":         end(sorted),
			"lines=unique":       end(slices.Compact(slices.Clone(sorted))),
			"replace=/(?s)./$0/": in,
		} {
			if got := bench.Must(t, chain, in); got != want {
				t.Errorf("%s of %q: %q, want %q", chain, in, got, want)
			}
		}
	})
}

func BenchmarkLines(b *testing.B) {
	in := steptest.Text(4 << 20)
	for _, chain := range []string{"lines=grep:the", "lines=drop:^x.*y$", "lines=dedupe", "lines=sort", "lines=unique", "replace=/th([aeiou])/d$1/", "replace=/the/der/"} {
		b.Run(chain, func(b *testing.B) { bench.Benchmark(b, chain, in, len(in)) })
	}
}
