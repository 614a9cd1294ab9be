package robots

import (
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// MaxSize is how much of a file is read, in bytes: what RFC 9309 section 2.5 demands.
const MaxSize = 500 << 10

// File is a robots.txt file. It is not changed after [Parse].
type File struct {
	groups   []group
	agents   []agent // of all groups, one after the other
	lines    []line  // likewise
	sitemaps []string
}

// group is one or more agents and the lines for them, some or none (RFC 9309 section
// 2.1): where in the File they end.
type group struct{ agents, lines int }

// agent is a product token, or "*", and the Crawl-delay that stands below it.
type agent struct {
	token string
	delay delay
}

// line is an allow or disallow.
type line struct {
	path   string // as it was written
	number int32
	allow  bool
}

// Parse reads a file. There is no error: what can't be understood is passed over. Of
// more than [MaxSize] bytes the rest is ignored, and so is a line that it cuts.
func Parse(data []byte) *File {
	p := parser{file: new(File)}
	rest := text(data)
	for number := int32(1); rest != ""; number++ {
		var one string
		one, rest = cutLine(rest)
		p.line(one, number)
	}
	return p.file
}

// Sitemaps returns the values of the Sitemap lines, which are for everybody, each once.
// They do not hold on to the file.
func (f *File) Sitemaps() []string { return slices.Clone(f.sitemaps) }

// text is what of data is read: whole lines, as UTF-8 without byte order mark.
func text(data []byte) string {
	if len(data) > MaxSize {
		end := MaxSize
		for end > 0 && !isLineEnd(data[end]) {
			end--
		}
		data = data[:end]
	}
	s := string(data)
	switch {
	case strings.HasPrefix(s, "\xff\xfe"):
		return utf8Of(s[2:], func(a, b byte) uint16 { return uint16(b)<<8 | uint16(a) })
	case strings.HasPrefix(s, "\xfe\xff"):
		return utf8Of(s[2:], func(a, b byte) uint16 { return uint16(a)<<8 | uint16(b) })
	}
	for _, b := range []string{"\xef", "\xbb", "\xbf"} { // Google forgives a mark that is cut short
		s = strings.TrimPrefix(s, b)
	}
	return s
}

// utf8Of turns UTF-16 into UTF-8.
func utf8Of(s string, unit func(a, b byte) uint16) string {
	units := make([]uint16, len(s)/2)
	for i := range units {
		units[i] = unit(s[2*i], s[2*i+1])
	}
	return string(utf16.Decode(units))
}

// cutLine cuts s after its first line, which CR, LF or both end (RFC 9309 section 2.2).
func cutLine(s string) (line, rest string) {
	end := strings.IndexAny(s, "\r\n")
	if end < 0 {
		return s, ""
	}
	line, rest = s[:end], s[end+1:]
	if s[end] == '\r' {
		rest = strings.TrimPrefix(rest, "\n")
	}
	return line, rest
}

func isLineEnd(c byte) bool { return c == '\r' || c == '\n' }

// parser builds a File line by line.
type parser struct {
	file     *File
	ruled    bool // the last group has a rule, so that a user-agent line begins another
	above    int  // where in File.agents those begin that a Crawl-delay is for
	delayed  bool // they have theirs
	sitemaps map[string]bool
}

func (p *parser) line(s string, number int32) {
	name, value := record(s)
	switch name {
	case "user-agent":
		p.userAgent(value)
	case "allow", "disallow":
		p.rule(line{path: value, number: number, allow: name == "allow"})
	case "crawl-delay":
		if d, ok := parseDelay(value); ok {
			p.crawlDelay(delay{d, number})
		}
	case "sitemap":
		p.sitemap(value)
	}
}

// userAgent adds an agent to the last group, unless that has rules already. Other
// records in between end no group (RFC 9309 section 2.2.4).
func (p *parser) userAgent(value string) {
	f := p.file
	if begin := p.ruled || len(f.groups) == 0; begin || p.delayed {
		p.above, p.delayed = len(f.agents), false
		if begin {
			f.groups = append(f.groups, group{lines: len(f.lines)})
			p.ruled = false
		}
	}
	f.agents = append(f.agents, agent{token: agentToken(value)})
	f.groups[len(f.groups)-1].agents = len(f.agents)
}

// rule adds to the last group. Before any group it is nobody's.
func (p *parser) rule(l line) {
	f := p.file
	if len(f.groups) == 0 {
		return
	}
	f.lines = append(f.lines, l)
	f.groups[len(f.groups)-1].lines = len(f.lines)
	p.ruled = true
}

// crawlDelay is for the agents right above it: two adjacent user-agent lines with a
// Crawl-delay each begin one group, but nobody means one delay for both.
func (p *parser) crawlDelay(d delay) {
	for i := range p.file.agents[p.above:] {
		a := &p.file.agents[p.above+i]
		a.delay = longer(a.delay, d)
	}
	p.delayed = true
}

func (p *parser) sitemap(url string) {
	if url == "" || p.sitemaps[url] {
		return
	}
	if p.sitemaps == nil {
		p.sitemaps = map[string]bool{}
	}
	p.sitemaps[url] = true
	p.file.sitemaps = append(p.file.sitemaps, strings.Clone(url))
}

const blank = " \t\v\f"

// record splits a line into name and value of a record. A name that means nothing is "".
func record(s string) (name, value string) {
	s, _, _ = strings.Cut(s, "#")
	name, value, ok := strings.Cut(s, ":")
	if !ok { // "Disallow /private/"
		s = strings.Trim(s, blank)
		space := strings.IndexAny(s, blank)
		if space < 0 {
			return "", ""
		}
		name, value = s[:space], strings.Trim(s[space:], blank)
		if strings.ContainsAny(value, blank) {
			return "", ""
		}
	}
	name = strings.Trim(name, blank)
	var lower [16]byte
	if len(name) > len(lower) {
		return "", ""
	}
	for i := range len(name) {
		lower[i] = name[i]
		if c := name[i]; 'A' <= c && c <= 'Z' {
			lower[i] = c | 0x20
		}
	}
	return names[string(lower[:len(name)])], strings.Trim(value, blank)
}

// names are those of the records that mean something, in lower case, as they are spelled
// and as google/robotstxt and crawler-commons have often met them.
var names = func() map[string]string {
	names := map[string]string{}
	for name, also := range map[string][]string{
		"allow":       nil,
		"crawl-delay": {"crawl delay", "clawl-delay", "craw-delay", "crawl-deley"},
		"disallow": {
			"dissallow", "dissalow", "disalow", "diasllow", "disallaw", "desallow", "dssalow", "dsallow", "diallow", "disallows", "disllow",
		},
		"sitemap":    {"site-map", "sitemaps"},
		"user-agent": {"useragent", "user agent", "useg-agent", "ser-agent", "users-agent", "user-agnet", "user-agents"},
	} {
		names[name] = name
		for _, wrong := range also {
			names[wrong] = name
		}
	}
	return names
}()

// delay is a Crawl-delay and the line that it stands in, which is 0 when there is none.
type delay struct {
	time.Duration
	line int32
}

// longer is the longer of two: who said both means the more careful.
func longer(a, b delay) delay {
	if a.line == 0 || b.line != 0 && b.Duration > a.Duration {
		return b
	}
	return a
}

// maxDelay is the longest Crawl-delay that is told apart: a year.
const maxDelay = 365 * 24 * time.Hour

// parseDelay reads the number of seconds that value begins with.
func parseDelay(value string) (time.Duration, bool) {
	end := strings.IndexFunc(value, func(r rune) bool { return (r < '0' || r > '9') && r != '.' })
	if end >= 0 {
		value = value[:end]
	}
	seconds, err := strconv.ParseFloat(value, 64)
	if err != nil {
		return 0, false
	}
	return time.Duration(min(seconds, maxDelay.Seconds()) * float64(time.Second)), true
}
