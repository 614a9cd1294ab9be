package standard

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/textproto"
	"slices"
	"strings"
	"sync"
	"time"

	"crawl/fetch"
)

// The limits of [fetch.Client], where net/http has none.
const (
	maxInformational = 32 // 1xx answers before the final one
	maxFields        = 1000

	maxDials = 3 // for one exchange
)

var errIdle = errors.New("idle")

type exchangeKey struct{}

// exchange is one request and its answer, and the answer's Body.
type exchange struct {
	fetch.Record
	wire  fetch.Wire
	trace *fetch.Trace
	ctx   context.Context         // of the caller
	run   context.Context         // of what net/http does; ends with the exchange
	stop  context.CancelCauseFunc // of run
	limit time.Duration           // without a byte
	host  string                  // host:port of the server

	captured *fetch.Exchange // nil as a rule

	body io.ReadCloser // of net/http
	from *http.Response
	err  error // sticky; io.EOF when the body came whole

	mu            sync.Mutex // guards what follows
	idle          *time.Timer
	over          bool
	conn          net.Conn // that was opened for this exchange
	opening       fetch.Timing
	wanted, sent  time.Time // the connection, the request
	informational int
	opened        int
	fault         *fetch.Error // of the request's body
}

func begin(ctx context.Context, trace *fetch.Trace, req *fetch.Request, host string, idle time.Duration) *exchange {
	x := &exchange{trace: trace, ctx: ctx, limit: idle, host: host}
	x.Record = fetch.Record{URL: req.URL, Request: req, Started: time.Now(), Wire: &x.wire}
	x.captured = req.Capture.Begin(req)
	run, stop := context.WithCancelCause(context.WithValue(ctx, exchangeKey{}, x))
	x.run, x.stop = run, stop
	if !req.Deadline.IsZero() {
		var cancel context.CancelFunc
		x.run, cancel = context.WithDeadline(run, req.Deadline)
		x.stop = func(cause error) { stop(cause); cancel() }
	}
	x.idle = time.AfterFunc(idle, func() { x.stop(errIdle) })
	x.idle.Stop() // until there is a connection
	return x
}

// end lets go of everything.
func (x *exchange) end() {
	x.mu.Lock()
	x.over = true
	x.idle.Stop()
	x.mu.Unlock()
	x.stop(nil)
}

// progress says that something came or went: the idle limit runs anew.
func (x *exchange) progress() {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.over {
		x.idle.Reset(x.limit)
	}
}

// rest says that nothing need come.
func (x *exchange) rest() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.idle.Stop()
}

// dials counts the connections that are opened for the exchange. To a server that
// answers with PROTOCOL_ERROR, net/http would open one after the other without end.
func (x *exchange) dials() *fetch.Error {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.opened++; x.opened > maxDials {
		return &fetch.Error{Class: fetch.ClassReset, Reason: "the server resets the stream on each connection"}
	}
	return nil
}

func (x *exchange) dialled(nc net.Conn, t fetch.Timing) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.conn, x.opening = nc, t
}

// hooks have net/http tell what it does; some of it on goroutines of its own.
func (x *exchange) hooks() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.wanted = time.Now()
			x.idle.Stop()
		},
		GotConn: x.connected,
		WroteHeaders: func() {
			if x.trace.HeadersSent != nil {
				x.trace.HeadersSent(x.ctx, x.Request)
			}
		},
		WroteRequest: func(httptrace.WroteRequestInfo) {
			x.mu.Lock()
			defer x.mu.Unlock()
			x.sent = time.Now()
		},
		GotFirstResponseByte: func() {
			x.mu.Lock()
			defer x.mu.Unlock()
			if !x.sent.IsZero() {
				x.Timing.TTFB = time.Since(x.sent)
			}
		},
		Got1xxResponse: x.informed,
	}
}

// connected takes note of the connection.
func (x *exchange) connected(info httptrace.GotConnInfo) {
	x.mu.Lock()
	x.Timing = fetch.Timing{}
	if info.Conn == x.conn {
		x.Timing = x.opening
	}
	waited := time.Since(x.wanted) - x.Timing.DNS - x.Timing.Connect - x.Timing.TLS
	x.Timing.Queue = max(0, waited)
	if addr, ok := info.Conn.RemoteAddr().(*net.TCPAddr); ok {
		x.RemoteAddr = addrPort(addr)
	}
	x.mu.Unlock()
	x.progress()
	if info.Reused && x.trace.Reuse != nil {
		x.trace.Reuse(x.ctx, x.host)
	}
}

// informed counts the answers before the final one.
func (x *exchange) informed(int, textproto.MIMEHeader) error {
	x.progress()
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.informational++; x.informational < maxInformational {
		return nil
	}
	return &fetch.Error{Class: fetch.ClassProtocol, Reason: fmt.Sprintf("more than %d informational answers", maxInformational)}
}

// answered takes over the head of the answer.
func (x *exchange) answered(r *http.Response) *fetch.Error {
	x.rest()
	switch {
	case r.StatusCode == http.StatusSwitchingProtocols:
		return &fetch.Error{Class: fetch.ClassProtocol, Reason: "the server switches to another protocol unasked"}
	case r.StatusCode < 200:
		return &fetch.Error{Class: fetch.ClassProtocol, Reason: fmt.Sprintf("status %03d", r.StatusCode)}
	}
	x.mu.Lock() // WroteRequest may still come, and the hooks have it
	defer x.mu.Unlock()
	x.Proto, x.Status, x.Header = r.Proto, r.StatusCode, fields(r.Header)
	if r.ProtoMajor < 2 { // HTTP/2 has no reasons, and net/http makes one up
		_, x.Reason, _ = strings.Cut(r.Status, " ")
	}
	if len(x.Header) > maxFields {
		return &fetch.Error{Class: fetch.ClassProtocol, Reason: fmt.Sprintf("more than %d header fields", maxFields)}
	}
	x.from, x.body, x.Body = r, r.Body, x
	x.recordAnswer()
	return nil
}

// fields are the fields of h in the order of their names.
func fields(h http.Header) fetch.Header {
	out := make(fetch.Header, 0, len(h))
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			out.Add(name, value)
		}
	}
	return out
}

// Read implements [io.Reader].
func (x *exchange) Read(p []byte) (int, error) {
	if x.err != nil {
		return 0, x.err
	}
	x.progress()
	n, err := x.body.Read(p)
	x.rest()
	x.wire.Bytes += int64(n)
	x.captured.Received(p[:n])
	if n > 0 && x.trace.ChunkReceived != nil {
		x.trace.ChunkReceived(x.ctx, n)
	}
	if err != nil {
		err = x.finish(err)
	}
	return n, err
}

// finish keeps err as the body's end.
func (x *exchange) finish(err error) error {
	if errors.Is(err, io.EOF) {
		x.err = io.EOF
		x.Trailer = fields(x.from.Trailer)
	} else {
		e := x.explainBody(err)
		e.URL = x.URL
		x.err = e
	}
	x.body.Close()
	x.captured.End(x.err, 0)
	x.end()
	return x.err
}

var errClosed = errors.New("read of a closed body")

// Close lets go of the answer. What has not come of it then never will.
func (x *exchange) Close() error {
	if x.err == nil {
		x.finish(&fetch.Error{Class: fetch.ClassCancelled, Reason: "the body was closed before its end", Err: errClosed})
	}
	return nil
}
