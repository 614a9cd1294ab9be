package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"crawl/fetch"
	"crawl/fetch/cookies"
	"crawl/fetch/crawl"
	"crawl/fetch/frontier"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/list"
	"crawl/fetch/manifest"
	"crawl/fetch/sink/dir"
	"crawl/fetch/sink/transformed"
	"crawl/fetch/urls"
	"crawl/pipeline"
	"crawl/pipeline/progress"
	"crawl/pipeline/stats"
)

// app is one crawl, from its settings to its exit code.
type app struct {
	process
	console  *console
	flags    *flags
	commands []string // what a lone argument may have been meant as
	run      string   // the name of this run in its records
}

// crawl opens all that a run needs, what the user may have got wrong first, and
// then runs.
func (a *app) crawl(ctx context.Context, args []string) (err error) {
	a.run = newRunID()
	r := &crawling{app: a, known: newKnown(), underWay: underWay{items: "URLs", stats: stats.New()}}
	ctx, r.stop = watchSignals(ctx, a.process, func() {
		a.console.say("stopping: %d in flight; Ctrl-C again to stop now", r.inFlight())
	})
	defer r.stop.close()

	if err := a.flags.asking.checkInputs(args); err != nil {
		return err
	}
	if r.inputs, err = openInputs(ctx, args, a.stdin, a.commands); err != nil {
		return err
	}
	defer r.inputs.close()
	if r.failed, err = openFailedList(a.flags.failedOut, a.flags.output, args); err != nil {
		return err
	}
	defer r.failed.close()
	data, err := a.flags.asking.read(a.process, r.stop.drain)
	if err != nil {
		return r.stopped(err)
	}
	r.body = a.flags.asking.body(data)
	earlier, err := openEarlier(ctx, a.flags.since, a.flags.output, a.flags.transform.String())
	if err != nil {
		return r.stopped(err)
	}
	defer earlier.close()
	if err := checkProxies(a.env); err != nil && !a.flags.connections.proxy.set {
		return err
	}
	others := len(r.inputs)
	if a.flags.lab {
		lab, hosts, err := startLab(ctx, a.console)
		if err != nil {
			return err
		}
		defer lab.Close()
		others += hosts
	}
	limit := openFiles()
	if err := enough(limit, others); err != nil {
		return err
	}
	var idle int
	r.workers, idle = a.fit(limit, others)
	r.frontier = r.newFrontier(ctx, limit)
	defer r.frontier.Close()
	r.listed = newListed(a.flags.lab)
	client, err := r.client(idle)
	if err != nil {
		return err
	}
	defer client.close() // whose connections have nothing left to lose
	if r.fetcher, err = r.stack(ctx, client, earlier.layer()); err != nil {
		return r.stopped(err)
	}
	return r.do(ctx)
}

// newRunID names a run in its records.
func newRunID() string {
	return fmt.Sprintf("%s-%04x", time.Now().UTC().Format("20060102T150405Z"), rand.N(1<<16))
}

// fit lowers the concurrency to what limit open files allow, and says so when that is
// less than anyone would have wanted.
func (a *app) fit(limit, others int) (workers, idle int) {
	want := int(a.flags.concurrency)
	if want == 0 {
		want = autoStart
		workers, idle = fit(max(want, min(autoMost, limit/4)), limit, others)
	} else {
		workers, idle = fit(want, limit, others)
	}
	if workers < want {
		a.console.say("only %d files may be open at once: %d fetches in flight instead of %d (raise ulimit -n)", limit, workers, want)
	}
	return workers, idle
}

// newFrontier makes what decides when each URL is fetched; with -c auto, also how many at
// once.
func (r *crawling) newFrontier(ctx context.Context, limit int) *memory.Frontier {
	f := r.flags
	opt := memory.Options{
		PerHost: f.perHost.n,
		Delay:   f.delay.Duration,
		Rate:    float64(f.rate),
		Scratch: func() (memory.Scratch, error) { return r.output.scratch(ctx) },
	}
	if f.concurrency == 0 {
		short := pressure(descriptors(limit), residentMemory(), processor(processorTime))
		r.adaptive = newAdaptive(r.workers, f.perHost.n, r.console.log, short)
		opt.Limit, opt.HostLimit = r.adaptive.limit, r.adaptive.ofHost
	}
	return memory.New(opt)
}

// client connects as the flags say, and lets redirects lead to private addresses of
// hosts that were listed.
func (r *crawling) client(idle int) (client, error) {
	f := r.flags
	opt, err := f.connections.options()
	if err != nil {
		return client{}, err
	}
	opt.ConnectTimeout = f.connectTimeout.Duration
	opt.IdleTimeout = f.idleTimeout.Duration
	opt.MaxIdle = idle
	opt.UserAgent = f.userAgent
	opt.Trusted = r.listed.Has
	return newClient(opt, f.connections.http2), nil
}

// stack puts the layers around the client. What is outside of the redirects sees
// what was listed, and what is within each hop.
func (r *crawling) stack(ctx context.Context, client fetch.Fetcher, unchanged fetch.Layer) (fetch.Fetcher, error) {
	outer, login, err := r.flags.credentials.layers(r.process, r.stop.drain, r.console)
	if err != nil {
		return nil, err
	}
	if r.jar, err = r.flags.credentials.openJar(ctx, r.console); err != nil {
		return nil, err
	}
	layers := []fetch.Layer{outer, fetch.Redirect(r.redirects())}
	if !r.flags.header.fields.Has("Authorization") { // which counts before all else, as in curl
		layers = append(layers, login)
	}
	if r.jar != nil {
		layers = append(layers, cookies.Layer(r.jar))
	}
	return fetch.Stack(client, append(layers, unchanged, fetch.Decode(int64(r.flags.maxSize)))...), nil
}

