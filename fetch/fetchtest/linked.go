package fetchtest

import (
	"encoding/xml"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Pages of a linked site are numbered from 0, the front page, and hang together as a
// tree: page n has the children 5n+1 to 5n+5. So every page can be reached, and the
// rest of what a page links to, drawn by its number, leads to nothing new but what a
// crawl should meet: redirects, pages that are missing, slow or forbidden.
const (
	branches  = 5
	crossings = 12  // links to other pages
	hidden    = 10  // pages that only the sitemap names
	maxPages  = 1e9 // of a site
)

// DefaultPages is how many pages the linked site has that robots.txt names the sitemap of.
const DefaultPages = 5000

// linkedSite answers /site/{pages}/... .
func linkedSite(x *exchange) {
	s := linked{pages: min(x.num[0], maxPages)}
	s.base = "/site/" + strconv.FormatInt(x.num[0], 10) + "/"
	rest, ok := strings.CutPrefix(string(x.URI().PathOriginal()), s.base)
	if !ok {
		notFound(x)
		return
	}
	kind, name, _ := strings.Cut(rest, "/")
	number, _ := strings.CutSuffix(name, ".html")
	n, err := strconv.ParseInt(number, 10, 64)
	isPage := err == nil && n >= 0 && n < s.pages
	switch {
	case rest == "":
		s.serve(x, 0)
	case rest == "sitemap.xml":
		s.sitemap(x)
	case kind == "p" && isPage:
		s.serve(x, n)
	case kind == "moved" && isPage:
		x.lead(302, s.page(n))
	case kind == "moved-twice" && isPage:
		x.lead(301, s.base+"moved/"+number)
	case kind == "private" && isPage, kind == "hidden" && err == nil && n >= 0 && n < hidden:
		x.html()
		x.SetBodyString(fmt.Sprintf("<!doctype html><title>%s %d</title><p>You have found it.\n", kind, n))
	default:
		x.say(404, "no such page")
	}
}

// siteWithoutSlash answers /site/{pages}, as servers of folders do.
func siteWithoutSlash(x *exchange) { x.lead(301, string(x.URI().PathOriginal())+"/") }

// linked is a site of so many pages.
type linked struct {
	base  string
	pages int64
}

func (s linked) page(n int64) string {
	if n == 0 {
		return s.base
	}
	return s.base + "p/" + strconv.FormatInt(n, 10) + ".html"
}

// link is how a page names page n: one in ten only through a redirect, some of these
// through two.
func (s linked) link(n int64) string {
	switch {
	case n%30 == 9:
		return s.base + "moved-twice/" + strconv.FormatInt(n, 10)
	case n%10 == 9:
		return s.base + "moved/" + strconv.FormatInt(n, 10)
	}
	return s.page(n)
}

// serve answers with page n. One in a hundred takes 200 ms.
func (s linked) serve(x *exchange, n int64) {
	if n%100 == 7 {
		x.lab.wait(200 * time.Millisecond)
	}
	var b strings.Builder
	fmt.Fprintf(&b, "<!doctype html>\n<html lang=en><head><meta charset=utf-8><title>Page %d of %d</title>\n", n, s.pages)
	fmt.Fprintf(&b, "<link rel=canonical href=\"%s\"></head><body>\n<h1>Page %d</h1>\n<ul>\n", s.page(n), n)
	to := func(url, text string) { fmt.Fprintf(&b, "<li><a href=\"%s\">%s</a>\n", url, text) }
	for child := branches*n + 1; child <= branches*n+branches && child < s.pages; child++ {
		to(s.link(child), "on to page "+strconv.FormatInt(child, 10))
	}
	draw := uint64(n)
	for range crossings {
		draw = scramble(draw)
		other := int64(draw % uint64(s.pages))
		to(s.link(other)+"#top", "see page "+strconv.FormatInt(other, 10))
	}
	number := strconv.FormatInt(n, 10)
	if n%20 == 3 {
		to(s.base+"gone/"+number, "a page that is gone")
	}
	if n%50 == 4 {
		to(s.base+"private/"+number, "a page that robots.txt forbids")
	}
	if n%500 == 1 {
		to(x.lab.URL(x.number()+1, s.base), "the next host")
	}
	b.WriteString("</ul>\n<p>")
	for size := 1000 + draw%9000; uint64(b.Len()) < size; {
		b.Write(filler[:256])
	}
	b.WriteString(pageEnd)
	x.html()
	x.SetBodyString(b.String())
}

// number is which of the lab's hosts was asked.
func (x *exchange) number() int {
	if ip := x.LocalIP().To4(); ip != nil {
		return int(ip[3]) - 1 // 127.0.0.1 is host 0
	}
	return 0
}

// scramble is a step of splitmix64 (Steele, Lea and Flood, "Fast splittable
// pseudorandom number generators", OOPSLA 2014).
func scramble(x uint64) uint64 {
	x += 0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// sitemap lists the first pages of the site, as many as a sitemap may have, and those
// that no page links to.
func (s linked) sitemap(x *exchange) {
	origin := "http://" + string(x.Host())
	x.SetContentType("application/xml")
	var b strings.Builder
	b.WriteString(xml.Header + "<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n")
	for n := range min(s.pages, 50_000-hidden) {
		fmt.Fprintf(&b, "<url><loc>%s%s</loc></url>\n", origin, s.page(n))
	}
	for n := range hidden {
		fmt.Fprintf(&b, "<url><loc>%s%shidden/%d</loc></url>\n", origin, s.base, n)
	}
	b.WriteString("</urlset>\n")
	x.SetBodyString(b.String())
}

// calendar answers /traps/calendar/{year}/{month}, each with a link to the next month.
func calendar(x *exchange) {
	month := time.Date(int(min(x.num[0], 9999)), time.Month(min(x.num[1], 12)), 1, 0, 0, 0, 0, time.UTC)
	before, after := month.AddDate(0, -1, 0), month.AddDate(0, 1, 0)
	x.trap(month.Format("January 2006"), before.Format("/traps/calendar/2006/1"), after.Format("/traps/calendar/2006/1"))
}

// deeper answers /traps/deeper/..., whose relative links always lead one folder down.
func deeper(x *exchange) { x.trap("Deeper", "deeper/", "down/") }

// sessions answers /traps/session/{id}, every time with a new session in its link.
func sessions(x *exchange) {
	n := x.lab.trials.next([]byte("/traps/session"))
	x.trap("Session", fmt.Sprintf("/traps/session/%016x", scramble(uint64(n))))
}

// traps answers /traps/ with links into each of them.
func traps(x *exchange) {
	x.trap("Traps", time.Now().Format("/traps/calendar/2006/1"), "/traps/deeper/", "/traps/session/0")
}

func (x *exchange) trap(title string, links ...string) {
	x.html()
	text := "<!doctype html><title>" + title + "</title>\n"
	for _, link := range links {
		text += "<a href=\"" + link + "\">" + link + "</a>\n"
	}
	x.SetBodyString(text)
}
