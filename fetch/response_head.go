package fetch

import (
	"fmt"
	"net/http"
	"strings"

	"crawl/fetch/fields"
	"crawl/fetch/urls"
)

// OK reports whether the status is below 400.
func (r *Record) OK() bool { return r.Status < 400 }

// Err is nil when [Record.OK] is true, and else an [*Error] of [ClassHTTP4xx] or
// [ClassHTTP5xx] with the answer in it. It leaves the body open.
func (r *Record) Err() error {
	if r.OK() {
		return nil
	}
	class := ClassHTTP4xx
	if r.Status >= 500 {
		class = ClassHTTP5xx
	}
	// The standard's word for it, since the server's may be anything.
	e := r.fault(class, nil, "%s", strings.TrimSpace(fmt.Sprintf("status %d %s", r.Status, http.StatusText(r.Status))))
	e.Answer = r
	return e
}

// ContentDisposition is how the server wants the body kept: kind is "inline" or
// "attachment", filename a safe name without folders. See [fields.ContentDisposition].
func (r *Record) ContentDisposition() (kind, filename string, ok bool) {
	return fields.ContentDisposition(r.Header.Get("Content-Disposition"))
}

// Links are the links of the Link fields (RFC 8288) that lead to http and https
// URLs, each resolved against the URL that gave the answer.
func (r *Record) Links() []fields.Link {
	base, err := urls.Parse(r.URL)
	if err != nil {
		return nil
	}
	var links []fields.Link
	for _, l := range fields.Links(r.Header.Values("Link")) {
		if to, err := base.Resolve(l.Target); err == nil {
			l.Target = to.String()
			links = append(links, l)
		}
	}
	return links
}

// Cookies are the cookies that this answer sets, in order, without a judgement
// about them: that is for a jar, as in crawl/fetch/cookies.
func (r *Record) Cookies() []*http.Cookie {
	var cookies []*http.Cookie
	for _, value := range r.Header.Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(value); err == nil {
			cookies = append(cookies, c)
		}
	}
	return cookies
}
