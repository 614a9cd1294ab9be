package crawl

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"crawl/fetch"
	"crawl/fetch/frontier"
	"crawl/fetch/manifest"
	"crawl/fetch/scope"
	"crawl/fetch/sink"
	"crawl/fetch/urls"
	"crawl/files/transform"
	"crawl/pipeline"
)

// Visit is what one fetch came to: a record, or no record yet. It goes through JSON
// unharmed.
type Visit struct {
	Line *manifest.Line // nil when the URL is asked for again; without its input and total
	End  frontier.Outcome
	Body time.Duration // in which the body was read, decoding included

	// Hop is where the answer redirects to, to be queued in place of the entry. Then Line
	// is for the case that this is known already.
	Hop   *frontier.Entry
	Links []frontier.Entry // that were found, to be queued
}

// lines are used again once they are recorded: each is larger than all else that a
// visit needs.
var lines = sync.Pool{New: func() any { return new(manifest.Line) }}

// visit makes the one request of an entry. Its error is a failure to store which others
// would meet as well: it ends the crawl.
func (c *Crawl) visit(ctx context.Context, e frontier.Entry) (Visit, error) {
	v := visiting{Crawl: c, entry: e, started: time.Now()}
	if err := v.begin(); err != nil {
		return Visit{}, err
	}
	out, err := v.visit(ctx)
	if err == nil && out.Line == nil {
		lines.Put(v.line)
	}
	return out, err
}

// visiting is a visit under way.
type visiting struct {
	*Crawl
	entry   frontier.Entry
	started time.Time
	trail   trail
	line    *manifest.Line
	req     *fetch.Request
}

func (v *visiting) begin() (err error) {
	e := &v.entry
	if v.trail, err = trailOf(e); err != nil {
		return err
	}
	v.line = lines.Get().(*manifest.Line)
	*v.line = manifest.Line{
		URL:      shown(v.trail.origin(e)),
		Depth:    int(e.Depth),
		Parent:   e.Parent,
		Attempts: e.Attempts + 1,
		Started:  v.started,
		Line:     e.Line,
	}
	if len(v.trail.Via) > 0 {
		v.line.Total = millis(e.Spent)
		leads(v.line, v.trail.Via, e.URL)
	}
	return nil
}

func (v *visiting) visit(ctx context.Context) (out Visit, err error) {
	if v.req, err = v.request(&v.entry, &v.trail); err != nil { // the limit of redirects was lowered since
		failed(v.line, err)
		return v.unasked(), nil
	}
	v.req.Deadline = v.started.Add(v.Timeout - v.entry.Spent)
	v.seed()
	if v.entry.Meet {
		if out, ok := v.meet(ctx); !ok {
			return out, nil
		}
	}
	if out, ok, err := v.permit(ctx); !ok {
		if err == nil && cancelled(ctx) {
			return unfinished, nil
		}
		return out, err
	}
	return v.fetch(ctx)
}

// unfinished is a visit that was stopped by hand: no record, so the next run repeats it.
var unfinished = Visit{End: frontier.Outcome{Retry: true, Load: pipeline.Ignored}}

