package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync/atomic"

	"crawl/pipeline/compare"
	"crawl/pipeline/progress"

	"github.com/spf13/cobra"
)

func newCompare(p process, c *console) *cobra.Command {
	f := defaultCompareFlags()
	cmd := &cobra.Command{
		Use:   "compare [flags] [INPUT...]",
		Short: "What does concurrency gain, on your own work?",
		Long: `Do the same work in every way there is, one at a time and several times over, and
say in plain words what concurrency gains on it, how wide to go, and why.

INPUT is a list of URLs or a URL, as for crawl itself, or with --files a file, a
folder or a pattern. Without one, and without --cpu, the work is built in: a site of
its own, files, computing, and updates that get lost. That takes under two minutes
and no network.

The ways are blocking, threads, processes, pool and async, the same with a single
processor, and Python's own, which are compared with each other only. Each is measured
in a fresh process. There is no verdict, and the exit code is 3, when ways differ in
what they get, when something fails, or when measuring the same twice gives different
results.`,
		Example: `  crawl compare                                       the built-in work
  crawl compare urls.txt -c 1,2,4,8 --report gain.html
  crawl compare --files photos --step resize=800x600
  crawl compare --files logs --step copy -o /mnt/disk
  crawl compare --cpu --rounds 20 --bench cpu.txt`,
		Args:                  cobra.ArbitraryArgs,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := f.settle(cmd.Flags(), p.env); err != nil {
				return err
			}
			if cmd.Flags().Changed("step") && !f.files && (f.cpu || len(args) > 0) {
				return usageError("--step is for files: give --files, too")
			}
			if err := f.check(args); err != nil {
				return err
			}
			c.configure(f.quiet, f.verbose, f.logFormat.word)
			return (&comparing{process: p, console: c, flags: f, given: argumentsOf("compare", p.args)}).compare(cmd.Context(), args)
		},
	}
	f.define(cmd.Flags())
	return cmd
}

// argumentsOf are those of a command: what stands behind its name.
func argumentsOf(command string, args []string) []string {
	return slices.Clone(args[slices.Index(args, command)+1:])
}

// comparing is a comparison under way.
type comparing struct {
	process
	console *console
	flags   *compareFlags
	given   []string // the arguments as they were typed, for children
	python  *python
	body    []byte    // to send with each request
	raw     io.Writer // nil when samples are not wanted one by one
	at      atomic.Pointer[compare.Progress]

	results []*compare.Result
}

func (c *comparing) compare(ctx context.Context, args []string) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	ctx, stop := watchSignals(ctx, c.process, cancel)
	defer stop.close()
	if c.body, err = c.flags.asking.read(c.process, stop.drain); err != nil {
		return stopped(stop, err)
	}
	for _, name := range []string{c.flags.page, c.flags.bench} { // minutes before they are written
		if err := checkFolderOf(name); err != nil {
			return err
		}
	}
	if c.flags.raw != "" {
		file, err := os.Create(c.flags.raw)
		if err != nil {
			return outputError("cannot write %s: %w", c.flags.raw, bare(err))
		}
		defer func() { err = cmp.Or(err, diskError("", file.Close())) }()
		c.raw = file
	}
	if c.python, err = openPython(ctx, c.process, c.flags); err != nil {
		return stopped(stop, err)
	}
	defer c.python.close() // a temporary file

	switch {
	case c.flags.files:
		err = c.onFiles(ctx, args)
	case c.flags.cpu:
		err = c.onCPU(ctx, c.flags.spend(0))
	case len(args) > 0:
		err = c.onURLs(ctx, args)
	default:
		err = c.onLab(ctx)
	}
	// What was measured is told whatever ended it.
	err = cmp.Or(c.write(context.WithoutCancel(ctx)), stopped(stop, err))
	if err == nil && slices.ContainsFunc(c.results, func(r *compare.Result) bool { return !r.Verdict.Given }) {
		err = ended(exitSome)
	}
	return err
}

// stopped is the error of a command that ended with err: a signal that came is the
// reason.
func stopped(stop *stopper, err error) error {
	if s := stop.signal(); s != nil {
		return ended(signalCode(s))
	}
	return err
}

// measure carries out a plan, tells what came of it, and keeps that.
func (c *comparing) measure(ctx context.Context, plan compare.Plan, o compare.Options, notes ...string) (*compare.Result, error) {
	plan.Rounds = cmp.Or(c.flags.rounds.n, plan.Rounds)
	plan.Seed = uint64(c.flags.seed.n)
	o.Environment.Version = version()
	c.python.environment(&o.Environment)
	o.Raw = c.raw
	o.Progress = func(p compare.Progress) {
		c.at.Store(&p)
		if p.Row != "" {
			c.console.log.Debug("measuring", "row", p.Row, "block", p.Block, "of", p.Blocks)
		}
	}
	c.at.Store(&compare.Progress{})
	shown := c.flags.showProgress(c.process, c.console, c.progress)
	r, err := compare.Run(ctx, plan, o)
	shown()
	if e, ok := errors.AsType[*compare.PlanError](err); ok {
		return nil, usageError("%w", e)
	}
	r.Notes = append(r.Notes, notes...)
	for i := range r.Plan.Rows {
		r.Plan.Rows[i].Data = nil // is the same for all, and may hold what is secret
	}
	c.results = append(c.results, r)
	if e := ctx.Err(); err != nil && e == nil {
		err = outputError("%w", err) // there is nothing else that Run may fail in
	}
	return r, err
}

// progress is how far a plan is.
func (c *comparing) progress() progress.State {
	p := c.at.Load()
	return progress.State{Done: int64(p.Done), Total: int64(p.Total), Note: p.Row}
}

// ways are the rows of crawl's own modes: the blocking one twice, the second of which
// has to come out as the first, and the others. All of these are measured at width all,
// the modes that sweep at every width.
func (f *compareFlags) ways(job string, data []byte, widths widths, all int) []compare.Row {
	base := compare.Row{Name: "blocking", Mode: "blocking", Width: 1, Job: job, Data: data}
	twin := base
	twin.Name, twin.Twin = "blocking again", true
	rows := []compare.Row{base, twin}
	for _, m := range f.chosen() {
		for _, w := range widths {
			if w == all || f.sweeps(m) {
				rows = append(rows, compare.Row{Name: fmt.Sprint(m, " ", w), Mode: string(m), Width: w, Job: job, Data: data})
			}
		}
	}
	if !f.gil {
		return rows
	}
	for _, m := range f.chosen() {
		if m != "processes" { // each of which has a processor of its own
			rows = append(rows, compare.Row{Name: fmt.Sprint(m, " ", all, " gil"), Mode: string(m), Width: all, GIL: true, Job: job, Data: data})
		}
	}
	return rows
}
