package fetch

import (
	"context"
	"errors"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"crawl/pipeline"
)

// Retry asks again, after a wait, when that is worth it: see [Retryable]. The
// waits end early with ctx. After the last attempt its answer or error is returned,
// and so it is when no time is left for another.
//
// A crawl does not use this layer: it gives the URL back to its frontier, so that
// no worker waits.
func Retry(policy pipeline.Retry) Layer {
	return func(next Fetcher) Fetcher {
		return FetcherFunc(func(ctx context.Context, req *Request) (*Record, error) {
			for attempt := 0; ; attempt++ {
				rec, err := next.Fetch(ctx, req)
				after, ok := Retryable(req, rec, err)
				if !ok {
					return rec, err
				}
				wait, ok := policy.Wait(attempt, after, rand.Float64())
				if !ok || !timeFor(ctx, wait, req.Deadline) {
					return rec, err
				}
				if rec != nil {
					rec.Body.Close()
				}
				if e := pause(ctx, wait); e != nil {
					e.URL = req.URL
					return nil, e
				}
			}
		})
	}
}

// timeFor reports whether the end would not come before a wait is over.
func timeFor(ctx context.Context, wait time.Duration, deadline time.Time) bool {
	if at, ok := ctx.Deadline(); ok && time.Until(at) < wait {
		return false
	}
	return deadline.IsZero() || time.Until(deadline) >= wait
}

func pause(ctx context.Context, wait time.Duration) *Error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ended(ctx, time.Time{})
	}
}

func idempotent(method string) bool {
	switch method {
	case "GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE":
		return true
	}
	return false
}

// Retryable reports whether asking again may help: after answers that say so
// (408, 425, 429, 500, 502, 503, 504) and after failures of the network, but not
// when a host does not exist, a certificate is wrong or an answer is malformed,
// nor when time is up. after is the wait that the server asks for, or 0.
//
// A method that may do harm when it is repeated, such as POST (RFC 9110 section 9.2.2),
// is worth it only when no server can have got anything of the request. A body that
// can't be sent again (see [Replayable]) never is.
func Retryable(req *Request, rec *Record, err error) (after time.Duration, ok bool) {
	if !idempotent(method(req)) && !unsent(err) || req.Body != nil && !Replayable(req.Body) {
		return 0, false
	}
	if err != nil {
		return 0, retryableError(err)
	}
	switch rec.Status {
	case 408, 425, 429, 500, 502, 503, 504:
		return RetryAfter(rec.Header, time.Now()), true
	}
	return 0, false
}

// unsent reports whether err is that of a request which never had a connection, and
// was not sent elsewhere before, as one is that was redirected.
func unsent(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok || len(e.Redirects) > 0 {
		return false
	}
	switch e.Class {
	case ClassDNS, ClassRefused, ClassTimeoutConnect:
		return true
	}
	return false
}

func retryableError(err error) bool {
	switch ClassOf(err) {
	case ClassRefused, ClassReset, ClassTruncated, ClassTimeoutConnect, ClassTimeoutIdle:
		return true
	case ClassDNS:
		dns, ok := errors.AsType[*net.DNSError](err)
		return !ok || !dns.IsNotFound
	}
	return false
}

// RetryAfter is the wait that a Retry-After field asks for (RFC 9110 section
// 10.2.3): a number of seconds, at most 2^32, or a date seen from now. It is 0 when
// there is none, when it lies in the past and when it makes no sense.
func RetryAfter(h Header, now time.Time) time.Duration {
	value := strings.TrimSpace(h.Get("Retry-After"))
	if seconds, err := strconv.ParseUint(value, 10, 63); err == nil || errors.Is(err, strconv.ErrRange) {
		return time.Duration(min(seconds, 1<<32)) * time.Second
	}
	if date, err := http.ParseTime(value); err == nil {
		return max(0, date.Sub(now))
	}
	return 0
}
