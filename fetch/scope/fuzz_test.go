package scope

import (
	"testing"

	"crawl/fetch/urls"
)

// Whatever the URL, a refusal says why, and a seed is within its own scope but for
// what looks like a trap.
func FuzzCheck(f *testing.F) {
	for _, url := range good {
		if len(url) < 200 {
			f.Add(url)
		}
	}
	for _, list := range traps {
		for _, url := range list {
			if len(url) < 200 {
				f.Add(url)
			}
		}
	}
	f.Fuzz(func(t *testing.T, url string) {
		u, err := urls.Parse(url)
		if err != nil {
			return
		}
		for _, within := range []Within{Host, Domain, Prefix, Any} {
			s := scopeOf(t, Rules{Within: within, MaxRepeats: -1, MaxSegments: -1, MaxLength: -1, MaxAhead: -1}, url)
			why, ok := s.Check(Link{URL: u})
			if !ok && why.Rule != RuleEscapes && why.Rule != RuleCalendar || ok != (why == Refusal{}) {
				t.Errorf("%s of %s refuses itself: %v", within, url, why)
			}
			s = scopeOf(t, Rules{Within: within}, url)
			if why, ok := s.Check(Link{URL: u}); !ok && (why.Rule == "" || why.Reason == "") {
				t.Errorf("%s is refused without a reason: %v", url, why)
			}
		}
	})
}
