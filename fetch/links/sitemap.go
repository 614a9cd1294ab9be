package links

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"time"

	"crawl/fetch/links/markup"
)

// entry is a page in a sitemap or feed, as far as it has been heard.
type entry struct {
	place    int // among the links, or -1
	modified time.Time
	priority float32
}

// hint adds to a link what was said beside it.
func (c *collector) hint(e entry) {
	if e.place >= 0 {
		l := &c.links[e.place]
		l.Modified, l.Priority = e.modified, e.priority
	}
}

// reading is the text of the element that is being read.
type reading struct {
	of string // "" when it does not matter
	b  []byte
}

// maxText is longer than any text that matters.
const maxText = 64 << 10

func (r *reading) begin(name string) { r.of, r.b = name, r.b[:0] }

func (r *reading) text(b []byte) {
	if r.of != "" && len(r.b) < maxText {
		r.b = append(r.b, b...)
	}
}

// end reports whether an end tag is that of the element.
func (r *reading) end(name string) bool {
	if r.of == "" || r.of != name {
		return false
	}
	r.of = ""
	return true
}

// sitemap hears a sitemap or a sitemap index (https://www.sitemaps.org/protocol.html)
// with the images, videos and languages that search engines added to it.
type sitemap struct {
	*collector
	reading
	item   string // "url" or "sitemap" when one is open
	within string // what of an extension is open in it
	entry  entry
}

var sitemapWords = heard([]string{"url", "sitemap", "loc", "lastmod", "priority", "link", "image", "video", "news", "pagemap",
	"content_loc", "player_loc", "thumbnail_loc"})

func (s *sitemap) words() *words[element] { return sitemapWords }

func (s *sitemap) open(t *tag, tokens *markup.Tokens) {
	switch t.name {
	case "":
	case "url", "sitemap":
		s.item, s.within, s.entry = t.name, "", entry{place: -1}
		s.begin(t.name) // some put the URL of a sitemap right there
	case "image", "video", "news", "pagemap":
		if s.within == "" {
			s.within = t.name
		}
	case "link":
		t.readAttributes(tokens)
		if s.item != "" && bytes.EqualFold(t.get(rel), []byte("alternate")) {
			s.add(t.get(href), Alternate, 0)
		}
	default:
		if s.item != "" {
			s.begin(t.name)
		}
	}
}

func (s *sitemap) close(name string) {
	if s.end(name) {
		s.heard(name)
	}
	switch name {
	case "":
	case s.within:
		s.within = ""
	case s.item:
		s.hint(s.entry)
		s.item = ""
	}
}

// heard takes in the text of an element that has ended.
func (s *sitemap) heard(name string) {
	switch {
	case s.within == "image" && name == "loc", name == "thumbnail_loc":
		s.add(s.b, Image, 0)
	case name == "content_loc", name == "player_loc":
		s.add(s.b, Media, 0)
	case s.within != "":
	case name == "loc" && s.item == "url":
		s.entry.place = s.add(s.b, Entry, 0)
	case name == "loc", name == "sitemap":
		s.entry.place = s.add(s.b, Sitemap, 0)
	case name == "lastmod":
		s.entry.modified = w3cTime(s.b)
	case name == "priority":
		s.entry.priority = priority(s.b)
	}
}

// priority is one from 0 to 1, or 0.
func priority(b []byte) float32 {
	n, err := strconv.ParseFloat(string(bytes.Trim(b, space)), 32)
	if err != nil || !(n >= 0 && n <= 1) {
		return 0
	}
	return float32(n)
}

// w3cTime reads the forms of https://www.w3.org/TR/NOTE-datetime; the zero time is
// anything else.
func w3cTime(b []byte) time.Time {
	b = bytes.Trim(b, space)
	layout := time.RFC3339
	switch {
	case len(b) <= len(time.DateOnly):
		layout = time.DateOnly[:len(b)]
	case len(b) > len("2026-11-26T12:30") && b[len("2026-11-26T12:30")] != ':': // no seconds
		layout = "2006-01-02T15:04Z07:00"
	}
	t, err := time.Parse(layout, string(b))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}

// lines reads a sitemap that is text: a URL a line. Lines of anything else may be there.
func (c *collector) lines(text io.Reader) {
	in := bufio.NewReader(text) // whose 4 KiB are longer than a URL may be
	for {
		line, long, err := in.ReadLine()
		if err != nil {
			return
		}
		isURL := bytes.Contains(line, []byte("://"))
		switch {
		case isURL && long:
			c.found.Dropped++
		case isURL:
			c.add(line, Entry, 0)
		}
		for long && err == nil {
			_, long, err = in.ReadLine()
		}
	}
}
