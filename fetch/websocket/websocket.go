// Package websocket speaks WebSocket (RFC 6455) to servers, over connections that a
// [fetch.Client] opens: with its look-ups, proxies, TLS and guard.
//
// Start with [Dial], then read and write messages:
//
//	conn, err := websocket.Dial(ctx, client, "wss://example.com/feed", websocket.Options{})
//	defer conn.Close(websocket.NormalClosure, "")
//	for message, err := range conn.Messages(ctx) { ... }
//
// Pings of the server are answered, and its Close is, while something reads. The
// package has no server, and hands out no single frames.
package websocket

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"time"

	"crawl/fetch"

	"github.com/coder/websocket"
)

// DefaultMaxMessage is the limit of a message when nothing else is said, as in aiohttp.
const DefaultMaxMessage = 4 << 20

// Options of [Dial]. The zero value is useful.
type Options struct {
	// Protocols are the subprotocols to offer, the best first. Default: none.
	Protocols []string
	// Header goes with the handshake.
	Header fetch.Header
	// Origin is the Origin field of the handshake. Default: none, as for all that
	// are no browsers.
	Origin string
	// Compression offers permessage-deflate (RFC 7692). Default: not offered.
	Compression bool
	// MaxMessage limits a message that is read, in bytes after decompression: a
	// larger one closes the connection with [MessageTooBig]. Default
	// [DefaultMaxMessage]; below 0 there is no limit.
	MaxMessage int64
	// Heartbeat is how often to ping the server. When no answer comes within another
	// half of it, the connection ends. Default: never. Something must read meanwhile.
	Heartbeat time.Duration
	// Discovered is as in [fetch.Request].
	Discovered bool
}

// Dial opens a connection to url, whose scheme is ws or wss. ctx is for the
// handshake only, which besides has the client's limits of time for connecting and
// for waiting; redirects are not followed. The error is a [*fetch.Error], and wraps
// a [*HandshakeError] when the server answered something else. It is safe for
// concurrent use.
func Dial(ctx context.Context, client *fetch.Client, url string, opt Options) (*Conn, error) {
	c, err := dial(ctx, client, url, opt)
	if err != nil {
		err.URL = url
		return nil, err
	}
	return c, nil
}

func dial(ctx context.Context, client *fetch.Client, url string, opt Options) (*Conn, *fetch.Error) {
	target, ok := httpURL(url)
	if !ok {
		return nil, &fetch.Error{Class: fetch.ClassBadURL, Reason: "the scheme of a WebSocket's URL is ws or wss"}
	}
	req := &fetch.Request{URL: target, Header: opt.Header, Discovered: opt.Discovered}
	if opt.Origin != "" {
		req.Header = append(fetch.Header{{Name: "Origin", Value: opt.Origin}}, opt.Header...)
	}
	m, err := client.Message(req)
	if err != nil {
		return nil, fetch.Explain(err, "")
	}
	idle := client.Options().IdleTimeout
	handshake, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	timer := time.AfterFunc(idle, func() { cancel(errIdle) })
	defer timer.Stop()
	timer.Stop() // until there is a connection

	open := func(context.Context, string, string) (net.Conn, error) {
		nc, _, err := client.Dial(handshake, req, true)
		timer.Reset(idle)
		return nc, err
	}
	transport := &http.Transport{
		DialContext: open, DialTLSContext: open,
		DisableKeepAlives:      true,
		DisableCompression:     true,
		MaxResponseHeaderBytes: int64(client.Options().MaxHeaderBytes),
	}
	how := &websocket.DialOptions{
		HTTPClient:   &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }},
		HTTPHeader:   http.Header{},
		Host:         m.Host,
		Subprotocols: opt.Protocols,
	}
	if opt.Compression {
		how.CompressionMode = websocket.CompressionContextTakeover
	}
	for _, f := range ours(m, req.Header) {
		how.HTTPHeader.Add(f.Name, f.Value)
	}
	wc, answer, err := websocket.Dial(handshake, m.URL.WithoutUserinfo().String(), how) //nolint:bodyclose // Dial closes it
	if err != nil {
		return nil, explain(ctx, handshake, answer, err)
	}
	return newConn(wc, url, opt), nil
}

// ours are the fields of m but for those that only a proxy is to see: it reads
// nothing here.
func ours(m *fetch.Message, own fetch.Header) fetch.Header {
	h := make(fetch.Header, 0, len(m.Header))
	for _, f := range m.Header {
		if own.Has(f.Name) || strings.EqualFold(f.Name, "User-Agent") || strings.EqualFold(f.Name, "Authorization") {
			h = append(h, f)
		}
	}
	return h
}

var errIdle = errors.New("idle")

// httpURL is url with the scheme that its handshake has.
func httpURL(url string) (string, bool) {
	scheme, rest, ok := strings.Cut(url, ":")
	switch {
	case ok && strings.EqualFold(scheme, "ws"):
		return "http:" + rest, true
	case ok && strings.EqualFold(scheme, "wss"):
		return "https:" + rest, true
	}
	return "", false
}

// HandshakeError says that a server answered the handshake, but not as it should.
type HandshakeError struct {
	Status int
	Header fetch.Header // canonical names in no order
}

func (e *HandshakeError) Error() string {
	return fmt.Sprintf("the server answered %d to the WebSocket handshake", e.Status)
}

// explain says why there is no WebSocket.
func explain(ctx, handshake context.Context, answer *http.Response, err error) *fetch.Error {
	if e, ok := errors.AsType[*fetch.Error](err); ok {
		return e
	}
	if e := fetch.Ended(ctx, time.Time{}); e != nil {
		return e
	}
	if context.Cause(handshake) == errIdle {
		return &fetch.Error{Class: fetch.ClassTimeoutIdle, Reason: "nothing came for too long while waiting for the handshake", Err: err}
	}
	if answer == nil {
		e := fetch.Explain(err, "waiting for the handshake")
		if e.Class == fetch.ClassProtocol {
			e.Reason = "not a valid HTTP answer"
		}
		return e
	}
	refusal := &HandshakeError{Status: answer.StatusCode}
	for name, values := range answer.Header {
		for _, value := range values {
			refusal.Header.Add(name, value)
		}
	}
	e := &fetch.Error{Class: fetch.ClassProtocol, Reason: refusal.Error(), Err: refusal}
	switch {
	case answer.StatusCode == http.StatusSwitchingProtocols:
		e.Reason = "the server's WebSocket handshake is not valid"
	case answer.StatusCode/100 == 4:
		e.Class = fetch.ClassHTTP4xx
	case answer.StatusCode/100 == 5:
		e.Class = fetch.ClassHTTP5xx
	}
	return e
}
