package fetch

import (
	"context"
	"io"
	"net/netip"
	"time"
)

// Fetcher fetches one request. A [Client] is one, and so is a client behind any
// stack of layers. Implementations are safe for concurrent use.
//
// Fetch returns either an error, which is an [*Error], or a Record whose Body
// the caller must close. Any status is an answer and not an error.
type Fetcher interface {
	Fetch(ctx context.Context, req *Request) (*Record, error)
}

// FetcherFunc lets a function be a Fetcher.
type FetcherFunc func(ctx context.Context, req *Request) (*Record, error)

// Fetch calls f.
func (f FetcherFunc) Fetch(ctx context.Context, req *Request) (*Record, error) { return f(ctx, req) }

// Layer adds one concern to a Fetcher by wrapping it.
type Layer func(Fetcher) Fetcher

// Stack puts layers around base, the first outermost.
func Stack(base Fetcher, layers ...Layer) Fetcher {
	for i := len(layers) - 1; i >= 0; i-- {
		base = layers[i](base)
	}
	return base
}

// Request is what to ask for. Fetchers do not change it.
type Request struct {
	Method string // "" means GET
	URL    string // absolute http or https URL; see [crawl/fetch/urls.Parse]

	// Header holds more fields, or others than are sent unasked. A User-Agent, Accept,
	// Accept-Encoding or Content-Type that is empty is not sent at all.
	Header Header

	// Body is sent with the request, its type and length too unless Header has a
	// Content-Type of its own. nil sends none.
	Body Body
	// Expect has the server say first that it wants the Body (RFC 9110 section
	// 10.1.1): without an answer it is sent after a second all the same.
	Expect bool
	// Discovered says that somebody else than the user named the URL: a page, or a
	// redirect to another host. Such a request may not reach special addresses: see
	// [Options.AllowPrivate].
	Discovered bool

	// Via are the redirects that led here, the first one first: those of [NextHop], of
	// whoever follows them himself.
	Via []Hop

	// MaxRedirects, if not 0, stands in for the limit of [Redirect]; below 0 none is
	// followed.
	MaxRedirects int

	// Capture, when set, gets what goes over the wire, byte for byte: see [Capture].
	Capture *Capture

	// Deadline bounds the whole of it, redirects, repetitions and the body
	// included; zero means no limit. A context with a deadline does the same but
	// costs a timer for each request.
	Deadline time.Time
}

// Record is the answer to a Request. It owns everything in it; only Body streams.
type Record struct {
	URL       string // that gave the answer: Request.URL, or where redirects led
	Proto     string // "HTTP/1.1"
	Status    int
	Reason    string
	Header    Header   // as it was received
	RawHead   string   // status line and fields, byte for byte, to the empty line
	Trailer   Header   // the fields after a chunked body; there once Body has ended
	Redirects []Hop    // that led here
	Request   *Request // that got this answer, as layers made it: of the last hop
	Cached    bool     // Body comes from a store, as in crawl/fetch/cache, and not from the server

	// Body streams the answer's content. Its errors are [*Error]; an io.EOF means
	// that the body came whole. It is never nil, and must be closed. The context
	// given to Fetch governs it until then.
	Body io.ReadCloser

	RemoteAddr netip.AddrPort // of the server, or of the proxy in between
	Started    time.Time
	Timing     Timing
	Wire       *Wire // what came over the wire so far; never nil
}

// Hop is an answer that led on.
type Hop struct {
	URL       string
	Status    int
	SetCookie bool // it set one
}

// Timing says where the time went until the head of the answer was there.
// DNS, Connect and TLS are zero on a reused connection.
type Timing struct {
	Queue             time.Duration // for a place, where connections are limited
	DNS, Connect, TLS time.Duration
	TTFB              time.Duration // from the request's last byte to the answer's first
}

// Wire counts what a body took on the wire, before decoding.
type Wire struct{ Bytes int64 }