// fetch asks for the URL, which it may, and stores what comes.
func (v *visiting) fetch(ctx context.Context) (Visit, error) {
	judged := v.Listed == nil || v.aside.over() // what is refused now is refused for good
	capture := v.capture()
	defer capture.Close()
	v.req.Capture = capture
	rec, err := v.Fetcher.Fetch(ctx, v.req)
	head := time.Since(v.started)
	out := Visit{Line: v.line}
	if err == nil {
		defer rec.Body.Close()
		rec.Redirects = v.trail.Via
		describe(v.line, rec)
		if good(rec.Status) || unchanged(rec) {
			read := &timed{ReadCloser: rec.Body}
			rec.Body = read
			out.Links, err = v.store(ctx, rec)
			out.Body = read.took
		}
	}
	if disk, ok := errors.AsType[*sink.Error](err); ok && !disk.Local() {
		return Visit{}, disk
	}
	if err != nil && cancelled(ctx) {
		return unfinished, nil
	}
	err = stuck(ctx, v.req.URL, err)
	took := time.Since(v.started)
	out.End = frontier.Outcome{Load: load(rec, err), Latency: latency(head, took, v.line.WireBytes)}
	if again, ok := v.again(v.req, rec, err, &v.entry, took); ok {
		v.tell("again later", v.line, "attempt", v.line.Attempts, "wait", again.Wait, "why", why(rec, err))
		again.Load, again.Latency = out.End.Load, out.End.Latency
		return Visit{End: again}, nil
	}
	out.End.Backoff = backoff(rec, err)
	var hop *fetch.Request
	if err == nil {
		hop, err = fetch.NextHop(v.req, rec, v.MaxRedirects)
	}
	if v.line.Outcome == "" && (ctx.Err() == nil || cancelled(ctx)) { // else Put has kept it, or it is stuck
		if fault := v.keep(ctx, v.line, capture, rec, err); fault != nil && !cancelled(ctx) {
			return Visit{}, fault
		} else if fault != nil {
			return unfinished, nil
		}
	}
	switch {
	case hop != nil:
		return v.lead(hop, out, took), nil
	case err != nil:
		failed(v.line, err)
		if host, ok := v.refused(err); ok && !judged {
			if aside, final := v.setAside(refusal{v.entry, v.line, took, host}); !final {
				v.line = new(manifest.Line) // that one is kept
				return aside, nil
			}
		}
	case rec.Status == http.StatusNotModified:
		v.line.Outcome = manifest.NotModified
	case !good(rec.Status):
		refused(v.line, rec)
	}
	v.tell(string(v.line.Outcome), v.line, "status", v.line.Status, "bytes", v.line.Bytes, "why", v.line.Reason)
	return out, nil
}

// lead makes out one of a redirect, to where the scope allows it.
func (v *visiting) lead(hop *fetch.Request, out Visit, took time.Duration) Visit {
	out.End.Load = pipeline.Success
	leads(v.line, hop.Via, hop.URL)
	to, err := urls.Parse(hop.URL)
	if err != nil {
		failed(v.line, err) // it was made by urls.Parse
		return out
	}
	if v.Follow != nil && !v.trail.Sitemap && !v.mayLead(hop, to) {
		v.tell(string(v.line.Outcome), v.line, "why", v.line.Reason)
		return out
	}
	out.Hop = v.moved(&v.entry, v.trail, hop, to, took)
	v.line.Outcome, v.line.Reason = manifest.Duplicate, "redirects to "+to.Redacted()+", which is known already"
	return out
}

// mayLead reports whether the scope lets the URL redirect there. A seed may lead
// anywhere, and may take the scope with it.
func (v *visiting) mayLead(hop *fetch.Request, to urls.URL) bool {
	if listed(&v.entry) {
		if from, err := urls.Parse(hop.Via[0].URL); err == nil {
			v.Follow.Scope.Moved(from, to, permanent(hop.Via))
		}
		return true
	}
	isAsset := !v.inScope() // as pages are not found where the crawl does not go
	why, ok := v.Follow.Scope.Check(scope.Link{URL: to, Depth: int(v.entry.Depth), Asset: isAsset})
	if !ok {
		v.line.Outcome, v.line.Reason = manifest.OutOfScope, "redirects to where the crawl does not go: "+why.String()
		v.Follow.Refused.Add(why.Rule, 1)
	}
	return ok
}

// timed knows for how long it was read.
type timed struct {
	io.ReadCloser
	took time.Duration
}

func (t *timed) Read(p []byte) (int, error) {
	start := time.Now()
	n, err := t.ReadCloser.Read(p)
	t.took += time.Since(start)
	return n, err
}

