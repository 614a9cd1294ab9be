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
	var start group
	for _, end := range f.groups {
		in := false
		for _, a := range f.agents[start.agents:end.agents] {
			if strings.EqualFold(a.token, token) {
				in = true
				delay = longer(delay, a.delay)
			}
		}
		if in {
			named = true
			lines = append(lines, f.lines[start.lines:end.lines]...)
		}
		start = end
	}
	return lines, delay, named
}

// compile puts lines into the order in which they win, patterns as they are compared.
func compile(lines []line, delay delay) Rules {
	type pattern struct {
		start, end uint32 // in patterns
		line       int32
		allow      bool
	}
	var patterns []byte
	var order []pattern
	for _, l := range lines {
		if !strings.HasPrefix(l.path, "/") && !strings.HasPrefix(l.path, "*") {
			continue // it matches nothing; an empty one is how to say so
		}
		start := len(patterns)
		patterns = appendPattern(patterns, l.path)
		order = append(order, pattern{uint32(start), uint32(len(patterns)), l.number, l.allow})
	}
	r := Rules{delay: delay}
	if len(order) == 0 {
		return r
	}
	slices.SortFunc(order, func(a, b pattern) int {
		switch n := cmp.Compare(b.end-b.start, a.end-a.start); {
		case n != 0:
			return n
		case a.allow == b.allow:
			return cmp.Compare(a.line, b.line)
		case a.allow:
			return -1
		default:
			return 1
		}
	})
	var text strings.Builder
	text.Grow(len(patterns))
	r.rules = make([]rule, len(order))
	for i, p := range order {
		text.Write(patterns[p.start:p.end])
		r.rules[i] = rule{uint32(text.Len()), p.line}
		if p.allow {
			r.rules[i].line = -p.line
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
