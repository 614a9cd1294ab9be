package main

import (
	"crypto/x509"
	"errors"
	"net/url"
	"slices"
	"strings"
	"time"

	"crawl/fetch"
	"crawl/fetch/cache"
	"crawl/fetch/urls"
	"crawl/files/transform"
	"crawl/files/transform/steps"

	"github.com/spf13/pflag"
	"golang.org/x/net/http/httpguts"
)

// flags are the settings of a crawl.
type flags struct {
	concurrency width
	perHost     count
	delay       span
	rate        rate

	asking         asking
	header         headers
	userAgent      string
	timeout        span
	connectTimeout span
	idleTimeout    span
	retries        count
	maxRedirects   count
	maxSize        size
	lab            bool

	following   following
	connections connections
	credentials credentials

	output       string
	format       formats
	transform    chainFlag
	dedupe       bool
	fromWARC     []string
	skipExisting bool
	fresh        bool
	since        string
	failedOut    string
	sync         choice

	reporting
}

// defaultFlags are what a polite run from one machine wants. Their reasons:
// browsers open some 6 connections a host; a page that takes over a minute is not
// worth a worker; three tries more get over a restart of the server.
func defaultFlags() *flags {
	return &flags{
		perHost:        count{n: 8, least: 1},
		timeout:        span{Duration: 60 * time.Second, positive: true},
		connectTimeout: span{Duration: 10 * time.Second, positive: true},
		idleTimeout:    span{Duration: 15 * time.Second, positive: true},
		retries:        count{n: 3},
		maxRedirects:   count{n: fetch.DefaultMaxRedirects},
		maxSize:        fetch.DefaultMaxSize,
		following:      defaultFollowing(),
		output:         "crawl-out",
		format:         formats{formatFiles},
		sync:           choice{"group", []string{"each", "group", "none"}},
		reporting:      defaultReporting("URLs"),
	}
}

// groups are the flags as the help shows them. Every flag is in one of them.
func (f *flags) groups() []*pflag.FlagSet {
	group := func(name string, define func(*pflag.FlagSet)) *pflag.FlagSet {
		fs := pflag.NewFlagSet(name, pflag.ContinueOnError)
		fs.SortFlags = false
		define(fs)
		return fs
	}
	return []*pflag.FlagSet{
		group("Links", f.following.define),
		group("Concurrency and politeness", func(fs *pflag.FlagSet) {
			fs.VarP(&f.concurrency, "concurrency", "c", "fetches in flight, over all hosts; auto finds how many help, at most 1,000, and -v says why")
			fs.VarP(&f.concurrency, "jobs", "j", "the same")
			fs.Var(&f.perHost, "per-host", "fetches in flight at one host")
			fs.Var(&f.delay, "delay", "wait between two fetches of one host")
			fs.Var(&f.rate, "rate", "fetches a second, over all hosts; 0: no limit")
			_ = fs.MarkHidden("jobs") // fails for names that do not exist
		}),
		group("Requests", func(fs *pflag.FlagSet) {
			f.asking.define(fs)
			fs.VarP(&f.header, "header", "H", `send this field, as "Name: value"; repeatable`)
			fs.StringVarP(&f.userAgent, "user-agent", "A", "crawl", "`NAME` to introduce ourselves with")
			fs.Var(&f.timeout, "timeout", "limit for one URL in flight, redirects and retries included")
			fs.Var(&f.connectTimeout, "connect-timeout", "limit for connecting, TLS included")
			fs.Var(&f.idleTimeout, "idle-timeout", "limit for silence in between")
			fs.Var(&f.retries, "retries", "tries more, for failures that may pass")
			fs.Var(&f.maxRedirects, "max-redirects", "redirects followed for one URL")
			fs.Var(&f.maxSize, "max-size", "longest body, after decoding")
			fs.StringArrayVar(&f.fromWARC, "from-warc", nil, "answer from this WARC `FILE`, or all in a folder, and not from the network; repeatable")
			fs.BoolVar(&f.lab, "lab", false, "serve the built-in test site on 127.0.0.1:8089 meanwhile")
		}),
		group("Logins and cookies", f.credentials.define),
		group("Connections", f.connections.define),
		group("Output", func(fs *pflag.FlagSet) {
			fs.StringVarP(&f.output, "output", "o", f.output, "`DIR` for bodies and records")
			fs.Var(&f.format, "format", "keep bodies as files, exchanges as warc, texts and links as jsonl, several of these with commas, or none")
			fs.BoolVar(&f.dedupe, "dedupe", false, "keep equal bodies once: as hard links of files, as revisits in web archives")
			fs.Var(&f.transform, "transform", "store what these steps make of each body; see crawl transform --help")
			fs.BoolVar(&f.skipExisting, "skip-existing", false, "do not fetch what has a file already")
			fs.BoolVar(&f.fresh, "fresh", false, "forget the earlier run in the folder and start over")
			fs.StringVar(&f.since, "since", "", "take from the earlier run in `DIR` what has not changed since")
			fs.StringVar(&f.failedOut, "failed-out", "", "write a list of the URLs that failed to `FILE`, to be fed back")
			fs.Var(&f.sync, "sync", "make records durable: each at once, in groups about every second, or not at all")
		}),
		group("Reporting", f.reporting.define),
	}
}

