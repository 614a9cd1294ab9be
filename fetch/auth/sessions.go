package auth

import (
	"sync"

	"crawl/fetch"
	"crawl/fetch/urls"
)

// maxSessions bounds how many challenges a layer remembers. One that is forgotten
// costs its origin a round trip.
const maxSessions = 1024

// space is where a session may be shown.
type space struct {
	scheme, host string
	credentials  Credentials
}

// sessions are the challenges that were answered last. The zero value is empty.
type sessions struct {
	mu sync.RWMutex
	of map[space]*session // under mu
}

// get returns the session to begin a request for u with, or nil.
func (all *sessions) get(at space, u urls.URL, b fetch.Body) *session {
	if !at.credentials.digest {
		return nil
	}
	all.mu.RLock()
	s := all.of[at]
	all.mu.RUnlock()
	if s == nil || !s.covers(u) || !s.fits(b) {
		return nil
	}
	return s
}

func (all *sessions) put(at space, s *session) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if all.of == nil {
		all.of = map[space]*session{}
	}
	if _, known := all.of[at]; !known && len(all.of) >= maxSessions {
		for some := range all.of {
			delete(all.of, some)
			break
		}
	}
	all.of[at] = s
}

// drop forgets s, unless there is another one by now.
func (all *sessions) drop(at space, s *session) {
	all.mu.Lock()
	defer all.mu.Unlock()
	if s != nil && all.of[at] == s {
		delete(all.of, at)
	}
}

// renew follows a server that names the nonce it wants next (RFC 7616 section 3.5).
func (all *sessions) renew(at space, s *session, h fetch.Header) {
	if s == nil {
		return
	}
	field := h.Get("Authentication-Info")
	if field == "" {
		return
	}
	t := s.terms
	t.nonce = parseParams(field).get("nextnonce")
	if t.nonce == "" || !fit(t.nonce) {
		return
	}
	all.mu.Lock()
	defer all.mu.Unlock()
	if now := all.of[at]; now != nil && now.nonce != t.nonce { // or its count would begin again
		all.of[at] = newSession(t, s.cnonce)
	}
}
