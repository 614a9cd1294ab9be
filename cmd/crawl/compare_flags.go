package main

import (
	"io"
	"slices"
	"strings"
	"time"

	"crawl/files/transform"
	"crawl/files/transform/steps"
	"crawl/pipeline"

	"github.com/spf13/pflag"
)

// compareFlags are the settings of a comparison. What is fetched, is so as by crawl.
type compareFlags struct {
	*flags
	files, cpu bool
	step       string
	follow     bool

	modes  modes
	widths widths
	gil    bool
	rounds count
	budget span
	sample count
	seed   count

	python   string
	noPython bool

	raw, bench, page string
}

// defaultCompareFlags have no rounds, widths or budget: these depend on what is compared.
func defaultCompareFlags() *compareFlags {
	f := &compareFlags{flags: defaultFlags(), gil: true, step: "read"}
	f.reporting = defaultReporting("rows")
	f.seed = count{n: 1}
	return f
}

func (f *compareFlags) define(fs *pflag.FlagSet) {
	fs.SortFlags = false
	fs.BoolVar(&f.files, "files", false, "compare on files: each INPUT is one, a folder or a pattern")
	fs.StringVar(&f.step, "step", f.step, "what is done with files: read, write, copy, or the `STEPS` of a transform")
	fs.BoolVar(&f.follow, "follow", false, "go through links to files and folders, too")
	fs.BoolVar(&f.cpu, "cpu", false, "compare on computing, where there is nothing to wait for")
	fs.Var(&f.modes, "modes", "ways to compare, with commas between (default all, in the widest width)")
	fs.VarP(&f.widths, "concurrency", "c", "how many at once, with commas between: 1,2,4")
	fs.VarP(&f.widths, "jobs", "j", "the same")
	fs.BoolVar(&f.gil, "gil", f.gil, "also with one processor, as under Python's lock")
	fs.Var(&f.rounds, "rounds", "times that each way is measured (default 10, 5 on hosts of others)")
	fs.Var(&f.budget, "budget", "keep rows shorter, and do fewer rounds, when they would take longer; 0: no bound")
	fs.Var(&f.sample, "sample", "use so many of the inputs, drawn by chance (default at most 20 URLs at hosts of others, 1,000 elsewhere, 10,000 files)")
	fs.Var(&f.seed, "seed", "of that draw and of the orders")

	fs.StringVarP(&f.flags.output, "output", "o", "", "`DIR` below which --step writes, and removes it again (default: the system's for such)")
	fs.StringVar(&f.python, "python", "", "`PATH` of the interpreter for Python's own rows (default: what CRAWL_PYTHON says, /usr/bin/python3, python3)")
	fs.BoolVar(&f.noPython, "no-python", false, "leave Python's rows out")
	fs.StringVar(&f.raw, "raw", "", "write each sample to `FILE`, a line of JSON at once")
	fs.StringVar(&f.bench, "bench", "", "write them to `FILE` in the format of Go's benchmarks, for benchstat")
	fs.StringVar(&f.page, "report", "", "write a page that shows it all to `FILE`, an .html")
	f.reporting.defineTelling(fs)
	fs.Lookup("verbose").Usage = "say which row is measured"
	fs.Lookup("json").Usage = "print all results as JSON to stdout"

	fs.Var(&f.perHost, "per-host", "fetches in flight at one host, whatever the width")
	fs.Var(&f.delay, "delay", "wait between two fetches of one host")
	fs.Var(&f.rate, "rate", "fetches a second, over all hosts; 0: no limit")
	f.asking.define(fs)
	fs.VarP(&f.header, "header", "H", `send this field, as "Name: value"; repeatable`)
	fs.StringVarP(&f.userAgent, "user-agent", "A", "crawl", "`NAME` to introduce ourselves with")
	fs.Var(&f.timeout, "timeout", "limit for one URL in flight")
	fs.Var(&f.connectTimeout, "connect-timeout", "limit for connecting, TLS included")
	fs.Var(&f.idleTimeout, "idle-timeout", "limit for silence in between")
	fs.Var(&f.maxSize, "max-size", "longest body, after decoding")
	f.credentials.define(fs)
	fs.Lookup("user").Usage = "log in at `[ORIGIN=]USER` (https://example.com=me), or at all that is listed; the password follows as :PASS, or is in CRAWL_PASSWORD; @FILE has one a line; repeatable"
	fs.Lookup("cookie-jar").Usage = "send the cookies of `FILE`, which stays as it is"
	f.connections.define(fs)
	_ = fs.MarkHidden("jobs") // fails for names that do not exist
}

