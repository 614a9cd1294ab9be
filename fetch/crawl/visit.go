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
}

// lines are used again once they are recorded: each is larger than all else that a
// visit needs.
var lines = sync.Pool{New: func() any { return new(manifest.Line) }}

// visit fetches an entry once. Its error is a failure to store which others would
// meet as well: it ends the crawl.
func (c *Crawl) visit(ctx context.Context, e frontier.Entry) (Visit, error) {
	started := time.Now()
	line := lines.Get().(*manifest.Line)
	*line = manifest.Line{
		URL:      shown(e.URL),
		Attempts: e.Attempts + 1,
		Started:  started,
		Line:     e.Line,
	}
	judged := c.Listed == nil || c.aside.over() // what is refused now is refused for good
	capture := c.capture()
	defer capture.Close()
	req := &fetch.Request{Method: c.Method, URL: e.URL, Body: c.Body, Header: c.Header, Deadline: started.Add(c.Timeout - e.Spent), Capture: capture}
	rec, err := c.Fetcher.Fetch(ctx, req)
	head := time.Since(started)
	var body time.Duration
	if err == nil {
		defer rec.Body.Close()
		describe(line, rec)
		if good(rec.Status) || unchanged(rec) {
			read := &timed{ReadCloser: rec.Body}
			rec.Body = read
			err = c.store(ctx, line, rec, e.URL)
			body = read.took
		}
	}
	if disk, ok := errors.AsType[*sink.Error](err); ok && !disk.Local() {
		return Visit{}, disk
	}
	if err != nil && ctx.Err() != nil { // stopped by hand: no record, so the next run repeats it
		return Visit{End: frontier.Outcome{Retry: true, Load: pipeline.Ignored}}, nil
	}
	end := frontier.Outcome{Load: load(rec, err), Latency: latency(head, time.Since(started), line.WireBytes)}
	if again, ok := c.again(req, rec, err, e, time.Since(started)); ok {
		c.tell("again later", line, "attempt", line.Attempts, "wait", again.Wait, "why", why(rec, err))
		again.Load, again.Latency = end.Load, end.Latency
		return Visit{End: again}, nil
	}
	end.Backoff = backoff(rec, err)
	if line.Outcome == "" { // else Put has kept it
		if fault := c.keep(ctx, line, capture, rec, err); fault != nil && ctx.Err() == nil {
			return Visit{}, fault
		} else if fault != nil {
			return Visit{End: frontier.Outcome{Retry: true, Load: pipeline.Ignored}}, nil
		}
	}
	v := Visit{Line: line, End: end, Body: body}
	switch {
	case err != nil:
		failed(line, err)
		if host, ok := c.refused(err); ok && !judged {
			if aside, final := c.setAside(refusal{e, line, time.Since(started), host}); !final {
				return aside, nil
			}
		}
	case rec.Status == http.StatusNotModified:
		line.Outcome = manifest.NotModified
	case !good(rec.Status):
		refused(line, rec)
	}
	c.tell(string(line.Outcome), line, "status", line.Status, "bytes", line.Bytes, "why", line.Reason)
	return v, nil
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

// store streams the body to the sink.
func (c *Crawl) store(ctx context.Context, line *manifest.Line, rec *fetch.Record, url string) error {
	stored, err := c.Sink.Put(ctx, rec, url)
	line.WireBytes = rec.Wire.Bytes
	if err != nil {
		return err
	}
	line.Outcome = manifest.Fetched
	line.Bytes = stored.Bytes
	line.Path, line.Steps = stored.Path, c.Steps
	place(line, stored)
	// Only now that the body is whole: a server would confirm a cut one for ever.
	line.ETag, line.LastModified = validator(rec.Header.Get("ETag")), validator(rec.Header.Get("Last-Modified"))
	if stored.SHA256 != (sink.Stored{}).SHA256 {
		line.SHA256 = fmt.Sprintf("%x", stored.SHA256)
	}
	return nil
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
func (c *Crawl) again(req *fetch.Request, rec *fetch.Record, err error, e frontier.Entry, took time.Duration) (frontier.Outcome, bool) {
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
	if len(rec.Redirects) > 0 {
		line.FinalURL = shown(rec.URL)
		line.Redirects = hops(rec.Redirects)
	}
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
