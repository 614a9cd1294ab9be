package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"strings"
	"sync"
	"syscall"

	"crawl/pipeline/stats"

	"github.com/lmittmann/tint"
)

// console is all that a command says besides its data: on stderr, in plain
// sentences or, with --log-format json, as records. It may be used by many
// goroutines.
type console struct {
	out      target
	terminal bool
	color    bool
	quiet    bool // errors only
	records  bool // everything is a JSON record
	log      *slog.Logger
}

// target is a Writer that can be replaced while it is written to: by the progress
// bar, which keeps other output above itself.
type target struct {
	mu sync.Mutex // guards w
	w  io.Writer
}

func (t *target) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.w.Write(p)
}

func (t *target) set(w io.Writer) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.w = w
}

// newConsole says things plainly until configure.
func newConsole(p process) *console {
	noColor, _ := p.env("NO_COLOR") // https://no-color.org: any value but the empty one
	return &console{
		out:      target{w: p.stderr},
		terminal: p.terminal,
		color:    p.terminal && noColor == "",
		log:      slog.New(slog.DiscardHandler),
	}
}

// configure makes the console what the flags ask for.
func (c *console) configure(quiet, verbose bool, format string) {
	c.quiet = quiet
	c.records = format == "json"
	level := slog.LevelInfo
	switch {
	case quiet:
		level = slog.LevelError
	case verbose:
		level = slog.LevelDebug
	}
	options := &slog.HandlerOptions{Level: level, ReplaceAttr: printable}
	var handler slog.Handler = slog.NewTextHandler(&c.out, options)
	switch {
	case c.records:
		handler = slog.NewJSONHandler(&c.out, options)
	case c.terminal:
		handler = tint.NewTextHandler(&c.out, &tint.Options{
			Level:       level,
			ReplaceAttr: printable,
			TimeFormat:  "15:04:05.000",
			NoColor:     !c.color,
		})
	}
	c.log = slog.New(handler)
}

// printable keeps what foreign texts hold from the terminal.
func printable(_ []string, a slog.Attr) slog.Attr {
	if a.Value.Kind() == slog.KindString {
		a.Value = slog.StringValue(stats.Printable(a.Value.String()))
	}
	return a
}

// say tells something worth knowing, in one line.
func (c *console) say(format string, args ...any) {
	c.tell(slog.LevelInfo, fmt.Sprintf(format, args...))
}

// fail tells an error in one line, also to those who want quiet.
func (c *console) fail(err error) {
	c.tell(slog.LevelError, err.Error())
}

func (c *console) tell(level slog.Level, text string) {
	switch {
	case c.records:
		c.log.Log(context.Background(), level, text)
	case !c.quiet || level >= slog.LevelError:
		// Nothing can be done about an error: this is where it would be told.
		_, _ = fmt.Fprintln(&c.out, "crawl: "+stats.Printable(strings.TrimSpace(text)))
	}
}

// plain writes a line as it is.
func (c *console) plain(text string) {
	// Nothing can be done about an error: this is where it would be told.
	_, _ = fmt.Fprintln(&c.out, stats.Printable(text))
}

// end tells the error that ended the command, if it did, and returns the exit code.
func (c *console) end(err error) int {
	code := exitCode(err)
	e, ok := errors.AsType[*exitError](err)
	if err == nil || ok && e.err == nil {
		return code
	}
	c.fail(err)
	if ok && e.hint && !c.records {
		_, _ = fmt.Fprintln(&c.out, "run 'crawl --help' for usage")
	}
	return code
}

// isGone reports whether err says that whoever read the output has gone, which is
// his business.
func isGone(err error) bool { return errors.Is(err, syscall.EPIPE) || errors.Is(err, os.ErrClosed) }
