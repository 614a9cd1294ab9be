package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"crawl/fetch/crawl"
	"crawl/fetch/frontier"
	"crawl/fetch/frontier/disk"
	"crawl/fetch/manifest"
	"crawl/fetch/scope"
	"crawl/fetch/urls"
	"crawl/files"
	"crawl/pipeline/stats"

	"github.com/spf13/cobra"
)

func newWhy(p process, c *console) *cobra.Command {
	return &cobra.Command{
		Use:   "why DIR URL",
		Short: "Say what became of a URL, and why",
		Long: `Say what a crawl into DIR has made of URL: its outcome and the reason, how it was
found, from what was listed on, and where it was stored. Of a URL that has no
record it says whether it waits, or by which rule no link to it is followed.`,
		Example:               "  crawl why crawl-out https://example.com/private/",
		DisableFlagsInUseLine: true,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 {
				return usageError("why wants a folder and a URL, and was given %d arguments", len(args))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			ctx, cancel := context.WithCancel(cmd.Context())
			defer cancel()
			ctx, stop := watchSignals(ctx, p, cancel)
			defer stop.close()
			err := why(ctx, p, args[0], args[1])
			if s := stop.signal(); s != nil {
				return ended(signalCode(s))
			}
			return err
		},
	}
}

func why(ctx context.Context, p process, dir, url string) error {
	u, err := urls.Parse(url)
	if err != nil {
		return inputError("%w", err)
	}
	past, err := openPast(ctx, dir, crawl.Name(u.String()))
	if err != nil {
		return err
	}
	defer past.close()
	out := bufio.NewWriter(p.stdout)
	x := explanation{past: past, out: out, url: u}
	if err := x.tell(ctx); err != nil {
		return diskError(dir, err)
	}
	if err := out.Flush(); err != nil && !isGone(err) {
		return outputError("write the explanation: %w", err)
	}
	return nil
}

// past is what a folder tells of a crawl. It is only read.
type past struct {
	dir      string
	eng      files.Engine
	records  *manifest.Index
	settings *settings      // nil: no links were followed
	waiting  *disk.Glance   // nil: nothing waits, or nobody can tell
	busy     bool           // somebody crawls there
	through  *manifest.Line // the record of a URL that led to the one in question
	scope    *scope.Scope   // as far as the records tell
}

// openPast opens a folder, and looks for what redirects led to a URL.
func openPast(ctx context.Context, dir, name string) (_ *past, err error) {
	if _, err := os.Stat(filepath.Join(dir, manifest.Name)); err != nil {
		return nil, inputError("%s holds no crawl: no %s there", dir, manifest.Name)
	}
	p := &past{dir: dir}
	if p.eng, err = openFolder(dir); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			p.close()
			err = diskError(dir, err)
		}
	}()
	if p.settings, err = readSettings(ctx, p.eng); err != nil {
		return nil, err
	}
	if p.settings != nil {
		rules, err := p.settings.rules()
		if err != nil {
			return nil, err
		}
		if p.scope, err = rules.newScope(); err != nil {
			return nil, err
		}
	}
	if p.records, err = manifest.OpenIndex(ctx, p.eng, func(line *manifest.Line) string { return p.index(line, name) }); err != nil {
		return nil, err
	}
	if p.settings == nil {
		return p, nil
	}
	p.waiting, err = disk.Look(filepath.Join(dir, filepath.FromSlash(frontierName)))
	if err != nil { // in use, or gone: the records are what there is
		p.waiting, p.busy, err = nil, true, nil
	}
	return p, nil
}

// index is the URL that a record is found by.
func (p *past) index(line *manifest.Line, name string) string {
	if p.scope != nil {
		remembering(p.scope, line)
	}
	for _, url := range crawl.Visited(line)[1:] {
		if url, _, _ = strings.Cut(url, "#"); url == name {
			kept := *line
			p.through = &kept
		}
	}
	if line.Outcome == manifest.Duplicate && line.FinalURL == "" {
		return "" // of a line of a list: another has the record
	}
	return line.URL
}

