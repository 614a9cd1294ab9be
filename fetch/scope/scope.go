package scope

import (
	"fmt"
	"hash/maphash"
	"regexp"
	"sync"
	"time"

	"crawl/fetch/urls"
)

// Within says how far from the seeds a crawl goes.
type Within string

// The values of --scope.
const (
	Host   Within = "host"   // to the hosts of seeds; a leading "www." makes no difference
	Domain Within = "domain" // to all hosts of their registrable domains (publicsuffix.org)
	Prefix Within = "prefix" // below the folders of seeds: of /docs/a.html that is /docs/
	Any    Within = "any"    // everywhere
)

// Rules are those of a crawl. The zero value refuses every link, for its MaxDepth.
type Rules struct {
	Within Within // default Host

	// A URL that one of Exclude matches is refused, and if there are Include, one that
	// none of them matches. They see it in canonical form, and match anywhere in it.
	Include, Exclude []*regexp.Regexp

	// MaxDepth is how many links away from a seed a page may be. Assets may be one
	// more, so that the last pages are whole too.
	MaxDepth int

	// AssetsAnywhere lets pages have their assets from any host. Below Prefix they are
	// allowed anywhere on the host even without.
	AssetsAnywhere bool

	// Budgets, for [Scope.Take]; 0 means none.
	MaxPages, MaxPagesPerHost int64

	// What looks like a trap. For each, 0 means the default, and below 0 no limit.
	MaxLength   int // bytes of a URL; default [DefaultLength]
	MaxSegments int // of its path; default [DefaultSegments]
	MaxRepeats  int // of a segment or parameter; default [DefaultRepeats]
	// MaxAhead is how many months in the future the date may be that a URL ends with;
	// default [DefaultAhead].
	MaxAhead int
}

// Rule names what refuses a link, in records and on the screen.
type Rule string

// The rules. Flags of the command have the same names where there are such.
const (
	RuleDepth    Rule = "depth"
	RuleHost     Rule = "scope host"
	RuleDomain   Rule = "scope domain"
	RulePrefix   Rule = "scope prefix"
	RuleInclude  Rule = "include"
	RuleExclude  Rule = "exclude"
	RuleLength   Rule = "trap length"
	RuleSegments Rule = "trap segments"
	RuleRepeats  Rule = "trap repeats"
	RuleEscapes  Rule = "trap escapes"
	RuleCalendar Rule = "trap calendar"
	RulePages    Rule = "max-pages"
	RuleHostFull Rule = "max-pages-per-host"
)

// Refusal says why a link is not followed.
type Refusal struct {
	Rule   Rule
	Reason string // one clear phrase, without the URL
}

// String returns rule and reason, as in "scope host: nothing on its host was listed".
func (r Refusal) String() string { return string(r.Rule) + ": " + r.Reason }

// Link is what [Scope.Check] judges.
type Link struct {
	URL   urls.URL
	Depth int  // links from the nearest seed so far, 1 for those of a seed itself
	Asset bool // what a page is made of, and not a page
}

// Scope holds the rules of a crawl and what it knows of seeds and hosts.
type Scope struct {
	rules  Rules
	why    reasons
	latest int // month, counted from year 0, behind which a calendar is a trap
	seed   maphash.Seed

	mu      sync.RWMutex
	places  map[uint64]struct{} // hosts, domains or folders of seeds, as Within has it
	hosts   map[uint64]struct{} // hosts of seeds, for the assets below Prefix
	deepest int                 // folder of a seed, in slashes
	pages   int64               // taken
	perHost map[uint64]int64    // taken, where MaxPagesPerHost counts them
}

// New makes a Scope without seeds. The error is of a Within that there is not.
func New(rules Rules) (*Scope, error) {
	rules.setDefaults()
	switch rules.Within {
	case Host, Domain, Prefix, Any:
	default:
		return nil, fmt.Errorf("scope %q: there are host, domain, prefix and any", rules.Within)
	}
	return &Scope{
		rules:   rules,
		why:     rules.reasons(),
		latest:  month(time.Now()) + rules.MaxAhead,
		seed:    maphash.MakeSeed(),
		places:  map[uint64]struct{}{},
		hosts:   map[uint64]struct{}{},
		perHost: map[uint64]int64{},
	}, nil
}

// unlimited is more than a URL can have of anything.
const unlimited = 1 << 24

func (r *Rules) setDefaults() {
	if r.Within == "" {
		r.Within = Host
	}
	for _, limit := range []struct {
		of    *int
		value int
	}{
		{&r.MaxLength, DefaultLength},
		{&r.MaxSegments, DefaultSegments},
		{&r.MaxRepeats, DefaultRepeats},
		{&r.MaxAhead, DefaultAhead},
	} {
		switch {
		case *limit.of == 0:
			*limit.of = limit.value
		case *limit.of < 0:
			*limit.of = unlimited
		}
	}
}

// Check reports whether a link is followed, and else why not. It is as well for where a
// followed link redirects to. It does not allocate but where domains are asked for.
func (s *Scope) Check(l Link) (why Refusal, ok bool) {
	switch {
	case l.Depth > s.rules.MaxDepth && !(l.Asset && l.Depth == s.rules.MaxDepth+1):
		why = s.why.depth
	case len(l.URL.String()) > s.rules.MaxLength:
		why = s.why.length
	case !s.within(l):
		why = s.why.within
	default:
		if why, ok = s.patterns(l.URL.String()); !ok {
			return why, false
		}
		return s.trap(l.URL)
	}
	return why, false
}

func (s *Scope) patterns(url string) (why Refusal, ok bool) {
	for i, exclude := range s.rules.Exclude {
		if exclude.MatchString(url) {
			return s.why.exclude[i], false
		}
	}
	for _, include := range s.rules.Include {
		if include.MatchString(url) {
			return Refusal{}, true
		}
	}
	return s.why.include, len(s.rules.Include) == 0
}
