package robots

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// Rules are those for one crawler. The zero value allows everything. They are not
// changed, so that copies share what they are made of, and are safe for concurrent use.
type Rules struct {
	text  string // the patterns of all rules, one after the other
	rules []rule
	delay delay
}

// rule is one of the patterns, those that win first.
type rule struct {
	end  uint32 // where it ends in text
	line int32  // negative for an allow
}

// Rules returns what the file has for a crawler, by its product token (RFC 9309 section
// 2.2.1): all groups that name it, in any case of letters, or else those for "*". They
// do not hold on to the file.
func (f *File) Rules(product string) Rules {
	if lines, delay, named := f.of(product); named {
		return compile(lines, delay)
	}
	lines, delay, _ := f.of("*")
	return compile(lines, delay)
}

// of merges the groups that name an agent.
func (f *File) of(token string) (lines []line, delay delay, named bool) {
	if token == "" {
		return nil, delay, false
	}
	for _, g := range f.groups {
		in := false
		for _, a := range g.agents {
			if strings.EqualFold(a.token, token) {
				in = true
				delay = longer(delay, a.delay)
			}
		}
		if in {
			named = true
			lines = append(lines, g.rules...)
		}
	}
	return lines, delay, named
}

// compile puts lines into the order in which they win, patterns as they are compared.
func compile(lines []line, delay delay) Rules {
	type compiled struct {
		pattern string
		line
	}
	var all []compiled
	size := 0
	for _, l := range lines {
		if !strings.HasPrefix(l.path, "/") && !strings.HasPrefix(l.path, "*") {
			continue // it matches nothing; an empty one is how to say so
		}
		one := compiled{canonicalPattern(l.path), l}
		all = append(all, one)
		size += len(one.pattern)
	}
	slices.SortStableFunc(all, func(a, b compiled) int {
		if n := cmp.Compare(len(b.pattern), len(a.pattern)); n != 0 || a.allow == b.allow {
			return n
		}
		if a.allow {
			return -1
		}
		return 1
	})
	r := Rules{delay: delay}
	if len(all) == 0 {
		return r
	}
	var text strings.Builder
	text.Grow(size)
	r.rules = make([]rule, len(all))
	for i, one := range all {
		text.WriteString(one.pattern)
		r.rules[i] = rule{uint32(text.Len()), one.number}
		if one.allow {
			r.rules[i].line = -one.number
		}
	}
	r.text = text.String()
	return r
}

// Verdict says whether a URL may be asked for, and why.
type Verdict struct {
	Allowed bool
	Rule    string // that decided, "Disallow: /private/", as it is compared: printable ASCII; "" if none did
	Line    int    // where it stands in the file, from 1; 0 without a Rule
}

// Match judges a URL by its path and query, as [crawl/fetch/urls.URL.RequestURI] gives
// them. /robots.txt itself is always allowed. It takes time in proportion to the rules
// and the target, each rule's stars included.
func (r Rules) Match(target string) Verdict {
	if len(r.rules) == 0 || target == "/robots.txt" {
		return Verdict{Allowed: true}
	}
	path, asWritten := canonicalTarget(target)
	start := uint32(0)
	for _, one := range r.rules {
		pattern := r.text[start:one.end]
		start = one.end
		if !matches(pattern, path) && (asWritten == path || !matches(pattern, asWritten)) {
			continue
		}
		if one.line < 0 {
			return Verdict{Allowed: true, Rule: "Allow: " + pattern, Line: int(-one.line)}
		}
		return Verdict{Rule: "Disallow: " + pattern, Line: int(one.line)}
	}
	return Verdict{Allowed: true}
}

// matches reports whether path begins with what pattern says, or is it whole when that
// ends with "$". Each part between stars is taken where it comes first: no later place
// could leave more for the parts behind it, so that nothing is ever tried twice.
func matches(pattern, path string) bool {
	pattern, whole := strings.CutSuffix(pattern, "$")
	part, pattern, star := strings.Cut(pattern, "*")
	path, ok := strings.CutPrefix(path, part)
	if !ok {
		return false
	}
	for star {
		if part, pattern, star = strings.Cut(pattern, "*"); whole && !star {
			return strings.HasSuffix(path, part)
		}
		at := strings.Index(path, part)
		if at < 0 {
			return false
		}
		path = path[at+len(part):]
	}
	return !whole || path == ""
}

// CrawlDelay returns how long to wait between two requests, and the line that says so,
// which is 0 if none does. It is not in the RFC; whoever gives several for one crawler
// gets the longest.
func (r Rules) CrawlDelay() (delay time.Duration, line int) {
	return r.delay.Duration, int(r.delay.line)
}

// Size is about how much memory the rules take, in bytes.
func (r Rules) Size() int { return len(r.text) + 8*len(r.rules) }
