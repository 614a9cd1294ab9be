package cookies

import (
	"slices"
	"time"
)

// evict makes room for one more in a full list: the cookies that have ended go, or
// else the one that was used least recently (RFC 6265 section 5.3).
func evict(list []entry, now time.Time) []entry {
	n := len(list)
	list = slices.DeleteFunc(list, func(e entry) bool { return e.expired(now) })
	if len(list) < n {
		return list
	}
	oldest := 0
	for i := range list {
		if list[i].used < list[oldest].used {
			oldest = i
		}
	}
	return slices.Delete(list, oldest, oldest+1)
}

// makeRoom brings a full jar to nine tenths. In a crawl of a million hosts that
// each set a cookie the jar is full all the time: a look through the whole of it
// for every single cookie would cost more than the fetch.
func (j *Jar) makeRoom(now time.Time) {
	uses := make([]uint64, 0, maxCookies+1)
	for domain, list := range j.domains {
		list = slices.DeleteFunc(list, func(e entry) bool { return e.expired(now) })
		j.keep(domain, list)
		for i := range list {
			uses = append(uses, list[i].used)
		}
	}
	if len(uses) <= maxCookies {
		return
	}
	slices.Sort(uses)
	last := uses[len(uses)-maxCookies*9/10-1]
	for domain, list := range j.domains {
		j.keep(domain, slices.DeleteFunc(list, func(e entry) bool { return e.used <= last }))
	}
}