// tell logs what happens to single URLs, for those who ask for it.
func (c *Crawl) tell(what string, line *manifest.Line, more ...any) {
	if c.Log.Enabled(context.Background(), slog.LevelDebug) {
		c.Log.Debug(what, append([]any{"url", line.URL}, more...)...)
	}
}

func good(status int) bool { return status/100 == 2 }

// unchanged reports whether an answer brings the body that an earlier run stored,
// which its server has confirmed (--since).
func unchanged(rec *fetch.Record) bool { return rec.Status == http.StatusNotModified && rec.Cached }

// store streams the body to the sink, and finds its links meanwhile.
func (v *visiting) store(ctx context.Context, rec *fetch.Record) ([]frontier.Entry, error) {
	line, tee := v.line, v.reading(rec)
	if tee != nil {
		defer tee.Close()
		rec.Body = tee
	}
	stored, err := v.Sink.Put(ctx, rec, v.trail.origin(&v.entry))
	line.WireBytes = rec.Wire.Bytes
	if err != nil {
		return nil, err
	}
	line.Outcome = manifest.Fetched
	line.Bytes = stored.Bytes
	line.Path, line.Steps = stored.Path, v.Steps
	place(line, stored)
	// Only now that the body is whole: a server would confirm a cut one for ever.
	line.ETag, line.LastModified = validator(rec.Header.Get("ETag")), validator(rec.Header.Get("Last-Modified"))
	if stored.SHA256 != (sink.Stored{}).SHA256 {
		line.SHA256 = fmt.Sprintf("%x", stored.SHA256)
	}
	if tee == nil {
		return nil, nil
	}
	found, _ := tee.Found() // the body's errors were the sink's, and it was read to its end
	return v.children(rec, found), nil
}

// capture is what the exchanges of a visit are captured in, nil when the sink is no
// archive.
func (c *Crawl) capture() *fetch.Capture {
	if archive, ok := c.Sink.(Archive); ok {
		return archive.Capture()
	}
	return nil
}

