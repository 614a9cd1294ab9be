package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"crawl/fetch"
	"crawl/fetch/crawl"
	"crawl/fetch/links"
	"crawl/fetch/manifest"
	"crawl/fetch/robots"
	robotsgate "crawl/fetch/robots/gate"
	"crawl/fetch/scope"
	"crawl/fetch/urls"
	"crawl/files"

	"github.com/spf13/pflag"
)

// following are the settings of how links are followed, and of what robots.txt says of it.
type following struct {
	depth           count
	scope           choice
	include         expressions
	exclude         expressions
	links           choice
	sitemaps        bool
	maxPages        count
	maxPagesPerHost count
	robots          choice
	dryRun          bool
}

func defaultFollowing() following {
	return following{
		scope:  choice{"host", []string{"host", "domain", "prefix", "any"}},
		links:  choice{"pages", []string{"pages", "all"}},
		robots: choice{"auto", []string{"auto", "always", "never"}},
	}
}

func (f *following) define(fs *pflag.FlagSet) {
	fs.VarP(&f.depth, "depth", "d", "follow links so many steps away from what is listed; 0: only the list")
	fs.Var(&f.scope, "scope", "`WHERE` links may lead: to the host, domain or prefix (folder) of what is listed, or any")
	fs.Var(&f.include, "include", "follow only links whose URL matches; repeatable: one that matches is enough")
	fs.Var(&f.exclude, "exclude", "follow no links whose URL matches; repeatable")
	fs.Var(&f.links, "links", "follow those of `KIND` pages, as a reader would, or all: pictures, styles and scripts too")
	fs.BoolVar(&f.sitemaps, "sitemaps", false, "follow the sitemaps that robots.txt names, too")
	fs.Var(&f.maxPages, "max-pages", "stop when so many pages are stored; 0: no limit")
	fs.Var(&f.maxPagesPerHost, "max-pages-per-host", "pages to follow links to on one host; 0: no limit")
	fs.Var(&f.robots, "robots", "`WHEN` robots.txt is obeyed: auto (for all that is not listed itself), always or never")
	fs.BoolVar(&f.dryRun, "dry-run", false, "say what would be fetched and what not, and fetch nothing")
}

// follows reports whether links are followed at all.
func (f *following) follows() bool { return f.depth.n > 0 }

// check refuses what contradicts itself. all are the flags that it may contradict.
func (f *following) check(all *flags) error {
	if f.follows() {
		switch {
		case all.asking.method() != http.MethodGet:
			return usageError("--depth follows links by GET: it does not go with -X and --data")
		case all.skipExisting:
			return usageError("--skip-existing and --depth exclude each other: what is skipped would lead nowhere")
		}
		return nil
	}
	for _, only := range []struct {
		given bool
		flag  string
	}{
		{f.scope.word != "host", "--scope"},
		{len(f.include) > 0, "--include"},
		{len(f.exclude) > 0, "--exclude"},
		{f.links.word != "pages", "--links"},
		{f.sitemaps, "--sitemaps"},
		{f.maxPagesPerHost.n > 0, "--max-pages-per-host"},
	} {
		if only.given {
			return usageError("%s is about links, and without --depth none is followed", only.flag)
		}
	}
	return nil
}

// expressions collects --include and --exclude.
type expressions []*regexp.Regexp

func (e *expressions) Set(s string) error {
	x, err := regexp.Compile(s)
	if err != nil {
		return err
	}
	*e = append(*e, x)
	return nil
}

func (e *expressions) String() string { return "" }
func (e *expressions) Type() string   { return "REGEX" }

func (e expressions) texts() []string {
	var all []string
	for _, x := range e {
		all = append(all, x.String())
	}
	return all
}

// newScope makes the scope that the flags describe.
func (f *following) newScope() (*scope.Scope, error) {
	return scope.New(scope.Rules{
		Within:          scope.Within(f.scope.word),
		Include:         f.include,
		Exclude:         f.exclude,
		MaxDepth:        f.depth.n,
		MaxPagesPerHost: int64(f.maxPagesPerHost.n),
	})
}

// follow is what a crawl is told of following links; nil when none are followed.
func (f *following) follow(userAgent string) (*crawl.Following, error) {
	if !f.follows() {
		return nil, nil
	}
	where, err := f.newScope()
	if err != nil {
		return nil, err
	}
	product := robots.Product(userAgent)
	return &crawl.Following{
		Scope:    where,
		Links:    links.Options{All: f.links.word == "all", Robot: strings.ToLower(product)},
		Sitemaps: f.sitemaps,
		Heedless: f.robots.word == "never",
		Product:  product,
		Refused:  new(crawl.Refusals),
	}, nil
}

// asksRobots reports whether robots.txt files are read. Who only fetches a list is no
// crawler, unless he wants to be.
func (f *following) asksRobots() bool {
	switch f.robots.word {
	case "always":
		return true
	case "never":
		return f.sitemaps // which are named there
	}
	return f.follows()
}

