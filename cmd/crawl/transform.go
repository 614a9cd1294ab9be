package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"

	"crawl/files/batch"
	"crawl/files/transform"
	"crawl/files/transform/steps"
	"crawl/pipeline/progress"
	"crawl/pipeline/stats"

	"github.com/spf13/cobra"
)

func newTransform(p process, c *console) *cobra.Command {
	f := defaultTransformFlags()
	cmd := &cobra.Command{
		Use:   "transform [flags] STEP[,STEP...] PATH...",
		Short: "Transform files, many at once",
		Long:  transformHelp(),
		Example: `  crawl transform gzip logs -o packed
  crawl transform gunzip,utf8,zstd=9 'mails/**/*.txt.gz' -o mails-zst
  crawl transform html-to-markdown crawl-out -o markdown     what a crawl has fetched
  find . -name '*.jpg' -print0 | crawl transform -0 resize=800x600 - -o small
  crawl transform sha256 photos -o sums && sha256sum -c sums/SHA256SUMS`,
		Args:                  cobra.ArbitraryArgs,
		DisableFlagsInUseLine: true,
		RunE: func(cmd *cobra.Command, args []string) error {
			if err := settle(cmd.Flags(), p.env, "transform"); err != nil {
				return err
			}
			if err := f.check(args); err != nil {
				return err
			}
			chain, err := steps.Parse(args[0])
			if err != nil {
				return stepError(err)
			}
			c.configure(f.quiet, f.verbose, f.logFormat.word)
			t := &transforming{process: p, console: c, flags: f, chain: chain, run: newRunID(), underWay: underWay{items: "files", stats: stats.New()}}
			return t.transform(cmd.Context(), args[1:])
		},
	}
	f.define(cmd.Flags())
	return cmd
}

// transformHelp lists the steps there are.
func transformHelp() string {
	var b strings.Builder
	b.WriteString(`Carry every file of each PATH through the steps, and write the results below DIR in
folders as they were. A PATH is a file, a folder, a pattern in quotes such as
'logs/**/*.log', the folder of a crawl, or - for a list of names on standard input.

Each result appears whole or not at all. The same command goes on where it was
stopped, and leaves out what has not changed since; DIR/manifest.jsonl says what
became of each file. SIGUSR1 has it tell which files are in flight.

Steps:
`)
	for _, s := range steps.All() {
		usage := s.Usage()
		if len(usage) > 26 { // what it is stands below
			usage += "\n  " + strings.Repeat(" ", 26)
		}
		fmt.Fprintf(&b, "  %-26s %s\n", usage, s.Help)
	}
	return b.String()
}

// stepError says what is wrong with the steps, and what there is instead.
func stepError(err error) error {
	e, ok := errors.AsType[*transform.ParseError](err)
	if !ok {
		return usageError("%w", err)
	}
	var names []string
	for _, s := range steps.All() {
		names = append(names, s.Name)
	}
	name, _, _ := strings.Cut(strings.ReplaceAll(e.Step, ":", "="), "=")
	if near := nearest(name, names); near != "" && near != name {
		return usageError("%w: did you mean %s?", err, near)
	}
	return usageError("%w", err)
}

// transforming is a transform under way.
type transforming struct {
	process
	underWay
	console *console
	flags   *transformFlags
	chain   transform.Chain
	run     string // the name of this run in its records
	stop    *stopper
	paths   *paths
	survey  *batch.Survey
	output  *results
}

// transform finds out what there is to do, what the user may have got wrong first,
// and then does it.
func (t *transforming) transform(ctx context.Context, args []string) (err error) {
	ctx, t.stop = watchSignals(ctx, t.process, func() {
		t.console.say("stopping when the files in flight are done; Ctrl-C again to stop now")
	})
	defer t.stop.close()
	if !t.flags.dryRun { // which waits for no file
		widen(t.flags.cpu())
	}
	t.relax()

	if t.paths, err = openPaths(args, t.process.stdin, t.flags); err != nil {
		return err
	}
	defer t.paths.close()
	if err := t.look(ctx); err != nil {
		return t.stopped(err)
	}
	if t.flags.dryRun {
		return t.reportPlan()
	}
	if t.output, err = openResults(ctx, t.flags, t.chain); err != nil {
		return t.stopped(err)
	}
	err = t.work(ctx)
	return t.finish(context.WithoutCancel(ctx), err)
}

// reportPlan says how much there is to do (--dry-run).
func (t *transforming) reportPlan() error {
	if t.flags.json {
		return printJSON(t.process, map[string]int64{"files": t.survey.Files, "bytes": t.survey.Bytes})
	}
	t.console.say("%s files, %s: nothing was written (--dry-run)", stats.Count(t.survey.Files), stats.Bytes(t.survey.Bytes))
	return nil
}

// widen lets system calls that wait for a disk overlap: with as few processors as
// there are cores, Go has about four of them going at a time however many goroutines
// wait (measured: 2.4 times on small files that are not cached). What computes is
// bounded by its own limit.
func widen(cpu int) {
	if runtime.GOMAXPROCS(0) < 16 {
		runtime.GOMAXPROCS(max(16, cpu))
	}
}

