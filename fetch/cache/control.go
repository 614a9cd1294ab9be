package cache

import (
	"math"
	"strings"
	"time"

	"crawl/fetch"
)

// control is what Cache-Control says, in a request or in an answer (RFC 9111
// section 5.2). Directives that are not here have no meaning for a private cache.
type control struct {
	noStore        bool
	noCache        bool     // without a list of fields
	noCacheFields  []string // with one
	mustRevalidate bool
	public         bool
	private        bool
	immutable      bool // RFC 8246
	onlyIfCached   bool
	shared         bool // s-maxage is there, which section 3.5 wants to know

	maxAge, minFresh, maxStale time.Duration // none when absent
}

const (
	none = time.Duration(-1)

	// maxDelta is the largest delta-seconds that is told from larger ones (section 1.2.2).
	maxDelta = (1 << 31) * time.Second
)

// parseControl reads every Cache-Control field of h. Without one, Pragma: no-cache
// counts as no-cache, as HTTP/1.0 clients mean it (section 5.4).
func parseControl(h fetch.Header) control {
	c := control{maxAge: none, minFresh: none, maxStale: none}
	said := false
	for _, f := range h {
		if strings.EqualFold(f.Name, "Cache-Control") {
			said = true
			c.parse(f.Value)
		}
	}
	if !said {
		c.noCache = strings.EqualFold(strings.TrimSpace(h.Get("Pragma")), "no-cache")
	}
	return c
}

func (c *control) parse(list string) {
	for list != "" {
		var name, value string
		var hasValue bool
		name, value, hasValue, list = nextDirective(list)
		c.set(strings.ToLower(name), value, hasValue)
	}
}

func (c *control) set(name, value string, hasValue bool) {
	switch name {
	case "no-store":
		c.noStore = true
	case "no-cache":
		fields := strings.FieldsFunc(value, func(r rune) bool { return r == ',' || r == ' ' || r == '\t' })
		c.noCacheFields = append(c.noCacheFields, fields...)
		c.noCache = c.noCache || len(fields) == 0
	case "must-revalidate":
		c.mustRevalidate = true
	case "public":
		c.public = true
	case "private":
		c.private = true
	case "immutable":
		c.immutable = true
	case "only-if-cached":
		c.onlyIfCached = true
	case "s-maxage":
		c.shared = true
	case "max-age":
		once(&c.maxAge, seconds(value, 0)) // what makes no sense is stale (section 4.2.1)
	case "min-fresh":
		once(&c.minFresh, seconds(value, maxDelta))
	case "max-stale":
		if !hasValue {
			once(&c.maxStale, math.MaxInt64)
		} else {
			once(&c.maxStale, seconds(value, 0))
		}
	}
}

// once keeps the first of several values (section 4.2.1).
func once(to *time.Duration, d time.Duration) {
	if *to == none {
		*to = d
	}
}

// seconds reads delta-seconds (section 1.2.2); otherwise is for what is none.
func seconds(s string, otherwise time.Duration) time.Duration {
	if s == "" {
		return otherwise
	}
	total := int64(0)
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return otherwise
		}
		total = min(total*10+int64(s[i]-'0'), int64(maxDelta/time.Second))
	}
	return time.Duration(total) * time.Second
}

// nextDirective cuts name or name=value or name="value" off a list.
func nextDirective(list string) (name, value string, hasValue bool, rest string) {
	end := strings.IndexAny(list, ",=")
	if end < 0 {
		return strings.TrimSpace(list), "", false, ""
	}
	name, rest = strings.TrimSpace(list[:end]), list[end+1:]
	if list[end] == ',' {
		return name, "", false, rest
	}
	rest = strings.TrimLeft(rest, " \t")
	if strings.HasPrefix(rest, `"`) {
		value, rest = unquote(rest[1:])
		_, rest, _ = strings.Cut(rest, ",")
		return name, value, true, rest
	}
	value, rest, _ = strings.Cut(rest, ",")
	return name, strings.TrimSpace(value), true, rest
}

// unquote reads a quoted-string behind its opening quote (RFC 9110 section 5.6.4).
// One that does not end takes all.
func unquote(s string) (value, rest string) {
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '"':
			return b.String(), s[i+1:]
		case s[i] == '\\' && i+1 < len(s):
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String(), ""
}
