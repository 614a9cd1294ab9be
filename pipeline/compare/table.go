package compare

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"crawl/pipeline/stats"
)

const (
	leastName, mostName = 10, 28 // characters of a row's name
	leastBar, mostBar   = 8, 40
	leastWidth          = 60
)

// WriteTable writes the rows of a result for a terminal that is width characters
// wide, at least 60: what each took, how many times as fast as its baseline it is,
// with a bar, and what it used. Rows that were skipped come with their reason.
func WriteTable(w io.Writer, r *Result, width int, colour bool) error {
	t := table{width: max(width, leastWidth), colour: colour}
	var b strings.Builder
	if r.Plan.Title != "" {
		fmt.Fprintf(&b, "%s\n", cut(show(r.Plan.Title), t.width))
	}
	fmt.Fprintf(&b, "%s\n\n", cut(subtitle(r), t.width))
	t.fill(r)
	t.write(&b)
	writeSkipped(&b, r, t.width)
	_, err := io.WriteString(w, b.String())
	return err
}

// WriteVerdict writes what a result means, wrapped to width characters.
func WriteVerdict(w io.Writer, r *Result, width int) error {
	width = max(width, leastWidth)
	var b strings.Builder
	v := r.Verdict
	wrap(&b, v.Headline, "", width)
	if len(v.Refused) > 1 {
		for _, reason := range v.Refused[1:] {
			wrap(&b, reason, "  also: ", width)
		}
	}
	b.WriteString("\n")
	for _, line := range v.Lines {
		wrap(&b, line, "", width)
	}
	for _, doubt := range v.Doubts {
		wrap(&b, doubt, "  doubt: ", width)
	}
	for _, note := range r.Notes {
		wrap(&b, note, "  note: ", width)
	}
	for _, next := range v.Next {
		wrap(&b, next, "  next: ", width)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func subtitle(r *Result) string {
	rounds := plural(r.Rounds, "round", "rounds")
	if r.Rounds < r.Plan.Rounds {
		rounds = fmt.Sprintf("%d of %s", r.Rounds, plural(r.Plan.Rounds, "round", "rounds"))
	}
	noun := r.Plan.Noun
	if r.Plan.Items == 1 {
		noun = strings.TrimSuffix(noun, "s")
	}
	return fmt.Sprintf("%s %s · %s in random order · median, 95 %% interval", stats.Count(int64(r.Plan.Items)), noun, rounds)
}

// table is what is to be written. Cells are lined up by characters.
type table struct {
	width  int
	colour bool
	rows   []tableRow
}

type tableRow struct {
	name, baseline string
	ratio          float64
	cells          [columns]string
}

// The columns between name and end, of which those from cpu on may be left out where
// the terminal is too narrow, the last one first.
const (
	colWidth = iota
	colMedian
	colInterval
	colTimes
	colCPU
	colRSS
	colThreads
	colSwitches
	columns
)

var heads = [columns]string{"width", "median", "interval", "faster", "CPU", "RSS", "thr", "switch"}

func (t *table) fill(r *Result) {
	for _, e := range r.Estimates {
		u := unitOf(e.Wall.Value)
		places := u.places(e.Wall.Value)
		row := tableRow{name: show(e.Row), baseline: e.Baseline, ratio: e.Ratio.Value}
		row.cells = [columns]string{
			colWidth:    stats.Count(int64(r.Row(e.Row).Width)),
			colMedian:   seconds(e.Wall.Value),
			colInterval: u.number(e.Wall.Low, places) + "–" + u.number(e.Wall.High, places),
			colTimes:    times(e.Ratio.Value) + "×",
			colCPU:      seconds(e.CPU),
			colRSS:      stats.Bytes(e.RSS),
			colThreads:  stats.Count(int64(e.Threads)),
			colSwitches: short(e.Voluntary + e.Involuntary),
		}
		t.rows = append(t.rows, row)
	}
}

// layout finds how many columns fit, and how wide name and bar are.
func (t *table) layout() (shown int, widths [columns]int, name, bar int) {
	for i, head := range heads {
		widths[i] = utf8.RuneCountInString(head)
		for _, row := range t.rows {
			widths[i] = max(widths[i], utf8.RuneCountInString(row.cells[i]))
		}
	}
	name = leastName
	for _, row := range t.rows {
		name = min(max(name, utf8.RuneCountInString(row.name)), mostName)
	}
	for shown = columns; ; shown-- {
		left := t.width - 1 // before the bar
		for _, w := range widths[:shown] {
			left -= w + 1
		}
		if left >= leastName+leastBar || shown == colCPU {
			name = min(name, max(left-leastBar, leastName))
			return shown, widths, name, min(max(left-name, leastBar), mostBar)
		}
	}
}

func (t *table) write(b *strings.Builder) {
	shown, widths, name, bar := t.layout()
	most := 1.0
	for _, row := range t.rows {
		most = max(most, row.ratio)
	}
	line := func(first string, cells [columns]string, graph string) {
		fmt.Fprint(b, pad(cut(first, name), name))
		for i, cell := range cells[:shown] {
			fmt.Fprint(b, " ", strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell)), cell)
			if i == colTimes {
				fmt.Fprint(b, " ", graph)
			}
		}
		b.WriteString("\n")
	}
	line("", heads, strings.Repeat(" ", bar))
	for _, row := range t.rows {
		line(row.name, row.cells, t.paint(row, drawBar(row.ratio/most, bar)))
	}
}

