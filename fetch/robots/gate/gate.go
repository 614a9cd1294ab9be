package gate

import (
	"context"
	"strconv"
	"strings"
	"time"

	"crawl/fetch"
	"crawl/fetch/robots"
	"crawl/fetch/urls"
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

func (o *Options) setDefaults() {
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.MaxCrawlDelay == 0 {
		o.MaxCrawlDelay = 30 * time.Second // as Nutch and StormCrawler have it
	}
	if o.MaxBytes <= 0 {
		o.MaxBytes = 64 << 20
	}
}

// Policy is what else a robots.txt says of its origin.
type Policy struct {
	Robots     string        // URL of the file
	Host       string        // key of politeness, "example.com:443"
	CrawlDelay time.Duration // between two requests, at most Options.MaxCrawlDelay; 0: none said
	Sitemaps   []string      // as the file has them: to be resolved against Robots
}

// New makes a Gate that fetches robots.txt files with client, around which it puts
// redirects and decoding of its own.
func New(client fetch.Fetcher, o Options) *Gate {
	o.setDefaults()
	return &Gate{
		opts:    o,
		fetcher: fetch.Stack(client, fetch.Redirect(maxRedirects), fetch.Decode(-1)),
		origins: map[string]*origin{},
	}
}

// Layer lets through what g allows. It belongs inside of [fetch.Redirect].
func Layer(g *Gate) fetch.Layer {
	return func(next fetch.Fetcher) fetch.Fetcher {
		return fetch.FetcherFunc(func(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
			if err := g.Check(ctx, req); err != nil {
				return nil, err
			}
			return next.Fetch(ctx, req)
		})
	}
}

type exempt struct{}

// Exempt returns a context in which url, and no other, passes a [Layer] unasked. It must
// be [fetch.Request.URL] as it stands there.
func Exempt(ctx context.Context, url string) context.Context {
	return context.WithValue(ctx, exempt{}, url)
}

// Check fetches the robots.txt that req is under, unless it is known, and returns nil if
// it lets req pass. Its errors are those of the [Layer].
func (g *Gate) Check(ctx context.Context, req *fetch.Request) error {
	if url, ok := ctx.Value(exempt{}).(string); ok && url == req.URL {
		return nil
	}
	u, err := urls.Parse(req.URL)
	if err != nil || u.RequestURI() == robotsPath {
		return nil // whoever fetches it says what is wrong with a URL
	}
	known, err := g.ask(ctx, req, u)
	if err != nil {
		return err
	}
	if denied := g.judge(u, known.rules); denied != nil {
		return &fetch.Error{Class: ClassDenied, URL: req.URL, Reason: denied.Error(), Err: denied}
	}
	return nil
}

// judge returns nil if rules let u pass.
func (g *Gate) judge(u urls.URL, rules robots.Rules) *Denied {
	verdict := rules.Match(u.RequestURI())
	if delay, line := rules.CrawlDelay(); verdict.Allowed && g.tooLong(delay) {
		verdict = robots.Verdict{Rule: "Crawl-delay: " + strconv.FormatFloat(delay.Seconds(), 'f', -1, 64), Line: line}
	}
	if verdict.Allowed {
		return nil
	}
	return &Denied{URL: u.WithoutUserinfo().String(), Robots: robotsOf(u), Rule: verdict.Rule, Line: verdict.Line}
}

func (g *Gate) tooLong(delay time.Duration) bool {
	return g.opts.MaxCrawlDelay > 0 && delay > g.opts.MaxCrawlDelay
}

// Policy fetches the robots.txt that req is under, unless it is known, and returns what
// else it says. Its error is a [*fetch.Error]; around a [*Deferred] when the file can't
// be had now.
func (g *Gate) Policy(ctx context.Context, req *fetch.Request) (Policy, error) {
	u, err := urls.Parse(req.URL)
	if err != nil {
		return Policy{}, &fetch.Error{Class: fetch.ClassBadURL, URL: req.URL, Reason: err.Error(), Err: err}
	}
	known, err := g.ask(ctx, req, u)
	if err != nil {
		return Policy{}, err
	}
	return g.policy(u, known), nil
}

func (g *Gate) policy(u urls.URL, known answer) Policy {
	p := Policy{Robots: robotsOf(u), Host: u.Host(), Sitemaps: known.sitemaps}
	if delay, _ := known.rules.CrawlDelay(); !g.tooLong(delay) {
		p.CrawlDelay = delay
	}
	return p
}

const robotsPath = "/robots.txt"

// originOf is the scheme, host and port of u as one key, and robotsOf its robots.txt.
func originOf(u urls.URL) string {
	return strings.TrimSuffix(u.WithoutUserinfo().String(), u.RequestURI())
}

func robotsOf(u urls.URL) string { return originOf(u) + robotsPath }
