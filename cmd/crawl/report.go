package main

import (
	"cmp"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"crawl/fetch/manifest"
	"crawl/fetch/sink/dir"
	"crawl/fetch/sink/jsonl"
	"crawl/fetch/sink/warc"
	"crawl/pipeline/stats"
)

// report tells people, on stderr.
func (a *app) report(e ending) {
	snap, dir := e.stats, a.flags.output
	switch {
	case a.console.records:
		a.console.log.Info("done", "urls", snap.Total, "earlier", snap.Earlier, "failed", snap.Failed(),
			"bytes", snap.Bytes, "elapsed_s", snap.Elapsed, "interrupted", e.signal != nil, "dir", dir, e.widths.record())
	case a.console.quiet, e.code == exitUsage && snap.Total == snap.Earlier: // it never began
	case snap.Total == 0:
		if e.code == exitOK {
			a.console.say("nothing to do: no URL was listed")
		}
	case e.signal == nil && snap.Total == snap.Earlier && e.code != exitOutput && e.code != exitUsage && e.code != exitLimit:
		a.console.say("nothing to do: all %s URLs are recorded in %s%s (--fresh starts over)", stats.Count(snap.Total), dir, earlierFailures(snap))
	default:
		// Nothing can be done about an error: this is where it would be told.
		_ = stats.WriteSummary(&a.console.out, snap, "URLs")
		for _, text := range e.links.lines() {
			a.console.plain(text)
		}
		if text := e.widths.String(); text != "" {
			a.console.plain(text)
		}
		a.console.plain(a.places())
	}
	switch {
	case e.signal != nil:
		a.console.say("interrupted: resume with the same command")
	case e.code == exitLimit:
		a.console.say("stopped: --max-pages are stored; a higher number goes on")
	}
}

// lines say which links were not followed, most frequent rule first, and what is left.
func (l *linkCounts) lines() (parts []string) {
	if l == nil {
		return nil
	}
	if len(l.refused) > 0 {
		rules := slices.SortedFunc(maps.Keys(l.refused), func(a, b string) int {
			return cmp.Or(cmp.Compare(l.refused[b], l.refused[a]), cmp.Compare(a, b))
		})
		for i, rule := range rules {
			rules[i] = stats.Count(l.refused[rule]) + " by " + rule
		}
		parts = append(parts, "links not followed: "+strings.Join(rules, ", "))
	}
	if l.queued > 0 {
		parts = append(parts, stats.Count(l.queued)+" URLs wait for the next run")
	}
	return parts
}

// earlierFailures says why a run that had nothing to do ends as a failed one.
func earlierFailures(snap stats.Snapshot) string {
	if snap.Failed() == 0 {
		return ""
	}
	return fmt.Sprintf("; %s of %s failed, which --failed-out lists", stats.Count(snap.Failed()), stats.Count(snap.Total))
}

// places says where to find what was kept.
func (a *app) places() string {
	f := a.flags
	text := ""
	for _, place := range []struct {
		kept         bool
		what, folder string
	}{
		{f.keepsBodies(), "bodies", dir.Bodies},
		{f.keepsPages(), "pages", jsonl.Folder},
		{f.keepsExchanges(), "archives", warc.Folder},
		{true, "records", manifest.Name},
	} {
		if place.kept {
			text += ", " + place.what + " in " + filepath.Join(f.output, place.folder)
		}
	}
	return strings.TrimPrefix(text, ", ")
}

// summary is the summary for machines (--json).
func (a *app) summary(e ending) summary {
	s := summary{
		Dir:         a.flags.output,
		Run:         a.run,
		ExitCode:    e.code,
		Interrupted: e.signal != nil,
		Snapshot:    e.stats,
	}
	if e.links != nil {
		s.Queued, s.Refused = &e.links.queued, e.links.refused
	}
	if e.widths != nil {
		s.Width, s.HostWidth = e.widths.ranges()
	}
	return s
}
