package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"crawl/fetch/manifest"
	"crawl/pipeline/progress"
	"crawl/pipeline/stats"
)

// ending is how a run came out.
type ending struct {
	stats  stats.Snapshot
	signal os.Signal // that stopped it; nil: it came to its end
	code   int
}

// report tells people, on stderr.
func (a *app) report(e ending) {
	snap, dir := e.stats, a.flags.output
	switch {
	case a.console.records:
		a.console.log.Info("done", "urls", snap.Total, "earlier", snap.Earlier, "failed", snap.Failed(),
			"bytes", snap.Bytes, "elapsed_s", snap.Elapsed, "interrupted", e.signal != nil, "dir", dir)
	case a.console.quiet:
	case snap.Total == 0:
		if e.code == exitOK {
			a.console.say("nothing to do: no URL was listed")
		}
	case e.signal == nil && snap.Total == snap.Earlier && e.code != exitOutput && e.code != exitUsage:
		a.console.say("nothing to do: all %s URLs are recorded in %s%s (--fresh starts over)", stats.Count(snap.Total), dir, earlierFailures(snap))
	default:
		// Nothing can be done about an error: this is where it would be told.
		_ = stats.WriteSummary(&a.console.out, snap, "URLs")
		a.console.plain(a.places())
	}
	if e.signal != nil {
		a.console.say("interrupted: resume with the same command")
	}
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
	records := filepath.Join(a.flags.output, manifest.Name)
	if a.flags.format.word == "none" {
		return "records in " + records
	}
	return "bodies in " + filepath.Join(a.flags.output, "bodies") + ", records in " + records
}

// summary is what --json prints.
type summary struct {
	Dir         string `json:"dir"`
	Run         string `json:"run"`
	ExitCode    int    `json:"exit_code"`
	Interrupted bool   `json:"interrupted"`
	stats.Snapshot
}

// printJSON prints the summary for machines, on stdout.
func (a *app) printJSON(e ending) error {
	enc := json.NewEncoder(a.process.stdout)
	enc.SetEscapeHTML(false)
	err := enc.Encode(summary{
		Dir:         a.flags.output,
		Run:         a.run,
		ExitCode:    e.code,
		Interrupted: e.signal != nil,
		Snapshot:    e.stats,
	})
	if isGone(err) {
		return nil
	}
	return err
}

// showProgress shows how far the run is until stop: a bar on a terminal, a line
// every few seconds elsewhere.
func (a *app) showProgress(state func() progress.State) (stop func()) {
	if a.flags.quiet || a.flags.noProgress || a.console.records {
		return func() {}
	}
	p := progress.Start(progress.Options{
		Out:      a.process.stderr,
		Terminal: a.console.terminal,
		Color:    a.console.color,
		State:    state,
	})
	a.console.out.set(p)
	return func() {
		p.Stop()
		a.console.out.set(a.process.stderr)
	}
}