// drawBar draws a share of width, in eighths of a character.
func drawBar(share float64, width int) string {
	eighths := int(share*float64(width)*8 + 0.5)
	full := min(eighths/8, width)
	bar := strings.Repeat("█", full)
	if rest := eighths % 8; rest > 0 && full < width {
		bar += string([]rune("▏▎▍▌▋▊▉")[rest-1])
	}
	return pad(bar, width)
}

// paint colours a bar: green where something is gained, red where it is lost.
func (t *table) paint(row tableRow, bar string) string {
	switch {
	case !t.colour, row.name == show(row.baseline):
		return bar
	case row.ratio >= helps:
		return "\x1b[32m" + bar + "\x1b[0m"
	case row.ratio < 1/helps:
		return "\x1b[31m" + bar + "\x1b[0m"
	default:
		return bar
	}
}

func writeSkipped(b *strings.Builder, r *Result, width int) {
	for _, row := range r.Plan.Rows {
		if row.Skip != "" {
			wrap(b, "skipped: "+show(row.Skip), show(row.Name)+"  ", width)
		}
	}
}

// short writes a count in few characters: 512, 12k, 3.4M.
func short(n int64) string {
	switch {
	case n < 10_000:
		return stats.Count(n)
	case n < 999_500:
		return strconv.FormatInt((n+500)/1000, 10) + "k"
	default:
		return strconv.FormatFloat(float64(n)/1e6, 'f', places(float64(n)/1e6, 2), 64) + "M"
	}
}

func pad(s string, width int) string {
	return s + strings.Repeat(" ", max(width-utf8.RuneCountInString(s), 0))
}

// cut shortens s to width characters.
func cut(s string, width int) string {
	if utf8.RuneCountInString(s) <= width {
		return s
	}
	return string(slices.Concat([]rune(s)[:width-1], []rune("…")))
}

// wrap writes text in lines of at most width characters, first before the first one
// and as much space before the others.
func wrap(b *strings.Builder, text, first string, width int) {
	indent := min(utf8.RuneCountInString(first), width/2)
	b.WriteString(first)
	at := utf8.RuneCountInString(first)
	fresh := true
	for _, word := range strings.Fields(text) {
		n := utf8.RuneCountInString(word)
		switch {
		case fresh:
		case at+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			at = indent
		default:
			b.WriteString(" ")
			at++
		}
		b.WriteString(word)
		at += n
		fresh = false
	}
	b.WriteString("\n")
}
