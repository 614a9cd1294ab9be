package standard

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"

	"crawl/fetch"
)

// maxRefusing bounds the origins that a fallback remembers; some 1 MB.
const maxRefusing = 10_000

// Fallback fetches with h1, and with h2 from servers that refuse HTTP/1.1: in the TLS
// handshake, or with 505 (HTTP Version Not Supported), or with 426 (Upgrade Required)
// to h2. A server that did so once is asked with h2 from then on.
func Fallback(h1, h2 fetch.Fetcher) fetch.Fetcher {
	return &fallback{h1: h1, h2: h2, refusing: map[string]struct{}{}}
}

type fallback struct {
	h1, h2 fetch.Fetcher
	any    atomic.Bool // refusing has an entry, as it rarely has

	mu       sync.RWMutex // guards what follows
	refusing map[string]struct{}
}

// Fetch implements [fetch.Fetcher].
func (f *fallback) Fetch(ctx context.Context, req *fetch.Request) (*fetch.Record, error) {
	if f.refuses(req.URL) {
		return f.h2.Fetch(ctx, req)
	}
	rec, err := f.h1.Fetch(ctx, req)
	if !wantsHTTP2(rec, err) || secureOrigin(req.URL) == "" || req.Body != nil && !fetch.Replayable(req.Body) {
		return rec, err
	}
	again, err := f.h2.Fetch(ctx, req)
	switch {
	case err == nil && again.Proto == "HTTP/2.0":
		f.remember(secureOrigin(req.URL))
	case rec != nil: // so h2 has nothing better
		if err == nil {
			again.Body.Close()
		}
		return rec, nil
	}
	if rec != nil {
		rec.Body.Close()
	}
	return again, err
}

// wantsHTTP2 reports whether an answer refuses HTTP/1.1.
func wantsHTTP2(rec *fetch.Record, err error) bool {
	if err != nil {
		return fetch.RefusesHTTP11(err)
	}
	switch rec.Status {
	case http.StatusHTTPVersionNotSupported:
		return true
	case http.StatusUpgradeRequired: // RFC 9110 section 15.5.22
		for _, upgrade := range rec.Header.Values("Upgrade") {
			for protocol := range strings.SplitSeq(upgrade, ",") {
				if strings.EqualFold(strings.TrimSpace(protocol), "h2") {
					return true
				}
			}
		}
	}
	return false
}

// secureOrigin is url's scheme and authority when the scheme is https, or "".
func secureOrigin(url string) string {
	rest, ok := strings.CutPrefix(url, "https://")
	if !ok {
		return ""
	}
	if end := strings.IndexAny(rest, "/?#"); end >= 0 {
		rest = rest[:end]
	}
	return url[:len("https://")+len(rest)]
}

func (f *fallback) refuses(url string) bool {
	if !f.any.Load() {
		return false
	}
	origin := secureOrigin(url)
	f.mu.RLock()
	defer f.mu.RUnlock()
	_, ok := f.refusing[origin]
	return ok
}

func (f *fallback) remember(origin string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.refusing) == maxRefusing {
		for some := range f.refusing { // any of them: it is found again soon
			delete(f.refusing, some)
			break
		}
	}
	f.refusing[strings.Clone(origin)] = struct{}{}
	f.any.Store(true)
}