// keep has an archive keep the exchanges of a visit that stored no body: rec is the last
// answer, err why there is none or it is not stored. Its error is that of the archive or
// the end of ctx.
func (c *Crawl) keep(ctx context.Context, line *manifest.Line, capture *fetch.Capture, rec *fetch.Record, err error) error {
	if capture == nil {
		return nil
	}
	if rec != nil {
		if err == nil { // the body belongs to it; how it ends the capture knows
			_, _ = io.Copy(io.Discard, rec.Body)
		}
		_ = rec.Body.Close()
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	stored, err := c.Sink.(Archive).Keep(ctx, capture, err)
	place(line, stored)
	return err
}

// place fills in where the records in shared files stand.
func place(line *manifest.Line, stored sink.Stored) {
	line.WARC, line.JSONL = manifest.Section(stored.WARC), manifest.Section(stored.JSONL)
}

// validator is what a later run may send back, which must be exactly what came: no
// record holds what is not UTF-8, or endless.
func validator(value string) string {
	if len(value) > 1<<10 || !utf8.ValidString(value) {
		return ""
	}
	return value
}

// again decides whether the entry is asked for once more, and when. An overloaded
// host is left alone as a whole.
func (c *Crawl) again(req *fetch.Request, rec *fetch.Record, err error, e *frontier.Entry, took time.Duration) (frontier.Outcome, bool) {
	after, ok := fetch.Retryable(req, rec, err)
	if !ok || e.Spent+took >= c.Timeout {
		return frontier.Outcome{}, false
	}
	wait, ok := c.Retry.Wait(e.Attempts, after, rand.Float64())
	if !ok {
		return frontier.Outcome{}, false
	}
	end := frontier.Outcome{Retry: true, Wait: wait}
	if after > 0 || err == nil && overloaded(rec.Status) {
		end.Backoff = wait
	}
	return end, true
}

// backoff is how long a host that is overloaded wants to be left alone, also
// after the last attempt at a URL. What a server may ask for has a limit.
func backoff(rec *fetch.Record, err error) time.Duration {
	if err != nil || !overloaded(rec.Status) {
		return 0
	}
	return min(fetch.RetryAfter(rec.Header, time.Now()), time.Hour)
}

func overloaded(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// describe fills in what an answer tells.
func describe(line *manifest.Line, rec *fetch.Record) {
	line.Status = rec.Status
	line.ContentType = rec.Header.Get("Content-Type")
	line.DNS, line.Connect, line.TLS = millis(rec.Timing.DNS), millis(rec.Timing.Connect), millis(rec.Timing.TLS)
	line.TTFB = millis(rec.Timing.TTFB)
	if rec.RemoteAddr.IsValid() {
		line.RemoteIP = rec.RemoteAddr.Addr().String()
	}
}

func hops(from []fetch.Hop) []manifest.Redirect {
	to := make([]manifest.Redirect, len(from))
	for i, hop := range from {
		to[i] = manifest.Redirect{Status: hop.Status, URL: shown(hop.URL)}
	}
	return to
}

// isLocal reports whether a fault of the disk is about a single body.
func isLocal(err error) bool {
	disk, ok := errors.AsType[*sink.Error](err)
	return ok && disk.Local()
}

// failed fills in why there is no answer, or no whole one, or why it is not kept.
func failed(line *manifest.Line, err error) {
	line.Outcome = manifest.Failed
	line.Reason = err.Error()
	if isLocal(err) {
		line.ErrorClass = string(fetch.ClassDisk)
		return
	}
	if step, ok := errors.AsType[*transform.Error](err); ok {
		line.ErrorClass = string(fetch.ClassTransform)
		if step.Kind == transform.TooLarge {
			line.Outcome, line.ErrorClass = manifest.TooLarge, string(fetch.ClassTooLarge)
		}
		return
	}
	e, ok := errors.AsType[*fetch.Error](err)
	if !ok {
		line.ErrorClass = string(fetch.ClassProtocol)
		return
	}
	line.ErrorClass, line.Reason = string(e.Class), e.Reason
	if e.Class == fetch.ClassTooLarge {
		line.Outcome = manifest.TooLarge
	}
	if n := len(e.Redirects); n > 0 {
		line.Redirects = hops(e.Redirects)
		if n > 1 || e.URL != e.Redirects[0].URL { // else the only one was not followed
			line.FinalURL = shown(e.URL)
		}
	}
}

// refused fills in that the answer is not what was asked for.
func refused(line *manifest.Line, rec *fetch.Record) {
	line.Outcome = manifest.Failed
	line.Reason = strings.TrimSpace(fmt.Sprintf("the server answered %d %s", rec.Status, rec.Reason))
	switch rec.Status / 100 {
	case 4:
		line.ErrorClass = string(fetch.ClassHTTP4xx)
	case 5:
		line.ErrorClass = string(fetch.ClassHTTP5xx)
	default:
		line.ErrorClass = string(fetch.ClassProtocol)
	}
}

func why(rec *fetch.Record, err error) string {
	if err != nil {
		return err.Error()
	}
	return fmt.Sprintf("status %d", rec.Status)
}

// Name is what the records know a URL by that a frontier holds: without a password.
func Name(url string) string {
	url, again, _ := strings.Cut(url, "#")
	url = shown(url)
	if again != "" {
		url += "#" + again
	}
	return url
}

// shown is a URL as it may be shown and kept: without a password.
func shown(url string) string {
	if !strings.Contains(url, "@") {
		return url
	}
	u, err := urls.Parse(url)
	if err != nil {
		return urls.Mask(url)
	}
	return u.Redacted()
}

func millis(d time.Duration) float64 {
	return float64(d.Round(time.Microsecond)) / float64(time.Millisecond)
}
