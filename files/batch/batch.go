package batch

import (
	"cmp"
	"context"
	"log/slog"
	"runtime"
	"sync"

	"crawl/files"
	"crawl/files/transform"
	"crawl/pipeline"
	"crawl/pipeline/stats"
)

// Journal keeps the records.
type Journal interface {
	Append(ctx context.Context, line *Line) error
}

// Reader reads files; [files.Engine] is one.
type Reader interface {
	ReadStart(ctx context.Context, name string, buf []byte) (files.Start, error)
}

// Item is a file to be transformed.
type Item struct {
	From  Reader
	Name  string // as From takes it
	Shown string // the same as the user would type it: what the record says
	Size  int64  // in bytes; 0 when it is not known

	// File is what the steps get to know. Its name says where below the output folder
	// the result goes, but for what the steps make of it.
	File transform.File

	URL string // that it was fetched from, when a crawl's folder is the input
	Err error  // why it can't be read, when that is known before
}

// Batch is one run. Fill in the fields, then call Run once.
type Batch struct {
	Source  pipeline.Source[Item]
	Chain   transform.Chain
	Output  files.Engine
	Journal Journal
	Sums    *Sums // of a chain with checksums
	Stats   *stats.Stats

	// Earlier, when set, returns the last record of an input by the same chain, nil
	// when there is none.
	Earlier func(shown string) (*Line, error)

	// Workers are the files in flight; default 16, see [DefaultWorkers]. With Usage they are
	// the most that there may be, and how many there are follows from whether more
	// would help; default 64.
	Workers int

	// Usage, when set, returns what the process has used so far; it is not ok where that is
	// not known. It needs the mode Pool.
	Usage func() (used Usage, ok bool)

	CPU     int                        // files whose steps compute at once; default one a core
	Mode    pipeline.Mode              // what runs the workers; "" means pool
	Watch   pipeline.Watch[Item]       // lists the workers; the zero value does not
	Make    pipeline.Maker[Item, Done] // makes the workers; nil: [Batch.Worker]
	MaxSize int64                      // of what a step makes of one file, in bytes; 0: no limit
	RunID   string                     // name of this run, for the records
	Log     *slog.Logger               // of single files at debug level; nil: none
}

// DefaultWorkers is how many files are in flight unless told otherwise. Measured on
// two cores, 2 to 64 are equal within 7 % when files are cached, and 16 keep a disk
// busy that is not; see the benchmarks of package files. A [pipeline.Limit] would have
// nothing to find: of 10,000 small files that were not cached, 32 were as fast as 16,
// and 64 took a sixth longer.
const DefaultWorkers = 16

// MostWorkers is how many files are in flight at most unless told otherwise, where the
// width finds itself: more gain nothing on the disks that were measured.
const MostWorkers = 64

// Run transforms files until the source ends, drain is closed or ctx ends. At drain
// it takes no more, lets those in flight end and returns nil. When ctx ends it drops
// what is in flight, and returns ctx's cause. Any other error is one of the source or
// the journal, or an [*OutputError]: the output folder takes no more.
func (b *Batch) Run(ctx context.Context, drain <-chan struct{}) error {
	b.Mode = cmp.Or(b.Mode, pipeline.Pool)
	if b.Workers <= 0 {
		b.Workers = DefaultWorkers
		if b.Usage != nil {
			b.Workers = MostWorkers
		}
	}
	r := b.run()
	if b.Make == nil {
		b.Make = r.worker
	}
	src := pipeline.Until(b.Source, drain)
	if b.Usage == nil || b.Mode != pipeline.Pool {
		return pipeline.Run(ctx, b.Mode, b.Workers, src, b.Make, r.settle, b.Watch)
	}
	return r.runWide(ctx, src)
}

// runWide is Run with a width that finds itself.
func (r *run) runWide(ctx context.Context, src pipeline.Source[Item]) error {
	w := newWidth(r.CPU, r.Workers, r.Log)
	finding, stop := context.WithCancel(ctx)
	var finder sync.WaitGroup
	finder.Go(func() { w.find(finding, r.Usage, r.CPU) })
	defer finder.Wait()
	defer stop()
	settle := func(ctx context.Context, res pipeline.Result[Item, Done]) error {
		defer w.leave()
		return r.settle(ctx, res)
	}
	return pipeline.Run(ctx, r.Mode, r.Workers, w.source(src), r.Make, settle, r.Watch)
}

// Worker makes workers that transform single files, all but their records, which are
// a run's. It needs the Chain, the Output, CPU and MaxSize, and no more, so that a
// child process can make it of a Batch that has only these, for a Make in its parent
// under [pipeline.Processes].
func (b *Batch) Worker() pipeline.Maker[Item, Done] { return b.run().worker }

func (b *Batch) run() *run {
	b.CPU = cmp.Or(max(b.CPU, 0), runtime.NumCPU())
	if b.Log == nil {
		b.Log = slog.New(slog.DiscardHandler)
	}
	return &run{Batch: b, steps: b.Chain.String(), turns: transform.NewTurns(b.CPU), large: make(chan struct{}, 1+b.CPU)}
}

// run is what the workers of a Batch share.
type run struct {
	*Batch
	steps string
	turns transform.Turns
	large chan struct{} // a token for each file in flight that does not fit a buffer
}

// settle records what became of a file.
func (r *run) settle(ctx context.Context, res pipeline.Result[Item, Done]) error {
	if res.Err != nil {
		return res.Err
	}
	line := res.Out.Line
	if line == nil { // stopped by hand: no record, so the next run repeats it
		return nil
	}
	if !res.Out.Known {
		line.Run, line.Steps, line.Started = r.RunID, r.steps, res.Start
		line.Total = float64(res.Took.Microseconds()) / 1000
		if err := r.Journal.Append(ctx, line); err != nil {
			return err
		}
	}
	if err := r.Sums.add(line); err != nil {
		return err
	}
	if r.Log.Enabled(ctx, slog.LevelDebug) {
		r.Log.Debug(string(line.Outcome), "input", line.Input, "output", line.Path, "bytes", line.Bytes, "why", line.Reason)
	}
	item := Count(line)
	item.Took = res.Took
	r.Stats.Add(item)
	return nil
}