// check refuses what contradicts itself. Parsed are the flags that were given.
func (f *compareFlags) check(args []string) error {
	switch {
	case f.files && f.cpu:
		return usageError("--files and --cpu exclude each other")
	case f.files && len(args) == 0:
		return usageError("nothing to compare on: name files or folders")
	case f.cpu && len(args) > 0:
		return usageError("--cpu takes no input, and was given %q", args)
	case f.noPython && f.python != "":
		return usageError("--python and --no-python exclude each other")
	case f.page != "" && !strings.HasSuffix(f.page, ".html") && !strings.HasSuffix(f.page, ".htm"):
		return usageError("--report %s: want a name that ends in .html", f.page)
	}
	if err := f.asking.checkInputs(args); err != nil {
		return err
	}
	if err := f.credentials.check(f.header.fields); err != nil {
		return err
	}
	if err := f.asking.check(f.flags); err != nil {
		return err
	}
	if f.files {
		if _, err := steps.Parse(f.steps()); err != nil {
			return stepError(err)
		}
	}
	if err := f.reporting.check(); err != nil {
		return err
	}
	return f.connections.check()
}

// The steps that compare has besides those of transform.
const (
	readStep  = "read"
	writeStep = "write"
	copyStep  = "copy"
)

// steps are those of --step as transform takes them, with a checksum at the end that
// proves equal bytes.
func (f *compareFlags) steps() string {
	const proof = "sha256"
	switch f.step {
	case readStep:
		return proof
	case writeStep:
		return copyStep + "," + proof
	}
	chain, err := steps.Parse(f.step)
	if err == nil && slices.ContainsFunc(chain.Sums(), func(c *transform.Checksum) bool { return c.Algorithm == proof }) {
		return f.step
	}
	return f.step + "," + proof
}

// parseCompare reads the arguments of the command as the command itself did, for a
// child process that shall do as its parent would.
func parseCompare(p process, args []string) (*compareFlags, error) {
	f := defaultCompareFlags()
	fs := pflag.NewFlagSet("compare", pflag.ContinueOnError)
	fs.SetOutput(io.Discard)
	f.define(fs)
	if err := fs.Parse(args); err != nil {
		return nil, err
	}
	return f, f.settle(fs, p.env)
}

// settle fills in what the command line does not give, as other commands do. How hosts
// are asked is crawl's to say where nothing is said of compare, so that it is as polite.
func (f *compareFlags) settle(fs *pflag.FlagSet, env func(string) (string, bool)) error {
	of := defaultFlags()
	all := pflag.NewFlagSet("", pflag.ContinueOnError)
	for _, group := range of.groups() {
		all.AddFlagSet(group)
	}
	if err := settle(all, env, ""); err != nil {
		return err
	}
	for name, inherit := range map[string]func(){
		"per-host":        func() { f.perHost = of.perHost },
		"delay":           func() { f.delay = of.delay },
		"rate":            func() { f.rate = of.rate },
		"request":         func() { f.asking.verb = of.asking.verb },
		"header":          func() { f.header = of.header },
		"user-agent":      func() { f.userAgent = of.userAgent },
		"timeout":         func() { f.timeout = of.timeout },
		"connect-timeout": func() { f.connectTimeout = of.connectTimeout },
		"idle-timeout":    func() { f.idleTimeout = of.idleTimeout },
		"max-size":        func() { f.maxSize = of.maxSize },
		"max-redirects":   func() { f.maxRedirects = of.maxRedirects }, // compare has none of its own
	} {
		if !fs.Changed(name) {
			inherit()
		}
	}
	if !anyGiven(fs, new(credentials).define) {
		f.credentials = of.credentials
	}
	if !anyGiven(fs, new(connections).define) {
		f.connections = of.connections
	}
	return settle(fs, env, "compare")
}

// anyGiven reports whether the command line has one of the flags that define defines.
func anyGiven(fs *pflag.FlagSet, define func(*pflag.FlagSet)) (given bool) {
	own := pflag.NewFlagSet("", pflag.ContinueOnError)
	define(own)
	own.VisitAll(func(flag *pflag.Flag) { given = given || fs.Changed(flag.Name) })
	return given
}

// spend is how many seconds a run may take.
func (f *compareFlags) spend(otherwise time.Duration) float64 {
	if f.budget.Duration == 0 {
		return otherwise.Seconds()
	}
	return f.budget.Seconds()
}

// chosen are the modes besides the blocking one, which all are compared with.
func (f *compareFlags) chosen() []pipeline.Mode {
	list := slices.Clone([]pipeline.Mode(f.modes))
	if len(list) == 0 {
		list = pipeline.Modes()
	}
	return slices.DeleteFunc(list, func(m pipeline.Mode) bool { return m == pipeline.Blocking })
}

// sweeps reports whether a mode is measured at every width: those that were asked for
// by name; else the pool stands for all.
func (f *compareFlags) sweeps(m pipeline.Mode) bool { return len(f.modes) > 0 || m == pipeline.Pool }

// writes reports whether the steps make anything but checksums.
func (f *compareFlags) writes() bool {
	chain, err := steps.Parse(f.steps())
	return err == nil && chain.Writes()
}
