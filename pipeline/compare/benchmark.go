package compare

import (
	"fmt"
	"io"
	"strconv"
	"strings"
)

// WriteBenchmark writes the counted samples in the Go benchmark format, a line each,
// so that benchstat can compare them, also with those of another day:
//
//	benchstat -col /mode result.txt
//	benchstat -filter '/width:32' -col /gil result.txt
func WriteBenchmark(w io.Writer, r *Result) error {
	var b strings.Builder
	env := r.Environment
	for _, c := range [][2]string{
		{"goos", env.OS}, {"goarch", env.Arch}, {"pkg", "crawl/compare"}, {"cpu", env.CPU},
		{"title", r.Plan.Title}, {"kernel", env.Kernel}, {"go", env.Go}, {"interpreter", env.Interpreter},
	} {
		if value := strings.Join(strings.Fields(show(c[1])), " "); value != "" {
			fmt.Fprintf(&b, "%s: %s\n", c[0], value)
		}
	}
	fmt.Fprintf(&b, "items: %d\nseed: %d\n\nUnit items/s better=higher\n\n", r.Plan.Items, r.Plan.Seed)
	for _, s := range r.Samples {
		if s.WarmUp {
			continue
		}
		passes := float64(max(s.Repeats, 1))
		fmt.Fprintf(&b, "Benchmark%s %d %.0f ns/op %s items/s %s cpu-sec/op %d peak-RSS-bytes %d threads %s switches/op\n",
			benchmarkName(r.Plan.Work, r.Row(s.Row)), max(s.Repeats, 1), 1e9*s.Pass(),
			float(float64(s.Items)/s.Wall), float(s.CPU()/passes), s.RSS, s.Threads,
			float(float64(s.Voluntary+s.Involuntary)/passes))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// benchmarkName is Network/mode=pool/width=32/gil=off/lang=go, which benchstat can
// filter and project by.
func benchmarkName(work Workload, row Row) string {
	name := "Compare"
	if work != "" {
		name = strings.ToUpper(string(work[:1])) + plain(string(work[1:]))
	}
	keys := [][2]string{{"mode", plain(row.Mode)}, {"width", strconv.Itoa(row.Width)}, {"gil", onOff(row.GIL)}, {"lang", "go"}}
	if row.Python {
		keys[3][1] = "python"
	}
	if row.Cold {
		keys = append(keys, [2]string{"cache", "cold"})
	}
	if row.Twin {
		keys = append(keys, [2]string{"twin", "yes"})
	}
	for _, k := range keys {
		name += "/" + k[0] + "=" + k[1]
	}
	return name
}

// plain keeps what would not break a benchmark's name: white space ends it, a slash
// begins its next part, and a dash with a number would be taken for GOMAXPROCS.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '+', r == '.':
			return r
		default:
			return '_'
		}
	}, s)
}

func onOff(on bool) string {
	if on {
		return "on"
	}
	return "off"
}

func float(x float64) string { return strconv.FormatFloat(x, 'g', 6, 64) }
