package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/netip"
	"slices"
	"time"

	"crawl/fetch"
	"crawl/fetch/cookies"
	"crawl/fetch/crawl"
	"crawl/fetch/frontier"
	"crawl/fetch/frontier/disk"
	"crawl/fetch/frontier/memory"
	"crawl/fetch/frontier/schedule"
	"crawl/fetch/list"
	"crawl/fetch/manifest"
	"crawl/fetch/sink/firsts"
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
	if a.flags.following.dryRun {
		return r.dryRun(ctx)
	}
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
	if a.flags.following.follows() {
		others += frontierFiles(limit)
		defer collectLess(a.env)()
	}
	if err := enough(limit, others); err != nil {
		return err
	}
	var idle int
	r.workers, idle = a.fit(limit, others)
	r.politeness = r.polite(limit)
	if r.follow, err = a.flags.following.follow(a.flags.userAgent); err != nil {
		return err
	}
	r.listed = newListed(a.flags.lab)
	client, err := r.source(ctx, idle)
	if err != nil {
		return err
	}
	defer client.close() // whose connections have nothing left to lose
	if a.flags.following.follows() {
		r.lookup = client.addresses
	}
	if len(a.flags.fromWARC) == 0 { // else nobody is asked
		r.robots = client
	}
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
	switch {
	case want == 0 && len(a.flags.fromWARC) > 0: // where no number of workers has to be found
		want = autoStart
		workers, idle = fit(want, limit, others)
	case want == 0:
		want = autoStart
		workers, idle = fit(max(want, min(autoMost, limit/4)), limit, others)
	default:
		workers, idle = fit(want, limit, others)
	}
	if workers < want {
		a.console.say("only %d files may be open at once: %d fetches in flight instead of %d (raise ulimit -n)", limit, workers, want)
	}
	return workers, idle
}

// polite is how hosts are asked; with -c auto, also how much at once.
func (r *crawling) polite(limit int) schedule.Options {
	f := r.flags
	if len(f.fromWARC) > 0 { // nobody is asked
		return schedule.Options{PerHost: r.workers, Rate: float64(f.rate)}
	}
	opt := schedule.Options{PerHost: f.perHost.n, Delay: f.delay.Duration, Rate: float64(f.rate)}
	switch {
	case f.following.follows():
		opt.PerAddress = f.perHost.n
	case f.following.asksRobots():
		opt.PerAddress = math.MaxInt // hosts are met, for their Crawl-delay
	}
	if f.concurrency == 0 {
		short := pressure(descriptors(limit), residentMemory(), processor(processorTime))
		r.adaptive = newAdaptive(r.workers, f.perHost.n, r.console.log, short)
		opt.Limit, opt.HostLimit = r.adaptive.limit, r.adaptive.ofHost
	}
	return opt
}

// scheduler is a frontier as it is used here.
type scheduler interface {
	crawl.Frontier
	Stats() frontier.Stats
	Close() error
}

// openFrontier makes what decides when each URL is fetched: on the disk if it is to know
// what links lead to.
func (r *crawling) openFrontier(ctx context.Context) (scheduler, error) {
	if r.follow != nil {
		f, err := r.output.openFrontier(ctx, disk.Options{Options: r.politeness, Files: frontierFiles(openFiles())}, r.begun)
		if err != nil {
			return nil, err // and no nil that is not one
		}
		return f, nil
	}
	return memory.New(memory.Options{
		Options: r.politeness,
		Scratch: func() (memory.Scratch, error) { return r.output.scratch(ctx) },
	}), nil
}

// source is what answers: the network, or archives of it.
func (r *crawling) source(ctx context.Context, idle int) (client, error) {
	if len(r.flags.fromWARC) > 0 {
		return openReplay(ctx, r.flags.fromWARC, r.flags.output, r.console)
	}
	return r.client(idle)
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

// stack puts the layers around the client.
func (r *crawling) stack(ctx context.Context, client fetch.Fetcher, unchanged fetch.Layer) (fetch.Fetcher, error) {
	outer, login, err := r.flags.credentials.layers(r.process, r.stop.drain, r.console)
	if err != nil {
		return nil, err
	}
	if r.jar, err = r.flags.credentials.openJar(ctx, r.console); err != nil {
		return nil, err
	}
	layers := []fetch.Layer{outer}
	if !r.flags.header.fields.Has("Authorization") { // which counts before all else, as in curl
		layers = append(layers, login)
	}
	if r.jar != nil {
		layers = append(layers, cookies.Layer(r.jar))
	}
	return fetch.Stack(client, append(layers, unchanged, fetch.Decode(int64(r.flags.maxSize)))...), nil
}

// redirects is the limit as a crawl takes it, to which 0 is its default.
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
	frontier scheduler
	adaptive *adaptive    // nil unless the concurrency is
	ofListed *stats.Stats // nil unless links are followed

	politeness schedule.Options
	follow     *crawl.Following // nil: only the lists
	robots     fetch.Fetcher    // of robots.txt files; nil: nobody asks
	lookup     func(ctx context.Context, url string) ([]netip.Addr, error)
	pages      int64 // that earlier runs have stored
	begun      bool  // they have recorded URLs, and followed links

	body    fetch.Body // nil for none
	fetcher fetch.Fetcher
	jar     *cookies.Jar // nil when none is kept
	stop    *stopper
	output  *output
}

