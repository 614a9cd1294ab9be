package fetch

import (
	"context"
	"io"
	"net"
	"strings"
	"sync"
	"time"

	"crawl/fetch/urls"
	"crawl/pipeline"
)

// SessionOptions of a [Session]. The zero value is useful.
type SessionOptions struct {
	// Client has the options of connections.
	Client Options
	// BaseURL is what relative URLs are relative to. It must end in "/", or its last
	// part would be lost on the way.
	BaseURL string
	// Header holds the fields of every request that does not have its own of that
	// name. Default: Accept: */*. See [Request.Header] for how to send none.
	Header Header
	// Timeout limits a request with its redirects, repetitions and body, unless it
	// has a Deadline. Default 5 min; below 0 none.
	Timeout time.Duration
	// MaxRedirects is for [Redirect], MaxSize for [Decode].
	MaxRedirects int
	MaxSize      int64
	// Retry says how often to try again, a hop of redirects at a time. Default: never.
	Retry pipeline.Retry
	// Jar keeps cookies, as crawl/fetch/cookies does. Default: none are kept.
	Jar Layer
	// Auth answers for the user, as crawl/fetch/auth does.
	Auth Layer
	// Outer layers see a request and its last answer, Inner ones each hop of its
	// redirects, with what Jar and Auth added. The first is outermost.
	Outer, Inner []Layer
	// Check judges last answers: see [Check]. For any status from 400 up to be an
	// error it is (*Record).Err.
	Check func(*Record) error
}

// Session is a client with what most callers want around it: redirects, decoding,
// cookies, defaults for all requests, and one end for all of it. It is safe for
// concurrent use; fetch.FetcherFunc(session.Do) is a [Fetcher].
type Session struct {
	base    urls.URL
	header  Header
	timeout time.Duration
	client  *Client
	fetcher Fetcher

	life context.Context // of all requests
	end  context.CancelFunc

	mu      sync.Mutex // guards closed, and flights against being waited for and added to at once
	closed  bool
	flights sync.WaitGroup
}

// NewSession returns a Session, to be closed after use. Its error is of BaseURL.
func NewSession(opt SessionOptions) (*Session, error) {
	setDefault(&opt.Timeout, 5*time.Minute)
	s := &Session{timeout: opt.Timeout, header: opt.Header}
	if !s.header.Has("Accept") {
		s.header = append(s.header[:len(s.header):len(s.header)], Field{"Accept", "*/*"})
	}
	if opt.BaseURL != "" {
		var err error
		if s.base, err = urls.Parse(opt.BaseURL); err != nil {
			return nil, &Error{Class: ClassBadURL, URL: opt.BaseURL, Reason: badURL(err).Reason, Err: err}
		}
		if !strings.HasSuffix(s.base.Path(), "/") || s.base.RawQuery() != "" {
			return nil, &Error{Class: ClassBadURL, URL: s.base.Redacted(), Reason: "a base URL must end in /"}
		}
	}
	s.client = NewClient(opt.Client)
	s.fetcher = Stack(s.client, opt.layers()...)
	s.life, s.end = context.WithCancel(context.Background())
	return s, nil
}

// layers are all there are, the outermost first.
func (o *SessionOptions) layers() []Layer {
	layers := append([]Layer{}, o.Outer...)
	if o.Check != nil {
		layers = append(layers, Check(o.Check))
	}
	layers = append(layers, Redirect(o.MaxRedirects))
	for _, l := range []Layer{o.Auth, o.Jar} { // so that cookies of a challenge count
		if l != nil {
			layers = append(layers, l)
		}
	}
	layers = append(layers, o.Inner...) // a cache among them has to know who asks
	if o.Retry.Max > 0 {
		layers = append(layers, Retry(o.Retry))
	}
	return append(layers, Decode(o.MaxSize))
}

// Do sends req with the session's defaults. The method is sent in upper case.
func (s *Session) Do(ctx context.Context, req *Request) (*Record, error) {
	if !s.enter() {
		return nil, &Error{Class: ClassCancelled, URL: req.URL, Reason: "the session is closed", Err: net.ErrClosed}
	}
	defer s.flights.Done()
	own, err := s.prepare(req)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancel(ctx)
	stop := context.AfterFunc(s.life, cancel)
	release := func() { stop(); cancel() }
	rec, err := s.fetcher.Fetch(ctx, own)
	if err != nil {
		release()
		return nil, err
	}
	rec.Body = &tied{rec.Body, release}
	return rec, nil
}

func (s *Session) enter() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.flights.Add(1)
	}
	return !s.closed
}

// tied is a body that the session's end ends.
type tied struct {
	io.ReadCloser
	release func()
}

func (t *tied) Close() error {
	err := t.ReadCloser.Close()
	t.release()
	return err
}

// prepare is req with what the session adds.
func (s *Session) prepare(req *Request) (*Request, error) {
	u, err := s.base.Resolve(req.URL)
	if err != nil {
		return nil, &Error{Class: ClassBadURL, URL: req.URL, Reason: badURL(err).Reason, Err: err}
	}
	own := *req
	own.URL = u.String()
	own.Method = strings.ToUpper(req.Method)
	own.Header = req.Header[:len(req.Header):len(req.Header)]
	for _, f := range s.header {
		if !req.Header.Has(f.Name) {
			own.Header = append(own.Header, f)
		}
	}
	if own.Deadline.IsZero() && s.timeout > 0 {
		own.Deadline = time.Now().Add(s.timeout)
	}
	return &own, nil
}

// Get asks for url, which may be relative to the base URL, as in all methods.
func (s *Session) Get(ctx context.Context, url string) (*Record, error) {
	return s.Do(ctx, &Request{URL: url})
}

// Head asks for what Get would answer, without the body. It follows no redirects.
func (s *Session) Head(ctx context.Context, url string) (*Record, error) {
	return s.Do(ctx, &Request{Method: "HEAD", URL: url, MaxRedirects: -1})
}

// Options asks what url can do.
func (s *Session) Options(ctx context.Context, url string) (*Record, error) {
	return s.Do(ctx, &Request{Method: "OPTIONS", URL: url})
}

// Post sends body, which may be nil, for url to do with it what it does.
func (s *Session) Post(ctx context.Context, url string, body Body) (*Record, error) {
	return s.Do(ctx, &Request{Method: "POST", URL: url, Body: body})
}

// Put sends body to stand at url.
func (s *Session) Put(ctx context.Context, url string, body Body) (*Record, error) {
	return s.Do(ctx, &Request{Method: "PUT", URL: url, Body: body})
}

// Patch sends body as changes to what stands at url.
func (s *Session) Patch(ctx context.Context, url string, body Body) (*Record, error) {
	return s.Do(ctx, &Request{Method: "PATCH", URL: url, Body: body})
}

// Delete removes what stands at url.
func (s *Session) Delete(ctx context.Context, url string) (*Record, error) {
	return s.Do(ctx, &Request{Method: "DELETE", URL: url})
}

// Close ends every request under way with [ClassCancelled], waits until each has
// returned, and closes the connections. A body that is still being read fails at its
// next Read. Later requests fail with [net.ErrClosed]. It may be called again.
func (s *Session) Close() error {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.end()
	s.flights.Wait()
	return s.client.Close()
}
