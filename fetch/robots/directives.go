package robots

import (
	"slices"
	"strings"
	"time"
)

// Directives are what a page asks of crawlers, in X-Robots-Tag fields or in meta
// elements. Those from several places add up: see [Directives.Or]. There is no standard;
// the words are those that Google documents, and two that are common besides.
type Directives struct {
	NoIndex      bool // not to be found
	NoFollow     bool // its links are not to be followed
	NoArchive    bool // no copy of it is to be shown
	NoSnippet    bool // nothing of its text is to be shown
	NoImageIndex bool // its images are not to be found
	NoAI         bool // not to be trained on
	NoImageAI    bool // its images are not to be trained on

	// UnavailableAfter, unless it is zero, is when the page is not to be found any more.
	UnavailableAfter time.Time
}

// Or returns what either of d and other asks; of two dates the earlier.
func (d Directives) Or(other Directives) Directives {
	after := d.UnavailableAfter
	if at := other.UnavailableAfter; after.IsZero() || !at.IsZero() && at.Before(after) {
		after = at
	}
	return Directives{
		NoIndex:          d.NoIndex || other.NoIndex,
		NoFollow:         d.NoFollow || other.NoFollow,
		NoArchive:        d.NoArchive || other.NoArchive,
		NoSnippet:        d.NoSnippet || other.NoSnippet,
		NoImageIndex:     d.NoImageIndex || other.NoImageIndex,
		NoAI:             d.NoAI || other.NoAI,
		NoImageAI:        d.NoImageAI || other.NoImageAI,
		UnavailableAfter: after,
	}
}

// FromMeta reads a meta element with that name and content, for a crawler. Those with
// another name than "robots" or product say nothing to it.
func FromMeta(name, content, product string) Directives {
	var d Directives
	if addresses(strings.Trim(name, blank+"\r\n"), product) {
		d.read(content, func(string) bool { return true })
	}
	return d
}

// FromHeader reads the values of X-Robots-Tag fields, one each, for a crawler: what they
// say to everybody, and what to product: "crawl: nofollow". A name is for all that
// follows it in its field, up to another.
func FromHeader(values []string, product string) Directives {
	var d Directives
	for _, value := range values {
		d.read(value, func(name string) bool { return addresses(name, product) })
	}
	return d
}

// addresses reports whether name means the crawler of that product token.
func addresses(name, product string) bool {
	return strings.EqualFold(name, "robots") || name == "*" || product != "" && strings.EqualFold(name, product)
}

// read adds the directives in s; those behind a name only if it is heard.
func (d *Directives) read(s string, heard func(name string) bool) {
	listening := true
	for s != "" {
		end := strings.IndexAny(s, ",:")
		if end < 0 {
			end = len(s)
		}
		item := s[:end]
		if end == len(s) || s[end] == ',' {
			if listening {
				d.words(item)
			}
			s = s[min(end+1, len(s)):]
			continue
		}
		s = s[end+1:]
		switch name := strings.ToLower(strings.Trim(item, blank+"\r\n")); {
		case name == "unavailable_after":
			var at time.Time
			if at, s = cutDate(s); listening {
				*d = d.Or(Directives{UnavailableAfter: at})
			}
		case slices.Contains(valued, name):
			_, s, _ = strings.Cut(s, ",")
		default:
			listening = heard(name)
		}
	}
}

// valued are the directives with a value that do not matter to a crawler.
var valued = []string{"max-snippet", "max-image-preview", "max-video-preview"}

// words adds directives that may have lost the commas between them.
func (d *Directives) words(item string) {
	for word := range strings.FieldsFuncSeq(item, func(r rune) bool { return r <= ' ' || r == ';' }) {
		switch strings.ToLower(word) {
		case "noindex":
			d.NoIndex = true
		case "nofollow":
			d.NoFollow = true
		case "none":
			d.NoIndex, d.NoFollow = true, true
		case "noarchive", "nocache":
			d.NoArchive = true
		case "nosnippet":
			d.NoSnippet = true
		case "noimageindex":
			d.NoImageIndex = true
		case "noai":
			d.NoAI = true
		case "noimageai":
			d.NoImageAI = true
		}
	}
}

// cutDate reads the date that s begins with, which may hold a comma, and cuts it off.
// One that can't be read is zero, and ends at the first comma.
func cutDate(s string) (at time.Time, rest string) {
	first, behind, _ := strings.Cut(s, ",")
	if at, ok := parseDate(first); ok {
		return at, behind
	}
	second, behindBoth, _ := strings.Cut(behind, ",")
	if at, ok := parseDate(first + "," + second); ok {
		return at, behindBoth
	}
	return time.Time{}, behind
}

// dates are the forms of RFC 822 with either year, RFC 850 and ISO 8601, which Google
// asks for, without the day of the week.
var dates = []string{
	"2 Jan 2006 15:04:05 MST", "2 Jan 2006 15:04:05 -0700", "2 Jan 2006 15:04 MST", "2 Jan 2006 15:04 -0700",
	"2 Jan 06 15:04:05 MST", "2 Jan 06 15:04:05 -0700", "2 Jan 06 15:04 MST", "2 Jan 06 15:04 -0700",
	"2-Jan-06 15:04:05 MST", "2-Jan-2006 15:04:05 MST",
	time.RFC3339, "2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02",
}

// zones are those of RFC 822 section 5.1 that are not UTC, in hours.
var zones = map[string]int{"EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7}

// parseDate reads a date. An unknown zone is UTC.
func parseDate(s string) (time.Time, bool) {
	s = strings.Trim(s, blank+"\r\n")
	if day, date, ok := strings.Cut(s, ","); ok && strings.HasSuffix(day, "day") || ok && len(day) == 3 {
		s = strings.Trim(date, blank)
	}
	for _, form := range dates {
		at, err := time.ParseInLocation(form, s, time.UTC)
		if err != nil {
			continue
		}
		name, _ := at.Zone()
		if hours, known := zones[name]; known {
			at = at.Add(-time.Duration(hours) * time.Hour)
		}
		return at.UTC(), true
	}
	return time.Time{}, false
}
