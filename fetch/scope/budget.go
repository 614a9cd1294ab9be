package scope

import "crawl/fetch/urls"

// Take counts u against the budgets, and refuses it when one of them is used up. Call
// it once for each URL that is to be fetched, after those that were met before are
// sorted out, and when a run is resumed for those that it had; whether for assets and
// seeds too is for the caller to say. A URL that is refused for its host takes nothing
// from the run.
func (s *Scope) Take(u urls.URL) (why Refusal, ok bool) {
	if s.rules.MaxPages == 0 && s.rules.MaxPagesPerHost == 0 {
		return Refusal{}, true
	}
	host := s.host(u)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.rules.MaxPages > 0 && s.pages >= s.rules.MaxPages {
		return s.why.pages, false
	}
	if s.rules.MaxPagesPerHost > 0 {
		if s.perHost[host] >= s.rules.MaxPagesPerHost {
			return s.why.hostFull, false
		}
		s.perHost[host]++
	}
	s.pages++
	return Refusal{}, true
}