// check refuses flags that contradict each other.
func (f *flags) check() error {
	switch {
	case f.since != "" && cache.IsConditional(f.header.fields):
		return usageError("--since asks with conditions of its own: drop those of -H")
	case f.output == "":
		return usageError("--output is empty")
	case !httpguts.ValidHeaderFieldValue(f.userAgent):
		return usageError("--user-agent has control characters")
	}
	if err := f.credentials.check(f.header.fields); err != nil {
		return err
	}
	if err := f.asking.check(f); err != nil {
		return err
	}
	if err := f.following.check(f); err != nil {
		return err
	}
	if err := f.checkFormats(); err != nil {
		return err
	}
	if err := f.reporting.check(); err != nil {
		return err
	}
	return f.connections.check()
}

// headers collects -H.
type headers struct{ fields fetch.Header }

func (h *headers) Set(s string) error {
	name, value, ok := strings.Cut(s, ":")
	value = strings.Trim(value, " \t")
	if !ok || !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value) {
		return errors.New(`want "Name: value"`)
	}
	h.fields.Add(name, value)
	return nil
}

func (h *headers) String() string { return "" }
func (h *headers) Type() string   { return "FIELD" }

// proxy is where requests go through (--proxy). The zero value asks the environment.
type proxy struct {
	set bool
	url *url.URL // nil for none
}

func (p *proxy) Set(s string) error {
	if s == "none" {
		*p = proxy{set: true}
		return nil
	}
	if !strings.Contains(s, "://") {
		s = "http://" + s
	}
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, u.Scheme) {
		return errors.New(`want "none" or a URL such as http://proxy.example:3128`)
	}
	*p = proxy{set: true, url: u}
	return nil
}

func (p *proxy) String() string { return "" }
func (p *proxy) Type() string   { return "URL" }

// forTarget returns what the fetch client asks for each target.
func (p *proxy) forTarget() fetch.ProxyFunc {
	switch {
	case !p.set:
		return fetch.ProxyFromEnvironment()
	case p.url == nil:
		return nil
	}
	return func(*url.URL) (*url.URL, error) { return p.url, nil }
}

// authorities are the certificate authorities to believe (--cacert).
type authorities struct {
	file string
	pool *x509.CertPool // nil for the system's
}

func (a *authorities) Set(file string) error {
	pool, err := fetch.LoadCAFile(file)
	if err != nil {
		return err
	}
	*a = authorities{file: file, pool: pool}
	return nil
}

func (a *authorities) String() string { return a.file }
func (a *authorities) Type() string   { return "FILE" }

// chainFlag is what bodies go through on their way to the disk (--transform).
type chainFlag struct{ chain transform.Chain }

func (s *chainFlag) Set(text string) error {
	chain, err := steps.Parse(text)
	if err != nil {
		return err
	}
	if len(chain.Sums()) > 0 {
		return errors.New("checksums are in the manifest anyway")
	}
	s.chain = chain
	return nil
}

func (s *chainFlag) String() string { return s.chain.String() }
func (s *chainFlag) Type() string   { return "STEPS" }

// flagError tells in one line what is wrong with a flag.
func flagError(fs *pflag.FlagSet, err error) error {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return unknownFlag(fs, e)
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return usageError("%s %q: %w", flagName(e.GetFlag()), urls.Mask(e.GetValue()), plainError(e.Unwrap()))
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usageError("%s needs a value", flagName(e.GetFlag()))
	}
	return usageError("%w", err)
}

func unknownFlag(fs *pflag.FlagSet, e *pflag.NotExistError) error {
	if e.GetSpecifiedShortnames() != "" {
		return usageError("unknown flag -%s", e.GetSpecifiedName())
	}
	var names []string
	fs.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	if near := nearest(e.GetSpecifiedName(), names); near != "" {
		return usageError("unknown flag --%s: did you mean --%s?", e.GetSpecifiedName(), near)
	}
	return usageError("unknown flag --%s", e.GetSpecifiedName())
}

func flagName(f *pflag.Flag) string { return "--" + f.Name }
