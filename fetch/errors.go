package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"crawl/fetch/urls"
	"crawl/pipeline/stats"
)

// Class sorts the ways in which a fetch can fail. Each failure has exactly one. It
// is an error so that errors.Is(err, fetch.ClassTLS) tells.
type Class string

// Error is the class's name.
func (c Class) Error() string { return string(c) }

// The classes.
const (
	ClassDNS            Class = "dns"
	ClassRefused        Class = "refused" // no connection: refused, unreachable
	ClassReset          Class = "reset"   // the peer dropped the connection
	ClassTimeoutConnect Class = "timeout_connect"
	ClassTimeoutIdle    Class = "timeout_idle"
	ClassTimeoutTotal   Class = "timeout_total"
	ClassTLS            Class = "tls"
	ClassProtocol       Class = "protocol"
	ClassTruncated      Class = "truncated"
	ClassEncoding       Class = "encoding"
	ClassTooLarge       Class = "too_large"
	ClassRedirectLoop   Class = "redirect_loop"
	ClassRedirectLimit  Class = "redirect_limit"
	ClassBadURL         Class = "bad_url"
	ClassPrivateAddress Class = "private_address"
	ClassHTTP4xx        Class = "http_4xx"
	ClassHTTP5xx        Class = "http_5xx"
	ClassTransform      Class = "transform"    // a step of crawl --transform could not use the body
	ClassNotArchived    Class = "not_archived" // crawl/fetch/replay has no answer for the URL
	ClassDisk           Class = "disk"
	ClassCancelled      Class = "cancelled"
)

// Error says why a fetch failed. It unwraps to the cause: a timeout matches
// [context.DeadlineExceeded], and a cancelled context's error [context.Canceled].
type Error struct {
	Class     Class
	URL       string // of the hop that failed
	Reason    string // one clear line without a password
	Redirects []Hop  // that led to URL; then URL's own when that could not be followed
	Err       error  // the cause; may be nil

	// Answer is the one with the status that [ClassHTTP4xx] or [ClassHTTP5xx] is
	// about; nil otherwise.
	Answer *Record
}

// Error returns URL and reason in one line that is fit for a terminal, without a
// password.
func (e *Error) Error() string { return stats.Printable(urls.Mask(e.URL) + ": " + e.Reason) }

func (e *Error) Unwrap() error { return e.Err }

// Timeout reports whether a limit of time was the reason.
func (e *Error) Timeout() bool {
	switch e.Class {
	case ClassTimeoutConnect, ClassTimeoutIdle, ClassTimeoutTotal:
		return true
	}
	return false
}

// Is lets an Error match its [Class], and every timeout [context.DeadlineExceeded].
func (e *Error) Is(target error) bool {
	if class, ok := target.(Class); ok {
		return e.Class == class
	}
	return target == context.DeadlineExceeded && e.Timeout()
}

// ClassOf returns err's class, or "" when err is not of a fetch.
func ClassOf(err error) Class {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Class
	}
	return ""
}

// fault builds an Error without a URL: whoever knows the URL adds it. What errors
// of others say may hold a URL of theirs, such as a proxy's.
func fault(class Class, err error, format string, args ...any) *Error {
	return &Error{Class: class, Reason: urls.Mask(fmt.Sprintf(format, args...)), Err: err}
}

// badURL says what is wrong with a URL, which whoever adds it does not say again.
func badURL(err error) *Error {
	if e, ok := errors.AsType[*urls.Error](err); ok {
		return fault(ClassBadURL, err, "%s", e.Reason)
	}
	return fault(ClassBadURL, err, "%v", err)
}

// ended says why a fetch must end, or returns nil when it need not: ctx ended, or
// the deadline has passed, if there is one.
func ended(ctx context.Context, deadline time.Time) *Error {
	err := ctx.Err()
	if err == nil && !deadline.IsZero() && !time.Now().Before(deadline) {
		err = context.DeadlineExceeded
	}
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded):
		return outOfTime(err)
	default:
		return fault(ClassCancelled, err, "cancelled")
	}
}

func outOfTime(err error) *Error {
	return fault(ClassTimeoutTotal, err, "not done within the total time limit")
}

// classify turns an error of a connection in use into an Error. Errors that
// already are one pass through.
func (c *conn) classify(err error, doing string) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if e := c.ended(); e != nil {
		return e
	}
	return classify(err, doing)
}

func classify(err error, doing string) *Error {
	switch {
	case alertIn(err) != "": // TLS 1.3 judges client certificates after the handshake
		return explainTLS(err)
	case errors.Is(err, os.ErrDeadlineExceeded):
		return fault(ClassTimeoutIdle, err, "nothing came for too long while %s", doing)
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return fault(ClassReset, err, "the server closed the connection while %s", doing)
	case errors.Is(err, syscall.ECONNRESET), errors.Is(err, syscall.EPIPE), errors.Is(err, net.ErrClosed):
		return fault(ClassReset, err, "the server dropped the connection while %s", doing)
	}
	// Whatever else the system says, the connection is no more: its route is gone, or
	// it is Windows, which has numbers of its own for the above.
	if number, ok := errors.AsType[syscall.Errno](err); ok {
		return fault(ClassReset, err, "the connection broke while %s: %v", doing, number)
	}
	return fault(ClassProtocol, err, "broken connection while %s: %v", doing, err)
}
