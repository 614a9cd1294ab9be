package stats

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

const (
	shownGroups = 10
	shownText   = 120 // characters of a host or an example
)

// WriteSummary writes s for people, in a dozen lines at most. noun is the plural of
// what was counted, such as "URLs".
func WriteSummary(w io.Writer, s Snapshot, noun string) error {
	var b strings.Builder
	if s.Total == 1 {
		noun = strings.TrimSuffix(noun, "s")
	}
	fmt.Fprintf(&b, "%s %s", Count(s.Total), noun)
	if s.Earlier > 0 {
		fmt.Fprintf(&b, " (%s by earlier runs)", Count(s.Earlier))
	}
	fmt.Fprintf(&b, " in %s (%s): %s · %s\n", elapsed(s.Elapsed), Rate(s.Rate), outcomes(s.Outcomes), Bytes(s.Bytes))
	if len(s.Groups) > 0 {
		b.WriteString("failed:\n")
		writeGroups(&b, s.Groups)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// outcomes lists the outcomes, most frequent first.
func outcomes(counts map[string]int64) string {
	list := make([]string, 0, len(counts))
	for name := range counts {
		list = append(list, name)
	}
	slices.SortFunc(list, func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b))
	})
	for i, name := range list {
		list[i] = Count(counts[name]) + " " + Printable(strings.ReplaceAll(name, "_", " "))
	}
	if len(list) == 0 {
		return "nothing to do"
	}
	return strings.Join(list, ", ")
}

func writeGroups(b *strings.Builder, groups []Group) {
	shown := groups[:min(len(groups), shownGroups)]
	rows := make([][4]string, len(shown))
	var widths [4]int
	for i, g := range shown {
		rows[i] = [4]string{Count(g.Count), shorten(g.Class), shorten(g.Host), shorten(g.Example)}
		for j, cell := range rows[i] {
			widths[j] = max(widths[j], utf8.RuneCountInString(cell))
		}
	}
	for _, r := range rows {
		fmt.Fprintf(b, "  %*s  %-*s  %-*s  e.g. %s\n", widths[0], r[0], widths[1], r[1], widths[2], r[2], r[3])
	}
	switch more := len(groups) - len(shown); {
	case more == 1:
		b.WriteString("  and 1 more group\n")
	case more > 1:
		fmt.Fprintf(b, "  and %s more groups\n", Count(int64(more)))
	}
}

// shorten makes foreign text fit for a cell.
func shorten(s string) string {
	r := []rune(Printable(s))
	if len(r) <= shownText {
		return string(r)
	}
	return string(r[:shownText-1]) + "…"
}

// elapsed writes seconds as 1.2s, 12s or 1h2m3s.
func elapsed(seconds float64) string {
	d := time.Duration(seconds * float64(time.Second))
	switch {
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	case d < 10*time.Second:
		return d.Round(100 * time.Millisecond).String()
	default:
		return d.Round(time.Second).String()
	}
}
