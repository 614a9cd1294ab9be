package main

import (
	"runtime"

	"crawl/files/batch"

	"github.com/spf13/pflag"
)

// transformFlags are the settings of a transform.
type transformFlags struct {
	output      string
	concurrency width
	cores       count
	maxSize     size
	follow      bool
	null        bool
	dryRun      bool
	fresh       bool
	sync        choice
	engine      choice
	reporting
}

func defaultTransformFlags() *transformFlags {
	return &transformFlags{
		output:    "transform-out",
		cores:     count{n: 0},
		maxSize:   4 << 30, // more than any file that fits a FAT disk, less than any disk: a bomb ends there
		sync:      choice{"group", []string{"each", "group", "none"}},
		engine:    choice{"pool", []string{"pool", "uring"}},
		reporting: defaultReporting("files"),
	}
}

func (f *transformFlags) define(fs *pflag.FlagSet) {
	fs.SortFlags = false
	fs.StringVarP(&f.output, "output", "o", f.output, "`DIR` for results and records")
	fs.VarP(&f.concurrency, "concurrency", "c", "files in flight; auto: from one a core to 64, as many as gain something")
	fs.VarP(&f.concurrency, "jobs", "j", "the same")
	fs.Var(&f.cores, "cpu", "files whose steps compute at once; 0: one a core")
	fs.Var(&f.maxSize, "max-size", "most that a step may make of one file")
	fs.BoolVar(&f.follow, "follow", false, "go through links to files and folders, too")
	fs.BoolVarP(&f.null, "null", "0", false, "names on standard input end with NUL instead of a line end")
	fs.BoolVar(&f.dryRun, "dry-run", false, "only say how much there is to do")
	fs.BoolVar(&f.fresh, "fresh", false, "forget earlier runs: transform also what has not changed")
	fs.Var(&f.sync, "sync", "make results durable: each at once, in groups about every second, or not at all")
	fs.Var(&f.engine, "engine", "what reads below folders: a pool of threads, or Linux io_uring")
	f.reporting.define(fs)
	_ = fs.MarkHidden("jobs") // fails for names that do not exist
}

func (f *transformFlags) check(args []string) error {
	switch {
	case len(args) == 0:
		return usageError("nothing to do: say which steps, and name a file or a folder")
	case len(args) == 1:
		return usageError("nothing to transform: name a file, a folder, or - for a list on standard input")
	case f.output == "":
		return usageError("--output is empty")
	}
	return f.reporting.check()
}

func (f *transformFlags) workers() int {
	if f.concurrency == 0 {
		return batch.MostWorkers
	}
	return int(f.concurrency)
}

// usage is what the width goes by where it is to find itself.
func (f *transformFlags) usage() func() (batch.Usage, bool) {
	if f.concurrency != 0 {
		return nil
	}
	return usage
}

// cpu is how many files may compute at once.
func (f *transformFlags) cpu() int {
	if f.cores.n == 0 {
		return runtime.NumCPU()
	}
	return f.cores.n
}
