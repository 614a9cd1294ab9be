package cache

import (
	"slices"
	"strings"
	"time"

	"crawl/fetch"
)

// storable makes of an answer to a GET what may be stored of it (RFC 9111 section 3).
// ok is false when that is nothing, or nothing that could ever be used again.
func storable(req *fetch.Request, rec *fetch.Record, sent, received time.Time) (a Answer, ok bool) {
	said := parseControl(rec.Header)
	last := req // as it was asked for in the end: layers within may add who asks
	if rec.Request != nil {
		last = rec.Request
	}
	switch {
	case said.noStore, rec.Status < 200, rec.Status == 206, rec.Status == 304:
		return a, false
	case variesWithin(rec.Header, req.Header, last.Header):
		return a, false
	case names(last) && !said.public && !said.mustRevalidate && !said.shared: // section 3.5
		return a, false
	case !isHeuristic(rec.Status) && !said.public && !said.private && said.maxAge == none && !rec.Header.Has("Expires"):
		return a, false
	}
	digest, ok := variant(rec.Header, req.Header)
	a = Answer{
		Variant: digest, Proto: rec.Proto, Status: rec.Status, Reason: rec.Reason,
		Header: lasting(rec.Header, said.noCacheFields), Requested: sent, Received: received,
	}
	etag, modified := a.validators()
	return a, ok && (etag != "" || modified != "" || a.lifetime(said) > 0)
}

// names reports whether a request says in whose name it asks.
func names(req *fetch.Request) bool {
	return req.Header.Has("Authorization") || withoutUser(req.URL) != req.URL
}

// hopByHop are fields about the connection, which is not stored (section 3.1).
var hopByHop = []string{"connection", "keep-alive", "proxy-authenticate", "proxy-authentication-info",
	"proxy-authorization", "proxy-connection", "te", "transfer-encoding", "upgrade"}

// lasting is what of a header is stored: not what is about the connection, nor
// the unstored fields, which no-cache wants validated before each use.
func lasting(h fetch.Header, unstored []string) fetch.Header {
	kept := make(fetch.Header, 0, len(h))
	named := h.Values("Connection")
	for _, f := range h {
		name := strings.ToLower(f.Name)
		if !slices.Contains(hopByHop, name) && !lists(named, name) && !lists(unstored, name) {
			kept = append(kept, f)
		}
	}
	return kept
}

// lists reports whether one of the comma-separated lists has name, without regard to case.
func lists(values []string, name string) bool {
	for _, value := range values {
		for item := range strings.SplitSeq(value, ",") {
			if strings.EqualFold(strings.Trim(item, " \t"), name) {
				return true
			}
		}
	}
	return false
}

// updated is the answer with what a 304, or the answer to a HEAD, says anew
// (section 3.2). What describes the stored body stays.
func (a Answer) updated(h fetch.Header, sent, received time.Time) Answer {
	said := parseControl(h)
	news := lasting(h, said.noCacheFields)
	kept := make(fetch.Header, 0, len(a.Header)+len(news))
	for _, f := range a.Header {
		// An Age is about one answer and not its successor.
		if describesBody(f.Name) || !news.Has(f.Name) && !strings.EqualFold(f.Name, "Age") {
			kept = append(kept, f)
		}
	}
	for _, f := range news {
		if !describesBody(f.Name) {
			kept = append(kept, f)
		}
	}
	a.Header, a.Requested, a.Received = kept, sent, received
	return a
}

func describesBody(name string) bool {
	switch strings.ToLower(name) {
	case "content-length", "content-encoding", "content-range", "content-type":
		return true
	}
	return false
}

// validators are what the server can be asked with whether the answer still holds.
func (a *Answer) validators() (etag, lastModified string) {
	return a.Header.Get("ETag"), a.Header.Get("Last-Modified")
}