// robotsFor is what a crawl asks about robots.txt; nil for nothing.
func (f *following) robotsFor(client fetch.Fetcher, userAgent string) crawl.Robots {
	if !f.asksRobots() {
		return nil
	}
	g := robotsgate.New(client, robotsgate.Options{Product: robots.Product(userAgent)})
	if f.robots.word == "never" {
		return unasked{g}
	}
	return g
}

// unasked reads robots.txt files for the sitemaps in them, and obeys none.
type unasked struct{ *robotsgate.Gate }

// Check implements [crawl.Robots].
func (unasked) Check(context.Context, *fetch.Request) error { return nil }

// Policy implements [crawl.Robots].
func (u unasked) Policy(ctx context.Context, req *fetch.Request) (robotsgate.Policy, error) {
	p, err := u.Gate.Policy(ctx, req)
	p.CrawlDelay = 0
	return p, err
}

// settings are those that make the set of pages that a crawl comes to. They are kept in
// its folder: with others it would not go on, but come to some third set.
type settings struct {
	Depth    int      `json:"depth"`
	Scope    string   `json:"scope"`
	Include  []string `json:"include,omitempty"`
	Exclude  []string `json:"exclude,omitempty"`
	Links    string   `json:"links"`
	Sitemaps bool     `json:"sitemaps,omitempty"`
}

func (f *following) settings() settings {
	return settings{f.depth.n, f.scope.word, f.include.texts(), f.exclude.texts(), f.links.word, f.sitemaps}
}

// rules are the flags that settings stand for.
func (s *settings) rules() (*following, error) {
	f := defaultFollowing()
	f.depth.n, f.scope.word, f.links.word, f.sitemaps = s.Depth, s.Scope, s.Links, s.Sitemaps
	for _, text := range s.Include {
		if err := f.include.Set(text); err != nil {
			return nil, err
		}
	}
	for _, text := range s.Exclude {
		if err := f.exclude.Set(text); err != nil {
			return nil, err
		}
	}
	return &f, nil
}

const settingsName = manifest.State + "/following.json"

// readSettings returns those kept in a folder, nil when there are none.
func readSettings(ctx context.Context, eng files.Engine) (*settings, error) {
	data, err := eng.ReadFile(ctx, settingsName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	s := new(settings)
	if err := json.Unmarshal(data, s); err != nil {
		return nil, inputError("%s is damaged (%w): choose another folder, or start over with --fresh", settingsName, err)
	}
	return s, nil
}

// checkSettings makes sure that a folder goes on as it began. begun says that it has
// records, and known that it has the settings.
func (f *following) checkSettings(ctx context.Context, o *output, begun bool) (known bool, err error) {
	before, err := readSettings(ctx, o.eng)
	switch {
	case err != nil:
		return false, diskError(o.dir, err)
	case before == nil && f.follows() && begun:
		return false, usageError("%s holds a crawl that follows no links: choose another folder, or start over with --fresh", o.dir)
	case before != nil && !before.equal(f.settings()):
		return false, usageError("%s was begun with %s: go on with the same, choose another folder, or start over with --fresh", o.dir, before)
	}
	return before != nil, nil
}

// keepSettings is checkSettings of a folder that is to have them.
func (f *following) keepSettings(ctx context.Context, o *output, begun bool) error {
	known, err := f.checkSettings(ctx, o, begun)
	if err != nil || known || !f.follows() {
		return err
	}
	data, err := json.Marshal(f.settings())
	if err != nil {
		return err
	}
	return diskError(o.dir, o.eng.WriteFile(ctx, settingsName, append(data, '\n')))
}

func (s *settings) equal(other settings) bool {
	return s.Depth == other.Depth && s.Scope == other.Scope && s.Links == other.Links && s.Sitemaps == other.Sitemaps &&
		slices.Equal(s.Include, other.Include) && slices.Equal(s.Exclude, other.Exclude)
}

// String is the settings as flags.
func (s *settings) String() string {
	text := fmt.Sprintf("--depth %d", s.Depth)
	if s.Scope != "host" {
		text += " --scope " + s.Scope
	}
	for _, x := range s.Include {
		text += fmt.Sprintf(" --include %q", x)
	}
	for _, x := range s.Exclude {
		text += fmt.Sprintf(" --exclude %q", x)
	}
	if s.Links != "pages" {
		text += " --links " + s.Links
	}
	if s.Sitemaps {
		text += " --sitemaps"
	}
	return text
}

// remembering tells the scope what an earlier run has recorded.
func remembering(where crawl.Scope, line *manifest.Line) {
	u, err := urls.Parse(line.URL)
	if err != nil {
		return
	}
	if line.Depth == 0 {
		where.Add(u)
	}
	if line.Outcome == manifest.Skipped || line.Outcome == manifest.RobotsDenied {
		return
	}
	where.Take(u)
	if line.Depth > 0 || line.FinalURL == "" {
		return
	}
	permanent := !slices.ContainsFunc(line.Redirects, func(r manifest.Redirect) bool { return r.Status != 301 && r.Status != 308 })
	if to, err := urls.Parse(line.FinalURL); err == nil {
		where.Moved(u, to, permanent)
	}
}
