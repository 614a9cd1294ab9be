//go:build unix

package program

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"crawl/files/transform"
	"crawl/files/transform/steptest"
)

// wordCases are split as sh splits them, which the test asks.
var wordCases = []struct {
	text string
	want []string
}{
	{"", nil},
	{"  \t\n ", nil},
	{"a  b\tc\nd", []string{"a", "b", "c", "d"}},
	{`'a b' "c d" e\ f`, []string{"a b", "c d", "e f"}},
	{`'' "" a''b`, []string{"", "", "ab"}},
	{`'a\b' "a\b\"\\" a\b`, []string{`a\b`, `a\b"\`, "ab"}},
	{`"it's" 'say "x"'`, []string{"it's", `say "x"`}},
	{"a\\\nb \"c\\\nd\"", []string{"ab", "cd"}},
	{`"\a" \{\}`, []string{`\a`, "{}"}},
	{`é\é 'ü'`, []string{"éé", "ü"}},
	{"a#b x=y", []string{"a#b", "x=y"}},
}

func TestShellWords(t *testing.T) {
	for _, test := range wordCases {
		got, err := shellWords(test.text)
		if err != nil || !slices.Equal(got, test.want) {
			t.Errorf("%q: %q, %v; want %q", test.text, got, err, test.want)
		}
		out, err := exec.CommandContext(t.Context(), "sh", "-c", "for w in "+strings.ReplaceAll(test.text, "\n", " ")+`; do printf '%s\n' "$w"; done`).Output()
		if strings.Contains(test.text, "\n") {
			continue // which ends the list in sh
		}
		if want := strings.Join(append(got, ""), "\n"); err != nil || string(out) != want {
			t.Errorf("%q: sh says %q, %v", test.text, out, err)
		}
	}
	for text, want := range map[string]string{`'a`: "a quote ' is not closed", `a "b`: `a quote " is not closed`, `a\`: "ends with a backslash"} {
		if _, err := shellWords(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func FuzzShellWords(f *testing.F) {
	for _, test := range wordCases {
		f.Add(test.text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		words, err := shellWords(text)
		if err != nil {
			return
		}
		quoted := make([]string, len(words))
		for i, w := range words {
			quoted[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
		again, err := shellWords(strings.Join(quoted, " "))
		if err != nil || !slices.Equal(words, again) {
			t.Errorf("%q is %q, and quoted %q, %v", text, words, again, err)
		}
	})
}

func TestNamesAreNoOptions(t *testing.T) {
	for _, test := range []struct{ arg, name, want string }{
		{"{}", "d/a b.txt", "d/a b.txt"},
		{"{name}", "d/a b.txt", "a b.txt"},
		{"{}", "-rf", "./-rf"},
		{"{name}", "d/-rf", "./-rf"},
		{"--title={}", "-rf", "--title=-rf"},
		{"x{}{name}y", "{}/{name}", "x{}/{name}{name}y"},
		{"{ }", "a", "{ }"},
	} {
		if got := withName([]string{test.arg}, test.name); got[0] != test.want {
			t.Errorf("%q of %q is %q, want %q", test.arg, test.name, got[0], test.want)
		}
	}
}

func TestExec(t *testing.T) {
	big := strings.Repeat("a line of text\n", 100_000)
	for _, test := range []struct{ chain, in, want string }{
		{"exec:cat", big, big},
		{"exec:cat,exec:cat,exec:cat", big, big},
		{"exec:tr a-z A-Z", "text", "TEXT"},
		{"exec:head -c 4", big, "a li"},
		{"exec:true", big, ""},
		{"exec:cat,exec:true", big, ""},
		{"exec=printf %s\\,%s {} '{name}'", "", "a,a"},
		{"exec:sh -c 'cat; echo talk >&2'", "x", "x"},
		{"exec:sh -c '(sleep 0.1; echo late) & echo early'", "", "early\nlate\n"},
	} {
		if got, err := bench.Run(t, test.chain, test.in); err != nil || got != test.want {
			t.Errorf("%s: %.100q, %v; want %.100q", test.chain, got, err, test.want)
		}
	}
}

func TestExecErrors(t *testing.T) {
	for _, test := range []struct{ command, want, stderr string }{
		{"false", "exit status 1", ""},
		{`sh -c 'echo first >&2; printf "the \033[1mlast\n\n" >&2; exit 3'`, "exit status 3: the  [1mlast", "first\nthe \x1b[1mlast\n\n"},
		{`sh -c 'kill -9 $$'`, "signal: killed", ""},
		{`sh -c 'printf %05000d 0 >&2; exit 1'`, "exit status 1: " + strings.Repeat("0", stderrMax), strings.Repeat("0", stderrMax)},
	} {
		_, err := bench.Run(t, "exec:"+test.command, "")
		e, ok := errors.AsType[*transform.Error](err)
		if !ok || e.Kind != transform.Command || e.Err.Error() != test.want || e.Stderr != test.stderr {
			t.Errorf("%s: %.100v, want %.100s", test.command, err, test.want)
		}
	}
	for text, want := range map[string]string{
		"exec":                      `step "exec": needs a program`,
		"exec: ":                    `step "exec:": needs a program`,
		"exec:no-such-program-here": `step "exec:no-such-program-here": no-such-program-here: executable file not found in $PATH`,
		"exec:cat 'x":               `step "exec:cat 'x": a quote ' is not closed`,
	} {
		if _, err := bench.Set.Parse(text); err == nil || err.Error() != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

func TestExecGoesWithTheChain(t *testing.T) {
	boom := errors.New("boom")
	chain := func(text string) transform.Chain {
		c, err := bench.Set.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	_, err := chain("exec:cat").Run(t.Context(), transform.File{}, io.MultiReader(strings.NewReader("x"), reading(func([]byte) (int, error) { return 0, boom })), io.Discard, transform.Options{})
	if err != boom {
		t.Errorf("in fails: %v", err)
	}
	if _, err = chain("exec:yes").Run(t.Context(), transform.File{}, strings.NewReader(""), steptest.Failing(boom), transform.Options{}); err != boom {
		t.Errorf("out fails: %v", err)
	}
	if _, err = chain("exec:yes").Run(t.Context(), transform.File{}, strings.NewReader(""), io.Discard, transform.Options{MaxSize: 1 << 20}); steptest.KindOf(err) != transform.TooLarge {
		t.Errorf("out is full: %v", err)
	}
}

type reading func([]byte) (int, error)

func (r reading) Read(p []byte) (int, error) { return r(p) }

// TestExecEnds has programs that would go on for long, with children, and wants none of
// them left when the step has ended.
func TestExecEnds(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		cancel bool
		want   string
	}{
		"asked":                       {"sleep 1000 & echo $!; wait", true, "context canceled"},
		"asked without pipes":         {"sleep 1000 <&- 2>&- >/dev/null & echo $!; wait", true, "context canceled"},
		"asked and deaf":              {"trap '' TERM; sleep 1000 & echo $!; wait", true, "context canceled"},
		"children deaf":               {"(trap '' TERM; exec sleep 1000) & echo $!; wait", true, "context canceled"},
		"children that stay":          {"sleep 1000 & echo $!", false, ""},
		"children that keep stderr":   {"sleep 1000 >/dev/null & echo $!", false, ""},
		"input that nobody ever asks": {"sleep 1000 & echo $!; exec >&- 2>&-; wait", true, "context canceled"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := bench.Set.Parse("exec:sh -c '" + strings.ReplaceAll(test.script, "'", `'\''`) + "'")
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			var out bytes.Buffer
			in := strings.NewReader(strings.Repeat("x", 1<<20))
			_, err = c.Run(ctx, transform.File{}, in, writing(func(p []byte) (int, error) {
				n, err := out.Write(p)
				if test.cancel && bytes.HasSuffix(out.Bytes(), []byte("\n")) {
					cancel()
				}
				return n, err
			}), transform.Options{})
			if (err == nil) != (test.want == "") || err != nil && err.Error() != test.want {
				t.Errorf("%v, want %q", err, test.want)
			}
			pid, err := strconv.Atoi(strings.TrimSpace(out.String()))
			if err != nil {
				t.Fatal(err)
			}
			for alive(pid) { // init may take a moment to reap it
				time.Sleep(time.Millisecond)
			}
		})
	}
}

// alive reports whether the process runs, for a zombie of whom init is slow to hear does
// not.
func alive(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return false
	}
	stat, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	return err != nil || !bytes.Contains(stat, []byte(") Z "))
}

type writing func([]byte) (int, error)

func (w writing) Write(p []byte) (int, error) { return w(p) }

// No run leaves a descriptor or a zombie behind, whether the program reads, fails or is
// ended.
func TestExecLeavesNothing(t *testing.T) {
	var chains []transform.Chain
	for _, text := range []string{"exec:cat", "exec:true", "exec:false", "exec:yes"} {
		c, err := bench.Set.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		chains = append(chains, c)
	}
	before := descriptors(t)
	for i := range 400 {
		_, _ = chains[i%len(chains)].Run(t.Context(), transform.File{}, strings.NewReader("text"), io.Discard, transform.Options{MaxSize: 1000})
	}
	if after := descriptors(t); after != before {
		t.Errorf("%d descriptors before and %d after", before, after)
	}
	var status syscall.WaitStatus
	if pid, err := syscall.Wait4(-1, &status, syscall.WNOHANG, nil); err != syscall.ECHILD {
		t.Errorf("there is a child: %d, %v", pid, err)
	}
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/dev/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(entries)
}

func BenchmarkExec(b *testing.B) {
	b.Run("small", func(b *testing.B) { bench.Benchmark(b, "exec:cat", "text", len("text")) })
	b.Run("16MiB", func(b *testing.B) { bench.Benchmark(b, "exec:cat", strings.Repeat("x", 16<<20), 16<<20) })
}
