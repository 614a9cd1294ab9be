package main

import (
	"encoding/json"
	"os"

	"crawl/pipeline/progress"
	"crawl/pipeline/stats"

	"github.com/spf13/pflag"
)

// reporting are the flags that say how a run is told of, the same for every command
// that works through many items.
type reporting struct {
	quiet, verbose bool
	logFormat      choice
	noProgress     bool
	json           bool
	failOn         threshold
	items          string // what is worked through
}

func defaultReporting(items string) reporting {
	return reporting{logFormat: choice{"text", []string{"text", "json"}}, items: items}
}

func (r *reporting) define(fs *pflag.FlagSet) {
	r.defineTelling(fs)
	fs.Var(&r.failOn, "fail-on", `exit with 3 when `+r.items+` fail: "never", "any", or more than "N%"`)
}

// defineTelling leaves out what only commands have whose items may fail one by one.
func (r *reporting) defineTelling(fs *pflag.FlagSet) {
	fs.BoolVarP(&r.quiet, "quiet", "q", false, "say nothing but errors")
	fs.BoolVarP(&r.verbose, "verbose", "v", false, "say what becomes of each of the "+r.items)
	fs.Var(&r.logFormat, "log-format", "what stderr speaks")
	fs.BoolVar(&r.noProgress, "no-progress", false, "show no progress")
	fs.BoolVar(&r.json, "json", false, "print the summary as JSON to stdout")
}

func (r *reporting) check() error {
	if r.quiet && r.verbose {
		return usageError("-q and -v exclude each other")
	}
	return nil
}

// showProgress shows how far the run is until stop: a bar on a terminal, a line
// every few seconds elsewhere.
func (r *reporting) showProgress(p process, c *console, state func() progress.State) (stop func()) {
	if r.quiet || r.noProgress || c.records {
		return func() {}
	}
	shown := progress.Start(progress.Options{
		Out:      p.stderr,
		Terminal: c.terminal,
		Color:    c.color,
		State:    state,
	})
	c.out.set(shown)
	return func() {
		shown.Stop()
		c.out.set(p.stderr)
	}
}

// ending is how a run came out.
type ending struct {
	stats  stats.Snapshot
	widths *adaptive // nil when the width was given
	signal os.Signal // that stopped it; nil: it came to its end
	code   int
	links  *linkCounts // nil unless links were followed
}

// linkCounts is what came of following links.
type linkCounts struct {
	queued  int64            // that wait for the next run
	refused map[string]int64 // links, by rule
	listed  stats.Snapshot   // of the listed URLs alone
}

// conclude fills in the exit code of a run that err has not ended early, and returns
// the error of the command.
func (r *reporting) conclude(e *ending, err error) error {
	e.code = exitCode(err)
	if err != nil {
		return err
	}
	judged := e.stats
	if e.links != nil {
		judged = e.links.listed
	}
	e.code = r.failOn.code(judged)
	return ended(e.code)
}

// summary is what --json prints.
type summary struct {
	Dir         string `json:"dir"`
	Run         string `json:"run"`
	ExitCode    int    `json:"exit_code"`
	Interrupted bool   `json:"interrupted"`
	stats.Snapshot
	Queued    *int64           `json:"queued,omitempty"`       // for the next run, when links are followed
	Refused   map[string]int64 `json:"not_followed,omitempty"` // links, by the rule against them
	Width     *widthRange      `json:"width,omitempty"`        // of all that was in flight, with -c auto
	HostWidth *widthRange      `json:"host_width,omitempty"`   // of single hosts, when one has moved
}

// printJSON prints what machines want to know, on stdout.
func printJSON(p process, v any) error {
	enc := json.NewEncoder(p.stdout)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil && !isGone(err) {
		return outputError("write the summary: %w", err)
	}
	return nil
}
