package links

import (
	"bytes"
	"net/mail"
	"strings"
	"time"

	"crawl/fetch/links/markup"
)

// rss hears RSS in all versions: 0.9x, 1.0 (RDF) and 2.0
// (https://www.rssboard.org/rss-specification), with what Media RSS and Atom add.
type rss struct {
	*collector
	reading
	item   bool   // one is open
	within string // "image", "textinput" or "source" when one is open
	link   []byte // of the item
	guid   []byte
	entry  entry
}

var rssWords = heard([]string{"item", "link", "guid", "comments", "enclosure", "content", "thumbnail", "pubdate", "date",
	"image", "url", "textinput", "source"})

func (r *rss) words() *words[element] { return rssWords }

func (r *rss) open(t *tag, tokens *markup.Tokens) {
	switch t.name {
	case "":
	case "item":
		r.item, r.within = true, ""
		r.link, r.guid, r.entry = r.link[:0], r.guid[:0], entry{place: -1}
	case "image", "textinput", "source":
		r.within = t.name
		t.readAttributes(tokens)
		r.add(t.get(href), Image, 0) // of itunes:image
	case "enclosure", "content":
		t.readAttributes(tokens)
		r.add(t.get(url), Media, 0)
	case "thumbnail":
		t.readAttributes(tokens)
		r.add(t.get(url), Image, 0)
	case "link":
		t.readAttributes(tokens)
		if t.has(href) { // Atom's
			r.atomLink(t)
			return
		}
		r.begin(t.name)
	default:
		r.begin(t.name)
	}
}

func (r *rss) close(name string) {
	if r.end(name) {
		r.heard(name)
	}
	switch name {
	case "":
	case r.within:
		r.within = ""
	case "item":
		r.ended()
	}
}

// heard takes in the text of an element that has ended.
func (r *rss) heard(name string) {
	switch {
	case r.within != "":
		if r.within == "image" && name == "url" {
			r.add(r.b, Image, 0)
		}
	case name == "link" && r.item:
		r.link = append(r.link[:0], r.b...)
	case name == "link":
		r.add(r.b, Alternate, 0) // the site
	case name == "guid":
		r.guid = append(r.guid[:0], r.b...)
	case name == "comments":
		r.add(r.b, Related, 0)
	case name == "pubdate", name == "date":
		r.entry.modified = feedTime(r.b)
	}
}

// ended adds an item's page. A guid is mostly a URL, whatever its isPermaLink says, and
// some have no other.
func (r *rss) ended() {
	if !r.item {
		return
	}
	r.item = false
	page := bytes.Trim(r.link, space)
	if len(page) == 0 && bytes.Contains(r.guid, []byte("://")) {
		page = r.guid
	}
	r.entry.place = r.add(page, Entry, 0)
	r.hint(r.entry)
}

// atom hears Atom (RFC 4287).
type atom struct {
	*collector
	reading
	item   bool // an entry is open
	source bool // where an entry came from: another feed
	entry  entry
}

var atomWords = heard([]string{"entry", "source", "link", "content", "updated", "published", "icon", "logo"})

func (a *atom) words() *words[element] { return atomWords }

func (a *atom) open(t *tag, tokens *markup.Tokens) {
	switch t.name {
	case "":
	case "entry":
		a.item, a.source, a.entry = true, false, entry{place: -1}
	case "source":
		a.source = true
	case "link":
		t.readAttributes(tokens)
		a.link(t)
	case "content":
		t.readAttributes(tokens)
		a.add(t.get(src), Resource, 0)
	default:
		a.begin(t.name)
	}
}

func (a *atom) close(name string) {
	if a.end(name) && !a.source {
		switch name {
		case "icon", "logo":
			a.add(a.b, Image, 0)
		case "updated":
			a.entry.modified = feedTime(a.b)
		case "published":
			if a.entry.modified.IsZero() {
				a.entry.modified = feedTime(a.b)
			}
		}
	}
	switch name {
	case "source":
		a.source = false
	case "entry":
		if a.item {
			a.hint(a.entry)
		}
		a.item = false
	}
}

// link hears one of the feed or of an entry, whose first alternate is its page.
func (a *atom) link(t *tag) {
	if a.source || !t.has(href) {
		return
	}
	relation := strings.ToLower(strings.Trim(t.text(rel), space))
	if a.item && a.entry.place < 0 && (relation == "" || relation == "alternate") {
		a.entry.place = a.add(t.get(href), Entry, 0)
		return
	}
	a.atomLink(t)
}

// atomLink adds a link element of Atom, which other feeds have too.
func (c *collector) atomLink(t *tag) {
	r := relations{strings.ToLower(t.text(rel)), t.text(typ), ""}
	switch r.rel {
	case "":
		r.rel = "alternate"
	case "enclosure":
		c.add(t.get(href), Media, 0)
		return
	}
	if kind, ok := r.kind(); ok {
		c.add(t.get(href), kind, 0)
	}
}

// feedTime reads the time of RFC 5322, which RSS has, or of RFC 3339.
func feedTime(b []byte) time.Time {
	if t := w3cTime(b); !t.IsZero() {
		return t
	}
	t, err := mail.ParseDate(string(bytes.Trim(b, space)))
	if err != nil {
		return time.Time{}
	}
	return t.UTC()
}
