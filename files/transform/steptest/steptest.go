// Package steptest helps to test steps: it runs chains over texts, and programs that do the
// same, and makes texts to run them over.
package steptest

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"crawl/files/transform"

	"go.uber.org/goleak"
)

// Main is a TestMain that finds goroutines which are left behind.
func Main(m *testing.M) {
	// ants starts the goroutines of its default pool in an init and never ends them.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"))
}

// Bench is a set of steps under test.
type Bench struct{ Set transform.Set }

// Chain is a chain that must be one.
func (b Bench) Chain(t testing.TB, text string) transform.Chain {
	t.Helper()
	c, err := b.Set.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// Run is what a chain makes of in.
func (b Bench) Run(t testing.TB, chain, in string) (string, error) {
	t.Helper()
	return b.RunFile(t, chain, transform.File{Name: "a"}, in)
}

// RunFile is what a chain makes of in, which is f's.
func (b Bench) RunFile(t testing.TB, chain string, f transform.File, in string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	_, err := b.Chain(t, chain).Run(t.Context(), f, strings.NewReader(in), &out, transform.Options{})
	return out.String(), err
}

// Must is what a chain makes of in without error.
func (b Bench) Must(t testing.TB, chain, in string) string {
	t.Helper()
	out, err := b.Run(t, chain, in)
	if err != nil {
		t.Fatalf("%s: %v", chain, err)
	}
	return out
}

// Benchmark runs a chain over in. Rates are of size bytes.
func (b Bench) Benchmark(bench *testing.B, chain, in string, size int) {
	c := b.Chain(bench, chain)
	bench.SetBytes(int64(size))
	bench.ReportAllocs()
	for bench.Loop() {
		if _, err := c.Run(bench.Context(), transform.File{Name: "a"}, strings.NewReader(in), io.Discard, transform.Options{}); err != nil {
			bench.Fatal(err)
		}
	}
}

// KindOf is the kind of an error, "" for nil and "other" for one that is no
// [transform.Error].
func KindOf(err error) transform.Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*transform.Error](err); ok {
		return e.Kind
	}
	return "other"
}

// Program runs another program over in. It is not ok when there is none of that name.
func Program(t testing.TB, in string, name string, args ...string) (out string, ok bool, err error) {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil {
		t.Logf("%s is not installed", name)
		return "", false, nil
	}
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Stdin = strings.NewReader(in)
	result, err := cmd.Output()
	return string(result), true, err
}

// Text is n bytes such as people write: words of many sizes, some often and most rarely.
func Text(n int) string {
	var b strings.Builder
	state := uint32(1)
	next := func(below uint32) uint32 {
		state = state*1664525 + 1013904223
		return (state >> 8) % below
	}
	words := make([]string, 3000)
	for i := range words {
		for range 2 + next(8) {
			words[i] += string(rune('a' + next(26)))
		}
	}
	for b.Len() < n {
		b.WriteString(words[next(1+next(3000))])
		if next(12) == 0 {
			b.WriteString(".\n")
		} else {
			b.WriteByte(' ')
		}
	}
	return b.String()[:n]
}

// Noise is n bytes that nothing makes smaller.
func Noise(n int) string {
	b := make([]byte, n)
	state := uint64(1)
	for i := range b {
		state = state*6364136223846793005 + 1442695040888963407
		b[i] = byte(state >> 56)
	}
	return string(b)
}

// Dripping reads r a few bytes at a time.
func Dripping(r io.Reader) io.Reader { return dripping{r} }

type dripping struct{ r io.Reader }

func (d dripping) Read(p []byte) (int, error) { return d.r.Read(p[:min(len(p), 7)]) }

// Failing is a writer that fails with err.
func Failing(err error) io.Writer { return failing{err} }

type failing struct{ err error }

func (f failing) Write([]byte) (int, error) { return 0, f.err }
