package progress

import (
	"io"
	"strings"

	"github.com/rivo/uniseg"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar shows states on one line of a terminal, over and over. The library draws
// each frame to nowhere, and the frame is then written here, in one piece: the
// library would sync every write to an *os.File.
type bar struct {
	out   io.Writer
	bar   *progressbar.ProgressBar // for a known total
	spin  *progressbar.ProgressBar // for an unknown one
	frame string                   // on the screen now
}

const (
	// whole is where the library's bar ends. It counts parts of the whole instead
	// of items, since it can bear neither an empty total nor one that was too low,
	// and cannot go on once it was full.
	whole     = 1000
	barWidth  = 10
	barFrame  = 20 // columns of a line beside its text: percentage, bar and blanks
	clearLine = "\r\x1b[2K"

	usualColumns = 80 // when out cannot tell
)

func newBar(out io.Writer, color bool) *bar {
	theme := progressbar.Theme{Saucer: "█", SaucerPadding: "░"}
	if color {
		theme.BarStart, theme.BarEnd = "\x1b[32m", "\x1b[0m" // green
	}
	draw := func(max int64) *progressbar.ProgressBar {
		return progressbar.NewOptions64(max,
			progressbar.OptionSetWriter(io.Discard),
			progressbar.OptionSetTheme(theme),
			progressbar.OptionSetWidth(barWidth),
			progressbar.OptionUseANSICodes(true),
			progressbar.OptionShowDescriptionAtLineEnd(),
			progressbar.OptionSetPredictTime(false), // the text has it
			progressbar.OptionSetElapsedTime(false),
			progressbar.OptionSpinnerType(14),
			progressbar.OptionSetSpinnerChangeInterval(0), // else a goroutine turns it
		)
	}
	return &bar{out: out, bar: draw(whole), spin: draw(-1)}
}

// draw never fills the bar, even when more is done than was thought there was.
func (b *bar) draw(s State) {
	if s.Total > 0 {
		part := float64(s.Done) / float64(s.Total) * whole
		b.fill(min(int64(part), whole-1), s)
		return
	}
	b.spin.Describe(b.text(s))
	b.write(b.spin.String())
}

func (b *bar) last(s State) {
	if s.Total > 0 && s.Done >= s.Total {
		b.fill(whole, s)
	} else {
		b.draw(s)
	}
	b.write("\n")
	b.frame = ""
}

func (b *bar) fill(part int64, s State) {
	b.bar.Describe(b.text(s))
	_ = b.bar.Set64(part) // errors are for what part cannot be, and for writing to nowhere
	b.write(b.bar.String())
}

// write drops errors, since this is where they would be told.
func (b *bar) write(frame string) {
	b.frame = frame
	_, _ = io.WriteString(b.out, frame)
}

// above puts text where the bar is, and the bar below it.
func (b *bar) above(text []byte) (int, error) {
	if b.frame == "" {
		return b.out.Write(text)
	}
	if _, err := io.WriteString(b.out, clearLine+string(text)+b.frame); err != nil {
		return 0, err
	}
	return len(text), nil
}

// text is as many facts as fit on the line: a line that wraps could not be redrawn.
func (b *bar) text(s State) string {
	room := columns(b.out) - barFrame
	list := facts(s, "")
	for n := len(list); n > 0; n-- {
		if text := strings.Join(list[:n], ", "); uniseg.StringWidth(text) <= room {
			return text
		}
	}
	return ""
}

func columns(out io.Writer) int {
	if f, ok := out.(interface{ Fd() uintptr }); ok {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return usualColumns
}
