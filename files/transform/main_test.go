package transform

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) {
	// ants starts the goroutines of its default pool in an init and never ends them.
	goleak.VerifyTestMain(m,
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).purgeStaleWorkers"),
		goleak.IgnoreAnyFunction("github.com/panjf2000/ants/v2.(*poolCommon).ticktock"))
}

// parse is a chain that must be one.
func parse(t testing.TB, text string) Chain {
	t.Helper()
	c, err := Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// run is what a chain makes of in.
func run(t testing.TB, chain, in string) (string, error) {
	t.Helper()
	return runFile(t, chain, File{}, in)
}

func runFile(t testing.TB, chain string, f File, in string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	_, err := parse(t, chain).Run(t.Context(), f, strings.NewReader(in), &out, Options{})
	return out.String(), err
}

// must is what a chain makes of in without error.
func must(t testing.TB, chain, in string) string {
	t.Helper()
	out, err := run(t, chain, in)
	if err != nil {
		t.Fatalf("%s: %v", chain, err)
	}
	return out
}

// kindOf is the kind of an error, "" for nil and "other" for one that is no [Error].
func kindOf(err error) Kind {
	if err == nil {
		return ""
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return "other"
}

// installed runs another program over in. It is not ok when there is none of that name.
func installed(t testing.TB, in string, name string, args ...string) (out string, ok bool, err error) {
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

// text is n bytes such as people write: words of many sizes, some often and most rarely.
func text(n int) string {
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

// noise is n bytes that nothing makes smaller.
func noise(n int) string {
	b := make([]byte, n)
	state := uint64(1)
	for i := range b {
		state = state*6364136223846793005 + 1442695040888963407
		b[i] = byte(state >> 56)
	}
	return string(b)
}

// dripping reads a byte or so at a time.
type dripping struct{ r io.Reader }

func (d dripping) Read(p []byte) (int, error) { return d.r.Read(p[:min(len(p), 7)]) }