// redirects is the limit as the layer takes it, to which 0 is its default.
func (a *app) redirects() int {
	if a.flags.maxRedirects.n == 0 {
		return -1
	}
	return a.flags.maxRedirects.n
}

// crawling is a crawl whose parts are there.
type crawling struct {
	*app
	underWay
	inputs   inputs
	failed   *failedList // nil when it is not wanted
	workers  int
	known    *known
	listed   *listedHosts
	frontier *memory.Frontier
	adaptive *adaptive  // nil unless the concurrency is
	body     fetch.Body // nil for none
	fetcher  fetch.Fetcher
	jar      *cookies.Jar // nil when none is kept
	stop     *stopper
	output   *output
}

// do opens the folder, goes on where the last run stopped, and reports.
func (r *crawling) do(ctx context.Context) (err error) {
	f := r.flags
	suffix := transformed.Suffix(f.transform.chain)
	opt := manifest.Options{Sync: manifest.Sync(f.sync.word), Fresh: f.fresh, Keep: f.skipExisting}
	if r.output, err = openOutput(ctx, f.output, suffix, opt); err != nil {
		return r.stopped(err)
	}
	if err = r.remember(ctx); err == nil {
		err = r.fetchAll(ctx)
	}
	err = r.finish(context.WithoutCancel(ctx), err)
	return cmp.Or(err, r.output.eng.Close())
}

// remember tells what was found in the folder.
func (r *crawling) remember(ctx context.Context) error {
	found := r.output.manifest.Recovered()
	if found.Dropped > 0 {
		r.console.say("%s records of the last run had lost their bodies: these URLs are fetched again", stats.Count(int64(found.Dropped)))
	}
	malformed, err := r.output.remember(ctx, r.known, r.stats)
	if malformed > 0 {
		r.console.say("%s lines of %s are no records, and do not count", stats.Count(malformed), manifest.Name)
	}
	return err
}

// fetchAll runs the crawl itself.
func (r *crawling) fetchAll(ctx context.Context) error {
	f := r.flags
	c := &crawl.Crawl{
		Inputs:   r.inputs.named(),
		Seen:     r.known,
		Frontier: r.frontier,
		Fetcher:  r.fetcher,
		Sink:     crawl.Discard{},
		Journal:  r.output.manifest,
		Stats:    r.stats,
		Method:   f.asking.method(),
		Body:     r.body,
		Header:   acceptCodings(f.asking.header(f.header.fields)),
		Workers:  r.workers,
		Watch:    watch(&r.underWay, "fetch", func(e frontier.Entry) string { return urls.Mask(e.URL) }),
		Timeout:  f.timeout.Duration,
		Retry:    pipeline.Retry{Max: f.retries.n},
		RunID:    r.run,
		Listed:   r.listed,
		Log:      r.console.log,
	}
	if f.keepsBodies() {
		c.Sink = r.output.bodies
		if f.transform.chain.Writes() {
			c.Sink = transformed.New(r.output.bodies, f.transform.chain, dir.Name, int64(f.maxSize))
			c.Steps = f.transform.String()
		}
	}
	if f.skipExisting {
		c.Existing = r.output.bodies.Exists
	}
	shown := r.flags.showProgress(r.process, r.console, r.progress)
	defer shown()
	defer r.answers(r.asks, r.console)()
	return c.Run(ctx, r.stop.drain)
}

// acceptCodings says what fetch.Decode would add to each request anew.
func acceptCodings(h fetch.Header) fetch.Header {
	if !h.Has("Accept-Encoding") {
		h.Add("Accept-Encoding", fetch.AcceptEncoding)
	}
	return h
}

func (r *crawling) progress() progress.State {
	brief := r.stats.Brief()
	total, approx := r.inputs.total()
	if total > 0 {
		total = max(total, brief.Total) // the folder may hold records of other lists
	}
	return progress.State{
		Done:     brief.Total,
		Failed:   brief.Failed,
		InFlight: r.frontier.Stats().Leased,
		Total:    total,
		Approx:   approx,
		Bytes:    brief.Bytes,
		Rate:     brief.Rate,
	}
}

// finish makes the records durable and tells how the run came out. err is what
// ended it early.
func (r *crawling) finish(ctx context.Context, err error) error {
	if closed := r.output.manifest.Close(ctx); err == nil || errors.Is(err, errStopped) {
		err = cmp.Or(closed, err)
	}
	err = r.stopped(diskError(r.flags.output, err))
	if exitCode(err) != exitOutput && r.failed != nil {
		err = cmp.Or(err, r.failed.write(ctx, r.output))
	}
	if unsaved := r.flags.credentials.saveJar(ctx, r.jar); exitCode(err) != exitOutput {
		err = cmp.Or(unsaved, err)
	}
	e := ending{stats: r.stats.Snapshot(), signal: r.stop.signal(), widths: r.adaptive}
	err = r.flags.conclude(&e, err)
	r.report(e)
	if r.flags.json {
		if failed := printJSON(r.process, r.summary(e)); failed != nil {
			return failed
		}
	}
	return err
}

// stopped is the error of a run that ended with err: a signal that came is the
// reason, unless the disk was, and a list that broke off is the user's to mend.
func (r *crawling) stopped(err error) error {
	if code := exitCode(err); code == exitOutput {
		return err
	}
	if s := r.stop.signal(); s != nil {
		return ended(signalCode(s))
	}
	if e, ok := errors.AsType[*list.Error](err); ok {
		return brokenList(e)
	}
	return err
}