// do opens the folder, goes on where the last run stopped, and reports.
func (r *crawling) do(ctx context.Context) (err error) {
	f := r.flags
	suffix := transformed.Suffix(f.transform.chain)
	opt := manifest.Options{Sync: manifest.Sync(f.sync.word), Fresh: f.fresh, Keep: f.skipExisting}
	if r.output, err = openOutput(ctx, f.output, suffix, opt); err != nil {
		return r.stopped(err)
	}
	if f.dedupe && f.keepsBodies() {
		r.output.firsts = firsts.New(r.output.eng)
	}
	if err = r.goOn(ctx); err == nil {
		err = r.fetchAll(ctx)
	}
	err = r.finish(context.WithoutCancel(ctx), err)
	return cmp.Or(err, r.output.eng.Close())
}

// goOn takes up what was found in the folder, and says what was lost there.
func (r *crawling) goOn(ctx context.Context) (err error) {
	found := r.output.manifest.Recovered()
	if found.Dropped > 0 {
		r.console.say("%s records of the last run had lost their bodies: these URLs are fetched again", stats.Count(int64(found.Dropped)))
	}
	if r.follow != nil {
		r.ofListed = stats.New()
	}
	records := 0
	malformed, err := r.output.remember(ctx, func(line *manifest.Line) {
		records++
		r.remember(line)
	})
	if malformed > 0 {
		r.console.say("%s lines of %s are no records, and do not count", stats.Count(malformed), manifest.Name)
	}
	if err != nil {
		return err
	}
	if records == 0 { // what is known of links came with records that were lost since, or with --fresh
		if err := forgetLinks(ctx, r.output.eng); err != nil {
			return diskError(r.output.dir, err)
		}
	}
	if err := r.flags.following.keepSettings(ctx, r.output, records > 0); err != nil {
		return err
	}
	r.frontier, err = r.openFrontier(ctx)
	return err
}

// remember takes note of what an earlier run recorded.
func (r *crawling) remember(line *manifest.Line) {
	item := crawl.Item(line, 0)
	item.Earlier = true
	r.stats.Add(item)
	if crawl.IsPage(line) {
		r.pages++
	}
	if r.follow == nil {
		r.known.record(line)
		return
	}
	if line.Depth == 0 {
		r.ofListed.Add(item)
	}
	if line.ErrorClass == string(fetch.ClassBadURL) { // all others the frontier knows
		r.known.record(line)
		return
	}
	r.begun = true
	remembering(r.follow.Scope, line)
}

// fetchAll runs the crawl itself.
func (r *crawling) fetchAll(ctx context.Context) error {
	f := r.flags
	left := int64(f.following.maxPages.n) - r.pages
	if f.following.maxPages.n > 0 && left <= 0 {
		return crawl.ErrFull
	}
	c := &crawl.Crawl{
		Inputs:   r.inputs.named(),
		Seen:     r.known,
		Frontier: r.frontier,
		Fetcher:  r.fetcher,
		Journal:  r.output.manifest,
		Stats:    r.stats,
		OfListed: r.ofListed,
		Follow:   r.follow,
		Lookup:   r.lookup,
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

		RobotsForAll: f.following.robots.word == "always",
		MaxPages:     max(left, 0),
		MaxRedirects: r.redirects(),
	}
	if f.transform.chain.Writes() {
		c.Steps = f.transform.String()
	}
	var err error
	if c.Sink, err = r.output.open(ctx, f); err != nil {
		return err
	}
	if r.robots != nil {
		c.Robots = f.following.robotsFor(r.output.archived(r.robots), f.userAgent)
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
	front := r.frontier.Stats()
	var total int64
	var approx bool
	var note string
	if r.follow == nil {
		total, approx = r.inputs.total()
	} else { // nobody knows how much there is
		note = stats.Count(front.Queued) + " queued"
	}
	if total > 0 {
		total = max(total, brief.Total) // the folder may hold records of other lists
	}
	return progress.State{
		Note:     note,
		Done:     brief.Total,
		Failed:   brief.Failed,
		InFlight: front.Leased,
		Total:    total,
		Approx:   approx,
		Bytes:    brief.Bytes,
		Rate:     brief.Rate,
	}
}

// finish makes the records durable and tells how the run came out. err is what
// ended it early.
func (r *crawling) finish(ctx context.Context, err error) error {
	var left int64
	if r.frontier != nil {
		left = r.frontier.Stats().Queued
	}
	closing := []func() error{func() error { return r.output.close(ctx) }}
	if r.frontier != nil {
		closing = append(closing, r.frontier.Close) // which the manifest tells what is durable
	}
	for _, closes := range closing {
		if closed := closes(); err == nil || errors.Is(err, errStopped) {
			err = cmp.Or(closed, err)
		}
	}
	err = r.stopped(diskError(r.flags.output, err))
	if exitCode(err) != exitOutput && r.failed != nil {
		err = cmp.Or(err, r.failed.write(ctx, r.output))
	}
	if unsaved := r.flags.credentials.saveJar(ctx, r.jar); exitCode(err) != exitOutput {
		err = cmp.Or(unsaved, err)
	}
	e := ending{stats: r.stats.Snapshot(), signal: r.stop.signal(), widths: r.adaptive}
	if r.follow != nil {
		e.links = &linkCounts{queued: left, refused: r.follow.Refused.Counts(), listed: r.ofListed.Snapshot()}
	}
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
	if errors.Is(err, crawl.ErrFull) {
		if r.nothingLeft() {
			return nil
		}
		return ended(exitLimit)
	}
	if e, ok := errors.AsType[*list.Error](err); ok {
		return brokenList(e)
	}
	return err
}

// nothingLeft reports whether all that is listed or found is done.
func (r *crawling) nothingLeft() bool {
	return r.frontier.Stats().Queued == 0 && !slices.ContainsFunc(r.inputs, func(in *input) bool { return !in.ended.Load() })
}
