package scope

import (
	"hash/maphash"
	"math/bits"
	"strings"

	"crawl/fetch/urls"

	"golang.org/x/net/publicsuffix"
)

// Add makes u a seed: links to its host, domain or folder are followed from then on.
// Seeds may be added while links are checked; a link that comes before its seed is
// refused.
func (s *Scope) Add(u urls.URL) {
	if s.rules.Within == Any {
		return
	}
	place, host := s.place(u, folder(u.Path())), s.host(u)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.places[place] = struct{}{}
	if s.rules.Within == Prefix {
		s.hosts[host] = struct{}{}
		s.deepest = max(s.deepest, strings.Count(folder(u.Path()), "/"))
	}
}

// Moved hears that the seed from redirects to another URL, and reports whether that
// is a seed too now.
//
// It is one within the same registrable domain, as from example.com to
// www.example.com or to shop.example.com. Elsewhere it is one when the redirect is
// permanent (301 or 308, of each hop), which asks to use the new URL from then on
// (RFC 9110 section 15.4.2): then a site has moved. A temporary one to elsewhere is
// mostly a login or a page of consent, which nobody wants crawled.
func (s *Scope) Moved(from, to urls.URL, permanent bool) bool {
	if !permanent && registrable(from) != registrable(to) {
		return false
	}
	s.Add(to)
	return true
}

// within reports whether a link leads where seeds are.
func (s *Scope) within(l Link) bool {
	if s.rules.Within == Any || l.Asset && s.rules.AssetsAnywhere {
		return true
	}
	if s.rules.Within == Prefix {
		return s.below(l)
	}
	place := s.place(l.URL, "")
	s.mu.RLock()
	defer s.mu.RUnlock()
	_, ok := s.places[place]
	return ok
}

// below reports whether a link is in the folder of a seed. No more folders of it are
// looked for than seeds have, so that its slashes cost nothing.
func (s *Scope) below(l Link) bool {
	host, path := s.host(l.URL), l.URL.Path()
	s.mu.RLock()
	defer s.mu.RUnlock()
	if _, ok := s.hosts[host]; !ok || l.Asset {
		return ok
	}
	slashes := 0
	for i := 0; i < len(path) && slashes < s.deepest; i++ {
		if path[i] != '/' {
			continue
		}
		slashes++
		if _, ok := s.places[s.place(l.URL, path[:i+1])]; ok {
			return true
		}
	}
	return false
}

// place is what a link must have in common with a seed. The folder counts only below
// Prefix.
func (s *Scope) place(u urls.URL, folder string) uint64 {
	switch s.rules.Within {
	case Domain:
		return maphash.String(s.seed, registrable(u))
	case Prefix:
		return mix(s.host(u), maphash.String(s.seed, folder))
	}
	return s.host(u)
}

// host is a host by its name, and by its port where that is not its scheme's: http
// and https of one name are one host here, and so is it with "www." before it.
func (s *Scope) host(u urls.URL) uint64 {
	hash := maphash.String(s.seed, strings.TrimPrefix(name(u), "www."))
	if port := u.Port(); port != "80" && port != "443" {
		hash = mix(hash, maphash.String(s.seed, port))
	}
	return hash
}

func mix(a, b uint64) uint64 { return bits.RotateLeft64(a, 1) ^ b }

// name is the host's name without the dot that may end it.
func name(u urls.URL) string { return strings.TrimSuffix(u.Hostname(), ".") }

// registrable is what an owner could register of a host's name, or all of it for an
// address, a name without dots and a public suffix.
func registrable(u urls.URL) string {
	host := name(u)
	if isAddress(host) {
		return host
	}
	if domain, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return domain
	}
	return host
}

// isAddress reports whether a host of a URL is an IP address: other names do not end
// in a number there.
func isAddress(host string) bool {
	last := host[strings.LastIndexByte(host, '.')+1:]
	return strings.Contains(host, ":") || strings.Trim(last, "0123456789") == ""
}

func folder(path string) string { return path[:strings.LastIndexByte(path, '/')+1] }
