package gate

import (
	"context"
	"errors"
	"time"

	"crawl/fetch"
)

// Options are how a [Gate] behaves. The zero value goes by the rules for everybody.
type Options struct {
	// Product is the crawler's token in robots.txt files: see
	// [crawl/fetch/robots.Product]. Empty, only rules for "*" count.
	Product string
	// Timeout is how long the fetch of one robots.txt may take, redirects included.
	// Default 30 s.
	Timeout time.Duration
	// MaxCrawlDelay is the longest Crawl-delay that is not a denial. Default 30 s; below
	// 0 all are obeyed.
	MaxCrawlDelay time.Duration
	// MaxBytes bounds, roughly, the memory of all that is kept. Default 64 MiB. What was
	// not asked for longest is forgotten, and fetched again when it is needed.
	MaxBytes int64
	// Learned, when set, is called after each robots.txt that was read, before a request
	// passes by its rules. It may be called by several goroutines at once.
	Learned func(Policy)
}

// Policy is what else a robots.txt says of its origin.
type Policy struct {
	Robots     string        // URL of the file
	Host       string        // key of politeness, "example.com:443"
	CrawlDelay time.Duration // between two requests, at most Options.MaxCrawlDelay; 0: none said
	Sitemaps   []string      // as the file has them: to be resolved against Robots
}

// Gate keeps the robots.txt files of origins. Its methods are safe for concurrent use.
type Gate struct{}

// New makes a Gate that fetches robots.txt files with client, around which it puts
// redirects and decoding of its own.
func New(client fetch.Fetcher, o Options) *Gate { return &Gate{} }

// Layer lets through what g allows. It belongs inside of [fetch.Redirect].
func Layer(g *Gate) fetch.Layer {
	return func(next fetch.Fetcher) fetch.Fetcher { return next }
}

// Exempt returns a context in which url, and no other, passes a [Layer] unasked. It must
// be [fetch.Request.URL] as it stands there.
func Exempt(ctx context.Context, url string) context.Context { return ctx }

// Check fetches the robots.txt that req is under, unless it is known, and returns nil if
// it lets req pass. Its errors are those of the [Layer].
func (g *Gate) Check(ctx context.Context, req *fetch.Request) error { return errors.ErrUnsupported }

// Policy fetches the robots.txt that req is under, unless it is known, and returns what
// else it says. Its error is a [*fetch.Error]; around a [*Deferred] when the file can't
// be had now.
func (g *Gate) Policy(ctx context.Context, req *fetch.Request) (Policy, error) {
	return Policy{}, errors.ErrUnsupported
}