// relax lets more garbage gather than usual before it is collected, where the steps keep
// no memory to speak of: what lives is then a few blocks for each file in flight.
func (t *transforming) relax() {
	if _, set := t.process.env("GOGC"); !set && t.chain.Memory() <= lightMemory {
		debug.SetGCPercent(300)
	}
}

// lightMemory is what steps hold that are given blocks of a file, and no more.
const lightMemory = 8 << 20

// look goes through the inputs before anything is written.
func (t *transforming) look(ctx context.Context) error {
	if !t.chain.Writes() && !t.flags.dryRun { // so there are no outputs to be the same
		t.survey = &batch.Survey{}
		return nil
	}
	survey, err := batch.Look(ctx, t.paths.source, t.chain)
	if err != nil {
		return err
	}
	t.survey = survey
	if len(survey.Conflicts) == 0 {
		return nil
	}
	first := survey.Conflicts[0]
	for _, c := range survey.Conflicts[1:] {
		t.console.say("%s and %s would both become %s", c.Inputs[0], c.Inputs[1], c.Output)
	}
	return inputError("%s and %s would both become %s: nothing was written", first.Inputs[0], first.Inputs[1], first.Output)
}

func (t *transforming) work(ctx context.Context) error {
	src, err := t.paths.source(ctx)
	if err != nil {
		return err
	}
	b := &batch.Batch{
		Source:  t.survey.Once(src),
		Chain:   t.chain,
		Output:  t.output.eng,
		Journal: t.output.journal,
		Sums:    t.output.sums,
		Stats:   t.stats,
		Earlier: t.output.earlier,
		Workers: t.fit(openFiles()),
		Usage:   t.flags.usage(),
		Watch:   watch(&t.underWay, "transform", func(it batch.Item) string { return it.Shown }),
		CPU:     t.flags.cpu(),
		MaxSize: int64(t.flags.maxSize),
		RunID:   t.run,
		Log:     t.console.log,
	}
	shown := t.flags.showProgress(t.process, t.console, t.progress)
	defer shown()
	defer t.answers(t.asks, t.console)()
	return b.Run(ctx, t.stop.drain)
}

// fit lowers the concurrency to what limit open files allow, and says so.
func (t *transforming) fit(limit int) int {
	want := t.flags.workers()
	workers := fitFiles(want, limit, t.chain.Files())
	if workers < want {
		t.console.say("only %d files may be open at once: %d in flight instead of %d (raise ulimit -n)", limit, workers, want)
	}
	return workers
}

func (t *transforming) progress() progress.State {
	brief := t.stats.Brief()
	return progress.State{
		Done:     brief.Total,
		Failed:   brief.Failed,
		InFlight: int64(t.inFlight()),
		Total:    t.survey.Files,
		Bytes:    brief.Bytes,
		Rate:     brief.Rate,
	}
}

// finish makes the results durable, and tells how the run came out. err is what ended
// it early.
func (t *transforming) finish(ctx context.Context, err error) error {
	complete := err == nil && t.stop.signal() == nil
	if closed := t.output.close(ctx, complete); err == nil || errors.Is(err, errStopped) {
		err = cmp.Or(closed, err)
	}
	e := ending{stats: t.stats.Snapshot(), signal: t.stop.signal()}
	err = t.flags.conclude(&e, t.stopped(diskError(t.flags.output, err)))
	t.report(e)
	if t.flags.json {
		s := summary{Dir: t.flags.output, Run: t.run, ExitCode: e.code, Interrupted: e.signal != nil, Snapshot: e.stats}
		if failed := printJSON(t.process, s); failed != nil {
			return failed
		}
	}
	return err
}

// stopped is the error of a run that ended with err: a signal that came is the
// reason, unless the disk was.
func (t *transforming) stopped(err error) error {
	if s := t.stop.signal(); s != nil && exitCode(err) != exitOutput {
		return ended(signalCode(s))
	}
	return err
}

// report tells people, on stderr.
func (t *transforming) report(e ending) {
	snap, dir := e.stats, t.flags.output
	unchanged := snap.Outcomes[string(batch.Unchanged)]
	switch {
	case t.console.records:
		t.console.log.Info("done", "files", snap.Total, "unchanged", unchanged, "failed", snap.Failed(),
			"bytes", snap.Bytes, "elapsed_s", snap.Elapsed, "interrupted", e.signal != nil, "dir", dir)
	case t.console.quiet:
	case snap.Total == 0:
		if e.code == exitOK {
			t.console.say("nothing to do: there are no files")
		}
	case snap.Total == unchanged && e.code == exitOK:
		t.console.say("nothing to do: all %s files are as they were when %s was written", stats.Count(unchanged), dir)
	default:
		// Nothing can be done about an error: this is where it would be told.
		_ = stats.WriteSummary(&t.console.out, snap, "files")
		t.console.plain(t.output.places())
	}
	if e.signal != nil {
		t.console.say("interrupted: resume with the same command")
	}
}