func (p *past) close() {
	if p.waiting != nil {
		_ = p.waiting.Close() // only read
	}
	if p.records != nil {
		_ = p.records.Close()
	}
	_ = p.eng.Close()
}

// explanation tells what became of one URL.
type explanation struct {
	*past
	out *bufio.Writer // whose errors are for Flush
	url urls.URL
}

func (x *explanation) tell(ctx context.Context) error {
	name := crawl.Name(x.url.String())
	x.say("%s", name)
	line, err := x.records.Find(name)
	if err != nil {
		return err
	}
	if line == nil && x.through != nil {
		line = x.through
		x.say("has the record of %s, which redirects to it:", line.URL)
	}
	if line != nil {
		x.record(line)
		return x.origin(ctx, line.Depth, line.Parent, line.Input, line.Line)
	}
	if x.waiting != nil {
		e, verdict, err := x.waiting.Find(name)
		if err != nil {
			return err
		}
		if verdict == frontier.Known {
			x.say("queued: it waits to be fetched; the same command as before goes on")
			return x.origin(ctx, int(e.Depth), e.Parent, "", e.Line)
		}
	}
	x.unknown()
	return nil
}

func (x *explanation) say(format string, args ...any) {
	_, _ = fmt.Fprintln(x.out, stats.Printable(fmt.Sprintf(format, args...)))
}

// record says what a record says.
func (x *explanation) record(line *manifest.Line) {
	text := string(line.Outcome)
	if line.ErrorClass != "" {
		text += " (" + line.ErrorClass + ")"
	}
	if line.Reason != "" {
		text += ": " + line.Reason
	}
	x.say("%s", text)
	for i, hop := range line.Redirects {
		to := line.FinalURL
		if i+1 < len(line.Redirects) {
			to = line.Redirects[i+1].URL
		}
		x.say("redirected with status %d from %s to %s", hop.Status, hop.URL, to)
	}
	if line.Attempts > 0 {
		status := ""
		if line.Status > 0 {
			status = fmt.Sprintf("; status %d", line.Status)
		}
		x.say("asked for at %s, attempt %d%s", line.Started.UTC().Format(time.RFC3339), line.Attempts, status)
	}
	for _, place := range []string{line.Path, line.WARC.Path, line.JSONL.Path} {
		if place != "" {
			x.say("stored in %s, %s", place, stats.Bytes(line.Bytes))
		}
	}
	if line.Robots != "" {
		x.say("asks of crawlers: %s", line.Robots)
	}
	if line.Canonical != "" {
		x.say("calls itself %s", line.Canonical)
	}
}

// most is how many links of a chain are shown.
const most = 50

// origin says how a URL was found, back to what was listed.
func (x *explanation) origin(_ context.Context, depth int, parent, input string, number int64) error {
	for range most {
		if parent == "" {
			break
		}
		line, err := x.records.Find(parent)
		if err != nil {
			return err
		}
		if line == nil { // a robots.txt has no record
			x.say("named by %s", parent)
			return nil
		}
		x.say("found on %s (depth %d, %s)", parent, line.Depth, line.Outcome)
		depth, parent, input, number = line.Depth, line.Parent, line.Input, line.Line
	}
	switch {
	case depth > 0:
		x.say("and so on")
	case number > 0 && input != "":
		x.say("which is line %d of %s", number, input)
	default:
		x.say("which was listed")
	}
	return nil
}

// unknown says why a URL has no record and does not wait.
func (x *explanation) unknown() {
	if x.settings == nil {
		x.say("unknown: it was not listed, and links were not followed")
		return
	}
	rules := *x.settings
	if why, ok := x.scope.Check(scope.Link{URL: x.url, Depth: 1}); !ok {
		x.say("not followed: by the rule %s", why)
		x.say("settings: %s", rules.String())
		return
	}
	x.say("unknown: no page that was fetched links to it, but for those at the depth of %d, whose links are not followed", rules.Depth)
	if x.busy {
		x.say("it may be queued: that can't be told while somebody crawls into %s", x.dir)
	}
}
