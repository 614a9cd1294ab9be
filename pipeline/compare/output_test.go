package compare

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"unicode/utf8"

	"golang.org/x/perf/benchfmt"
)

func shown(t *testing.T) *Result {
	t.Helper()
	plan := lab(Network, 200, 1, 8, 32)
	plan.Title = "200 URLs of a lab,\x1b[31m 20 ms each"
	plan.Rows = append(plan.Rows,
		Row{Name: "requests", Mode: "requests", Width: 1, Python: true, Command: []string{"python3"}},
		Row{Name: "ThreadPoolExecutor 32", Mode: "threads", Width: 32, Python: true, Command: []string{"python3"}},
		Row{Name: "aiohttp 32", Mode: "aiohttp", Width: 32, Python: true, Skip: "python3 has no aiohttp, which is what this row measures, so that there is nothing to measure here"},
	)
	return sim{plan: plan, wall: delayed(200, 0.02), cpu: idle, noise: 0.01, seed: 2, each: func(s *Sample) {
		s.RSS, s.Threads, s.Voluntary = 1234<<20, 1234, 1_234_567
	}}.run(t)
}

func TestTableFits(t *testing.T) {
	r := shown(t)
	for _, width := range []int{0, 60, 72, 80, 120, 200} {
		for _, colour := range []bool{false, true} {
			var b strings.Builder
			if err := WriteTable(&b, r, width, colour); err != nil {
				t.Fatal(err)
			}
			if err := WriteVerdict(&b, r, width); err != nil {
				t.Fatal(err)
			}
			text := b.String()
			if width == 80 && !colour {
				t.Log("\n" + text)
			}
			plain := strings.NewReplacer("\x1b[32m", "", "\x1b[31m", "", "\x1b[0m", "").Replace(text)
			if (plain != text) != colour || strings.Contains(plain, "\x1b") {
				t.Errorf("width %d, colour %v: escapes in %q", width, colour, text)
			}
			for line := range strings.Lines(plain) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > max(width, leastWidth) {
					t.Errorf("width %d: %d characters in %s", width, n, line)
				}
			}
			for _, want := range []string{"blocking", "28.", "skipped: ", "no aiohttp", "ThreadPool", "In Python the best way"} {
				if !strings.Contains(strings.Join(strings.Fields(plain), " "), want) {
					t.Errorf("width %d: no %q", width, want)
				}
			}
		}
	}
	if err := WriteTable(brokenWriter{errDied}, r, 80, false); !errors.Is(err, errDied) {
		t.Error(err)
	}
}

func TestTableOfNothing(t *testing.T) {
	var b strings.Builder
	r := &Result{Plan: Plan{Items: 1}}
	if err := WriteTable(&b, r, 80, false); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(b.String(), "median") {
		t.Error(b.String())
	}
}

func TestDrawBar(t *testing.T) {
	for _, test := range []struct {
		share float64
		want  string
	}{
		{0, "    "}, {1, "████"}, {0.5, "██  "}, {0.53, "██▏ "}, {0.99, "████"}, {2, "████"}, {1.0 / 32, "▏   "},
	} {
		if got := drawBar(test.share, 4); got != test.want {
			t.Errorf("%g: %q, want %q", test.share, got, test.want)
		}
	}
}

func TestWords(t *testing.T) {
	for _, test := range []struct{ got, want string }{
		{seconds(0.1474), "147 ms"}, {seconds(4.3149), "4.31 s"}, {seconds(0.9996), "1.00 s"}, {seconds(0), "0 ms"},
		{seconds(0.000_012_3), "12.3 µs"}, {seconds(720), "12.0 min"}, {seconds(99.96), "100 s"}, {given(0.5), "0.5 s"},
		{times(1), "1.00"}, {times(27.44), "27.4"}, {times(312.4), "312"}, {times(9.996), "10.0"},
		{percent(0.95), "95 %"}, {percent(0.021), "2.1 %"}, {percent(0.02), "2 %"}, {percent(0), "0 %"},
		{short(9999), "9,999"}, {short(12_345), "12k"}, {short(1_234_567), "1.2M"}, {short(999_600), "1.0M"},
		{list([]string{"a"}), "a"}, {list([]string{"a", "b", "c"}), "a, b and c"},
		{Row{Mode: "pool", GIL: true, Cold: true}.Label(), "pool cold gil"},
	} {
		if test.got != test.want {
			t.Errorf("%q, want %q", test.got, test.want)
		}
	}
}

// benchstat's own reader takes what is written, and finds every sample again.
func TestWriteBenchmark(t *testing.T) {
	r := shown(t)
	var b bytes.Buffer
	if err := WriteBenchmark(&b, r); err != nil {
		t.Fatal(err)
	}
	t.Log(b.String()[:800])
	reader := benchfmt.NewReader(&b, "result.txt")
	lines, names, rows := 0, map[string]bool{}, 0
	for _, row := range r.Plan.measured() {
		if row.Name != "" {
			rows++
		}
	}
	for reader.Scan() {
		switch rec := reader.Result().(type) {
		case *benchfmt.Result:
			lines++
			names[rec.Name.String()] = true
			if rec.GetConfig("goos") != r.Environment.OS || rec.GetConfig("items") != "200" {
				t.Errorf("config of %s", rec.Name)
			}
			for _, unit := range []string{"sec/op", "items/s", "cpu-sec/op", "peak-RSS-bytes", "threads", "switches/op"} {
				if v, ok := rec.Value(unit); !ok || v < 0 {
					t.Errorf("%s: %s = %g, %v", rec.Name, unit, v, ok)
				}
			}
			if rec.Name.String() == "Network/mode=blocking/width=1/gil=off/lang=go" {
				if v, _ := rec.Value("sec/op"); v < 3.5 || v > 4.5 {
					t.Errorf("%g sec/op", v)
				}
			}
		case *benchfmt.SyntaxError:
			t.Error(rec)
		}
	}
	if err := reader.Err(); err != nil {
		t.Error(err)
	}
	if lines != rows*r.Rounds || len(names) != rows {
		t.Errorf("%d lines of %d names, want %d rows of %d rounds", lines, len(names), rows, r.Rounds)
	}
}
